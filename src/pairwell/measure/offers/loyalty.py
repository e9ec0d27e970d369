"""Whether customers whom the lot let see offers come back more than those it kept without."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
import numpy as np

from pairwell.measure.intervals import share_interval
from pairwell.measure.offers.effects import Result
from pairwell.measure.offers.estimates import Bools, Estimate, Floats, Group, Ints, NotEstimable, compare, is_uneven
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.trials import Trial

DAY: Final = 86_400_000_000  # microseconds
WITHIN: Final = (30, 60, 90)  # days
MONTHS: Final = 6  # of 30 days each
Asked = Literal["within", "repeat", "month"]


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two groups: how many units, and the mean of what is asked; None: there is nobody."""

    units: int
    mean: Estimate | None


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two groups, and how far the ones are above the others."""

    ones: Side
    others: Side
    difference: Result  # of means


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One question, answered for two groups."""

    asked: Asked
    number: int  # days, or which month
    pair: Pair


def came_back(trial: Trial, lines: Lines, *, since: int, until: int) -> list[Compared]:
    """Everybody offered something against everybody kept without by lot, from the first slate, real or ghost, on.

    Whoever accepted or not: intention to treat. Only units first met after `since`, and of these who are known for as
    long as is asked, in whichever arm. A unit bought when an order has a line of which something was kept.
    """
    chosen = trial.only(trial.triggered & (trial.start > since))
    sums = OrdersAfter(chosen.unit, chosen.start, lines)
    found = []
    for asked, number, start, end, fewest in _questions():
        known = chosen.start + end * DAY <= until
        happened = sums.count(start * DAY, end * DAY) >= fewest
        if asked != "month" or known.any():
            found.append(Compared(asked=asked, number=number, pair=by_lot(chosen.only(known), happened[known])))
    return found


def _questions() -> list[tuple[Asked, int, int, int, int]]:
    """What is asked, its number, from which day to which, and how many orders it takes."""
    within: list[tuple[Asked, int, int, int, int]] = [("within", days, 0, days, 1) for days in WITHIN]
    months: list[tuple[Asked, int, int, int, int]] = [
        ("month", n, 30 * (n - 1), 30 * n, 1) for n in range(1, MONTHS + 1)
    ]
    return [*within, ("repeat", WITHIN[-1], 0, WITHIN[-1], 2), *months]


class OrdersAfter:
    """Counts the orders of units by the time since a moment of each."""

    def __init__(self, unit: Ints, start: Ints, lines: Lines) -> None:
        kept = lines.kept > 0
        order, first = np.unique(lines.order[kept], return_index=True)
        of, at = lines.unit[kept][first], lines.at[kept][first]
        row_of = np.full(max(int(of.max(initial=-1)), int(unit.max(initial=-1))) + 1, -1, dtype=np.int64)
        row_of[unit] = np.arange(len(unit))
        mine = row_of[of] >= 0 if len(order) else np.empty(0, dtype=np.bool_)
        self._n, self._row = len(unit), row_of[of[mine]]
        self._after = at[mine] - start[self._row]

    def count(self, start: int, end: int) -> Ints:
        """Orders of each unit from `start` to before `end`, microseconds after its moment."""
        inside = (self._after >= start) & (self._after < end)
        return np.bincount(self._row[inside], minlength=self._n)


def by_lot(trial: Trial, values: Bools | Floats) -> Pair:
    """The treated and the holdout. `values`: one a unit, from 0 to 1."""
    sides = [
        Side(units=int(rows.sum()), mean=weighted_share(values[rows], trial.weights[rows]))
        for rows in (~trial.held, trial.held)
    ]
    return Pair(ones=sides[0], others=sides[1], difference=_difference(trial, values))


def _difference(trial: Trial, values: Bools | Floats) -> Result:
    held, weights = trial.held, trial.weights
    if not len(held):
        return NotEstimable(reason="nobody")
    if is_uneven(trial.share, held):
        return NotEstimable(reason="uneven_groups", found=int(held.sum()), needed=round(float(trial.share.sum())))
    sides = [Group(values=values[rows].astype(np.float64), weights=weights[rows]) for rows in (~held, held)]
    return compare(sides[0], sides[1])


def weighted_share(values: Bools | Floats, weights: Floats) -> Estimate | None:
    """The mean of weighted units, with Wilson's interval of as many as they are worth; None: there are none.

    Right for yes and no, too wide for what lies between. Source: Kish 1965.
    """
    if not len(values):
        return None
    share = min(float(weights @ values / weights.sum()), 1.0)
    ends = share_interval(share, float(weights.sum() ** 2 / np.sum(weights**2)))
    return Estimate(value=share, low=ends.low, high=ends.high)
