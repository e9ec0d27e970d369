"""What a report holds, whatever it is shown as: figures, tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pairwell.measure.period import Period

Unit = Literal["money", "count", "number", "share", "times", "days", "text", "moment"]  # money in minor units
Cell = float | int | str | None  # None: nobody can tell


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number with its interval, beside the one of the period before; or why there is none."""

    key: str  # its name in `measure`, the same in every report
    title: str
    unit: Unit
    value: Cell
    low: float | None = None  # of the 95 % interval
    high: float | None = None
    previous: Cell = None
    change_low: float | None = None  # of the 95 % interval of value less previous
    change_high: float | None = None
    refusal: str | None = None  # why nobody can tell, in words for the owner of a shop
    note: str | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a table."""

    key: str
    title: str
    unit: Unit
    interval: bool = False  # rows hold the ends of its 95 % interval under KEY_low and KEY_high


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by column key; the first column names the row."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    chart: Literal["lines", "bars", "heat"] | None = None  # how a page draws it, beside the table
    note: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report. It is all that any way of showing it reads."""

    name: str
    title: str
    currency: str
    timezone: str  # in which its days begin
    period: Period | None  # None: there is nothing in the shop yet
    previous: Period | None = None  # what it is compared with
    figures: Sequence[Figure] = ()
    lead: Sequence[str] = ()  # keys of the figures to read first; without any, all are alike
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()  # what to know before reading it

    @property
    def grouped(self) -> tuple[Sequence[Figure], Sequence[Figure]]:
        """The figures to read first, in the order of `lead`, and the others; all of them first where none leads."""
        if not self.lead:
            return self.figures, ()
        known = {figure.key: figure for figure in self.figures}
        rest = [figure for figure in self.figures if figure.key not in self.lead]
        return [known[key] for key in self.lead if key in known], rest
