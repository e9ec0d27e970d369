"""An export of a vendor's system: how it is recognised, and what becomes of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

BEGIN = "<feed>"  # the one cell of what stands before all of a feed


class Given(msgspec.Struct, frozen=True):
    """A row as the vendor wrote it: a row of a CSV file, or an object of a JSON file; without its empty cells."""

    file: str
    line: int
    cells: dict[str, Any]


class Row(msgspec.Struct, frozen=True):
    """A row of `table` under the names of its fields."""

    given: Given
    table: str
    cells: dict[str, str]


class Left(msgspec.Struct, frozen=True):
    """A row of `table` that is none: the rule says why, and whether it was refused or merged into others."""

    given: Given
    table: str
    rule: str


Piece = Row | Left
Reshape = Callable[[Iterable[Given]], Iterator[Piece]]
ENVELOPES = 2  # how deep the objects of a page may stand in it


def _inside(names: set[str], depth: int = ENVELOPES) -> Iterator[set[str]]:
    """The names that stand behind the same first part, as those of a list inside an envelope do; and inside these."""
    for first in sorted({name.split(".", 1)[0] for name in names if "." in name}):
        inner = {name.split(".", 1)[1] for name in names if name.startswith(f"{first}.")}
        yield inner
        if depth > 1:
            yield from _inside(inner, depth - 1)


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file that a vendor's system writes.

    `reshape` is pure and passes over the rows once. Each given row, or each line inside it, becomes exactly one piece
    of the first table of `fields`; pieces of the other tables are told beside it.
    """

    source: str  # what --source calls the vendor
    title: str  # what the file is
    page: str  # where the vendor documents it
    seen: str  # when that page was read: month and year
    marks: tuple[frozenset[str], ...]  # columns, in lower case, of each generation of the file, unmistakable together
    fields: dict[str, dict[str, str]]  # table -> field -> where it comes from, for people to read
    reshape: Reshape
    staged: Callable[[frozenset[str]], Reshape] | None = None  # of deals, where a person names the stages that are won
    member: str | None = None  # of every object of a JSON file; what lacks it is an envelope around a list of them
    numbers: frozenset[str] = frozenset()  # columns of a CSV file, in lower case, whose decimal sign may be a comma
    moments: frozenset[str] = frozenset()  # columns of a CSV file, in lower case, that may put day or month first
    counted_in: frozenset[str] = frozenset()  # columns, in lower case, of stock; none: every item's is told
    net: bool = False  # its money is without tax, whatever the settings say of prices
    taxed: bool = False  # its money is with tax, whatever they say
    shown: frozenset[str] = frozenset()  # cells, in lower case, of rows that it leaves out itself: no others are kept

    @property
    def table(self) -> str:
        """The table that the file is ingested into."""
        return next(iter(self.fields))

    @property
    def beside(self) -> tuple[str, ...]:
        """The other tables that it fills."""
        return tuple(self.fields)[1:]

    def matches(self, columns: Iterable[str]) -> bool:
        """Whether these are unmistakably columns of the file."""
        return not self.missing(columns)

    def missing(self, columns: Iterable[str]) -> frozenset[str]:
        """What these columns lack of the generation that they are nearest to."""
        names = {column.casefold() for column in columns}
        found = [names, *_inside(names)]
        lacking: list[frozenset[str]] = [generation - one for generation in self.marks for one in found]
        return min(lacking, key=len)
