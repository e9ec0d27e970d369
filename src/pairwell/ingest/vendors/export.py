"""An export of a vendor's system: how it is recognised, and what becomes of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec


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
    net: bool = False  # its money is without tax, whatever the settings say of prices

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
        names = {column.casefold() for column in columns}
        return any(generation <= names for generation in self.marks)
