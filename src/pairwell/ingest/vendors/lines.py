"""Lines of one order: more pieces of one item at one price are one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from pairwell.ingest.vendors.cells import amount, plain
from pairwell.ingest.vendors.export import Given, Left, Piece, Row

_ADDED = ("quantity", "line_discount", "line_total")


class Line(msgspec.Struct, frozen=True):
    """What a given row says of its line, by field."""

    given: Given
    cells: dict[str, str]


def added_up(lines: Sequence[Line], table: str) -> Iterator[Piece]:
    """The lines of an order, in order: those that differ in nothing but quantity and sums as one row.

    Else the second of two equal lines, which an order may well have, would be taken for a repetition of the first.
    """
    groups: dict[tuple[tuple[str, str], ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(_same(line.cells), []).append(line)
    for same in groups.values():
        first = same[0]
        sums = (
            {} if len(same) == 1 else {name: plain(total) for name in _ADDED if (total := _sum(same, name)) is not None}
        )
        yield Row(first.given, table, first.cells | sums)
        yield from (Left(line.given, table, "part_of_line") for line in same[1:])


def _same(cells: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """What two lines have to share: every cell but the sums, and the price of a piece."""
    numbers = {name: amount(cells[name]) for name in _ADDED if name in cells}
    if None in numbers.values() or not numbers.get("quantity"):
        return tuple(sorted(cells.items()))
    kept = {name: cell for name, cell in cells.items() if name not in _ADDED}
    known = {name: number for name, number in numbers.items() if number is not None}
    total, off = known.get("line_total"), known.get("line_discount", Decimal(0))
    piece = "" if total is None else plain((total + abs(off)) / known["quantity"])
    return (*sorted(kept.items()), ("", piece))


def _sum(lines: Sequence[Line], name: str) -> Decimal | None:
    stated = [number for line in lines if (number := amount(line.cells.get(name))) is not None]
    return sum(stated, Decimal(0)) if stated else None
