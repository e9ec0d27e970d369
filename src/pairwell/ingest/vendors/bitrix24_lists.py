"""Which rows of exported lists of Bitrix24 are one telling of a deal, and which tell it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pairwell.ingest.vendors.cells import text
from pairwell.ingest.vendors.deals import is_older, left_out
from pairwell.ingest.vendors.export import Given, Left

_OF_LINE = {"productname", "price", "quantity"}  # all other cells are the deal's, and stand on each of its rows


class _Telling(msgspec.Struct):
    """What one file says of a deal."""

    part: int  # which of the files
    goes_on: bool  # whether the file before ended with rows of the same deal
    rows: list[Given]
    seen: set[str]  # the rows, to be found


class Listed:
    """Gathers the rows of lists by their deal until every file was read."""

    def __init__(self) -> None:
        self._told: dict[str, list[_Telling]] = {}
        self._last: tuple[str, Given] | None = None
        self._part = 0

    def tell(self, number: str, row: Given) -> Left | None:
        """Note a row of a deal; one that its file holds already, and not just before, is left.

        Two equal rows that stand together are two lines of a deal, which it may well have.
        """
        before, self._last = self._last, (number, row)
        if before is not None and (before[1].file != row.file or row.line <= before[1].line):
            self._part += 1
        goes_on = before is not None and before[0] == number
        tellings = self._told.setdefault(number, [])
        if not tellings or tellings[-1].part != self._part:
            tellings.append(_Telling(self._part, goes_on, [], set()))
        telling, key = tellings[-1], repr(row.cells)
        if not goes_on and key in telling.seen:
            return Left(row, "orders", "exact_duplicate")
        telling.rows.append(row)
        telling.seen.add(key)
        return None

    def deals(self) -> Iterator[tuple[Sequence[Given], list[Left]]]:
        """The rows of the newest telling of each deal, and those of its older ones."""
        for tellings in self._told.values():
            told = _joined(tellings)
            newest = told[0]
            for rows in told[1:]:
                newest = newest if is_older(rows[0], newest[0]) else rows
            yield newest, [left_out(row, newest) for rows in told if rows is not newest for row in rows]


def product_of(row: Given) -> str | None:
    """What the row says was sold."""
    return text(row.cells.get("productname"))


def _joined(tellings: Sequence[_Telling]) -> list[list[Given]]:
    """The tellings, those as one that are of a deal cut between two files: it has other products in each."""
    joined: list[list[Given]] = []
    for telling in tellings:
        if telling.goes_on and joined and _are_parts(joined[-1], telling.rows):
            joined[-1] += telling.rows
        else:
            joined.append(telling.rows)
    return joined


def _are_parts(one: Sequence[Given], other: Sequence[Given]) -> bool:
    products, others = ({product_of(row) for row in rows} for rows in (one, other))
    return None not in products | others and products.isdisjoint(others) and _of_deal(one[0]) == _of_deal(other[0])


def _of_deal(row: Given) -> dict[str, object]:
    return {name: cell for name, cell in row.cells.items() if name not in _OF_LINE}
