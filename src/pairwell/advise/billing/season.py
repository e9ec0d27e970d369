"""How the months of a year differ for accounts of one kind: by a factor for each month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from pairwell.advise.billing.days import MONTHS_OF_A_YEAR


class Season(msgspec.Struct, frozen=True):
    """By how much a month is above or below the usual, January first; their product is 1."""

    factors: tuple[float, ...]
    accounts: int = 0  # that told it
    kind: str = ""  # what those have in common

    def of(self, month: dt.date) -> float:
        """The factor of the month that a day lies in."""
        return self.factors[month.month - 1]

    def mean(self, months: Sequence[dt.date]) -> float:
        """The factor of some months on average."""
        return sum(map(self.of, months)) / len(months)


NO_SEASON = Season((1.0,) * MONTHS_OF_A_YEAR)
