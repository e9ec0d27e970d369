"""Whether use of a meter grew or dropped, beyond what its own months waver by.

Means of several months are compared by the logarithm of their ratio. Its variance is that of quasi-Poisson counts
(McCullagh and Nelder 1989, section 6.2.3), whose dispersion is learned from what each month differs by from the one
before (as von Neumann 1941 for a variance), so that a trend does not pass for noise. Intervals are corrected by
Bonferroni for all meters, and for all months in which a drop may have begun.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache
from math import exp, log, sqrt
from typing import Final

import msgspec
from scipy.stats import t as student

from pairwell.advise.billing.days import MONTHS_OF_A_YEAR
from pairwell.advise.signals.view import Monthly

WRONG: Final = 0.05  # of all accounts without a change, so many are said to have one
BEFORE, AFTER = 4, 3  # months compared around a drop
FEWEST_BEFORE, FEWEST_AFTER = 3, 2  # one month alone says nothing
_BEGAN: Final = 9  # months back in which a drop may have begun
_GROWN: Final = 3  # months at either end of growth
_FEWEST_GROWN: Final = 2 * _GROWN
_LEAST: Final = 0.3  # dispersion; steadier months are luck
_HALF_A_UNIT: Final = 0.5  # in place of none, which has no logarithm


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Use of a meter in some months against earlier ones; means are of a month."""

    meter: str
    months: tuple[dt.date, ...]  # from the first that it was judged by to the last known
    quantities: tuple[float, ...]
    since: dt.date  # the first month of the new use
    before: float
    after: float
    ratio: float
    low: float
    high: float

    @property
    def elapsed(self) -> int:
        """From the first of its months to the last."""
        return len(self.months) - 1


def find_growth(series: Monthly, among: int) -> Change | None:
    """Its last months against the same ones a year before, or else the earliest of the last twelve.

    Whether it is growth is for `low` to say; None: too few months. `among`: meters looked at.
    """
    count = len(series.months)
    if count < _FEWEST_GROWN:
        return None
    whole_year = MONTHS_OF_A_YEAR + _GROWN
    first = count - whole_year if count >= whole_year else max(count - MONTHS_OF_A_YEAR, 0)
    return _compare(series, range(first, first + _GROWN), range(count - _GROWN, count), among)


def find_drop(series: Monthly, among: int) -> Change | None:
    """The surest drop of the last months; `high` says whether it is one. None: too few months."""
    count = len(series.months)
    first = max(count - _BEGAN, FEWEST_BEFORE)
    splits = range(first, count - FEWEST_AFTER + 1)
    found = [change for split in splits if (change := _around(series, split, among * len(splits))) is not None]
    return min(found, key=_surest, default=None)


def is_still_low(series: Monthly, change: Change, share: float) -> bool:
    """Whether the last months are at most this share of what was before."""
    last = series.quantities[-FEWEST_AFTER:]
    return sum(last) / len(last) <= share * change.before


def _surest(change: Change) -> tuple[float, float]:
    return change.high, change.ratio


def _around(series: Monthly, split: int, among: int) -> Change | None:
    after = range(split, min(split + AFTER, len(series.months)))
    return _compare(series, range(max(split - BEFORE, 0), split), after, among)


def _compare(series: Monthly, old: range, new: range, among: int) -> Change | None:
    before, after = (sum(series.quantities[place] for place in places) for places in (old, new))
    if before <= 0:
        return None
    spread, freedom = _dispersion(series.quantities, new.start)
    error = sqrt(spread * (1 / before + 1 / max(after, _HALF_A_UNIT)))
    ratio = (max(after, _HALF_A_UNIT) / len(new)) / (before / len(old))
    reach = _quantile(1 - WRONG / among / 2, freedom) * error
    return Change(
        meter=series.meter,
        months=series.months[old.start :],
        quantities=series.quantities[old.start :],
        since=series.months[new.start],
        before=before / len(old),
        after=after / len(new),
        ratio=ratio,
        low=exp(log(ratio) - reach),
        high=exp(log(ratio) + reach),
    )


@cache
def _quantile(level: float, freedom: float) -> float:
    return float(student.ppf(level, freedom))


def _dispersion(quantities: Sequence[float], split: int) -> tuple[float, float]:
    """How much more than counts by chance the months waver, the step at `split` aside, and the degrees of freedom."""
    steps = list(_steps(quantities, split))
    if not steps:
        return 1.0, 1.0
    # Successive steps share a month: n of them are worth about two thirds as many.
    return max(sum(steps) / len(steps), _LEAST), max(len(steps) * 2 / 3, 1.0)


def _steps(quantities: Sequence[float], split: int) -> Iterator[float]:
    for place in range(1, len(quantities)):
        one, following = quantities[place - 1], quantities[place]
        if place != split and one + following > 0:
            yield (following - one) ** 2 / (following + one)
