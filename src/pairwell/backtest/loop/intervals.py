"""Intervals of means by Student's t, for values that are independent of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from scipy.special import stdtrit

from pairwell.simulate.arrays import Floats

_FEWEST = 2


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A mean, or a difference of means, with both ends of its interval."""

    value: float
    low: float
    high: float


class NotEstimable(msgspec.Struct, frozen=True, tag="not_estimable"):
    """There is no interval, and why."""

    reason: Literal["too_few"] = "too_few"


def mean_of(values: Sequence[float] | Floats, *, level: float = 0.95) -> Mean | NotEstimable:
    """The mean of independent values; of paired differences it is the paired t interval."""
    if len(values) < _FEWEST:
        return NotEstimable()
    return _around(float(np.mean(values)), _square_error(values) ** 0.5, (len(values) - 1, level))


def difference_of(ones: Floats, others: Floats, *, level: float = 0.95) -> Mean | NotEstimable:
    """The mean of `ones` less that of `others`, which may vary differently. Source: Welch 1947."""
    if min(len(ones), len(others)) < _FEWEST:
        return NotEstimable()
    squares = np.array([_square_error(ones), _square_error(others)])
    freedom = squares.sum() ** 2 / (squares**2 / [len(ones) - 1, len(others) - 1]).sum() if squares.any() else 1.0
    return _around(float(ones.mean() - others.mean()), float(squares.sum() ** 0.5), (float(freedom), level))


def _square_error(values: Sequence[float] | Floats) -> float:
    return float(np.var(values, ddof=1)) / len(values)


def _around(value: float, error: float, at: tuple[float, float]) -> Mean:
    freedom, level = at
    half = float(stdtrit(freedom, (1 + level) / 2)) * error
    return Mean(value=value, low=value - half, high=value + half)
