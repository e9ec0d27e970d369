"""When customers come back for an item, measured in their own typical gaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.taste.days import Visits

_STEP, _STEPS = 0.05, 80  # of a typical gap; beyond four of them nobody is called due
HORIZON = _STEP * _STEPS
_DOUBT, _POOLED = 5.0, 10.0  # customers who never come back, and customers like all others, added to each step
_CLASSES = (2, 3, 4, 6, 10)  # purchases from which on the next class begins


class Returns(NamedTuple):
    """Of customers who bought an item at least twice, the share not yet back for it, a row a class of purchases.

    Column k is the share after k steps; the first is 1.
    """

    away: Array


def measure_returns(visits: Visits, typical: Array, today: int) -> Returns:
    """Kaplan and Meier 1958, in steps of a twentieth of a typical gap; who is not back by `today` is censored.

    A class is shrunk towards all of them, and all of them towards nobody coming back, so that few data promise little.
    """
    rows = np.flatnonzero(visits.number > 0)
    last = visits.last[rows]
    until = np.where(last, today, np.append(visits.days[1:], 0)[rows])
    steps = np.minimum((until - visits.days[rows]) / typical[rows] / _STEP, _STEPS).astype(np.int64)
    of = classes(visits.number[rows])
    shape = (len(_CLASSES), _STEPS + 1)
    ended = _table(of, steps, shape)
    back = _table(of[~last], steps[~last], shape)
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    exposed = at_risk - (ended - back) / 2  # who is censored within a step was at risk for half of it
    of_all = back.sum(axis=0) / (exposed.sum(axis=0) + _DOUBT)
    hazard = (back + _POOLED * of_all) / (exposed + _POOLED)
    away = np.cumprod(1 - hazard[:, :_STEPS], axis=1)
    return Returns(np.concatenate((np.ones((shape[0], 1)), away), axis=1))


def classes(number: Array) -> Array:
    """The row of `Returns` for the purchase that is the `number`-th, from 0."""
    found: Array = np.searchsorted(_CLASSES, number + 1, side="right") - 1
    return found


def _table(rows: Array, columns: Array, shape: tuple[int, int]) -> Array:
    flat = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    table: Array = flat.reshape(shape).astype(np.float64)
    return table


class Window(NamedTuple):
    """When somebody is back who comes back at all: quantiles, in typical gaps since the last purchase."""

    early: Array
    middle: Array
    late: Array
    probability: Array  # that it happens between early and late


_EARLY, _MIDDLE, _LATE = 0.2, 0.5, 0.8


def expect_return(returns: Returns, of: Array, elapsed: Array) -> Window:
    """Windows of customers of the classes `of`, away for `elapsed` typical gaps, of those who return in four of them.

    Where nobody of a class is left to return the probability is 0.
    """
    away = returns.away[of]
    now = np.minimum(elapsed / _STEP, _STEPS).astype(np.int64)
    still = np.take_along_axis(away, now[:, None], axis=1)[:, 0]
    total = still - away[:, -1]
    # A column tells of the end of its step: whoever is back in the step of `early` is back after its beginning.
    early, middle, late = (_reach(away, still - share * total) for share in (_EARLY, _MIDDLE, _LATE))
    early, late = np.maximum(early - 1, now), np.maximum(late, now)
    left = [np.take_along_axis(away, end[:, None], axis=1)[:, 0] for end in (early, late)]
    chance = np.where(total > 0, (left[0] - left[1]) / np.maximum(still, 1e-12), 0.0)
    begin, due, end = (np.maximum(step * _STEP, elapsed) for step in (early, middle - 0.5, late))
    return Window(begin, due, end, chance)


def _reach(away: Array, level: Array) -> Array:
    """The first step at whose end the share away is down to `level`."""
    reached: Array = np.argmax(away <= level[:, None] + 1e-12, axis=1)
    return reached
