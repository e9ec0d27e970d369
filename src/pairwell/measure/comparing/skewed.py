"""Whether the units are enough for an interval that keeps its promise, however skewed their values are.

The t interval of a difference errs with the skewness of that difference. In arms of equal size the skewness of one
takes that of the other away; a small holdout beside a large rest has no such luck. Hence the rule, with g the
skewness within the arms, pooled, and n the units of the smaller arm:

* fewer than 10 units in an arm: refused;
* of shares: n < 10 g²: refused;
* of anything else: n < 5 g², or fewer than the tail of the values asks for (`tails.units_for`): refused;
* skewness s of the difference with 100 s² > 1: the smaller arm against an equal part of the larger, by each unit's lot;
* else all units of both arms.

An effect that multiplies every value makes one arm more skewed than the other, so that equal arms no longer take each
other's skewness away. Where the effect may be so large, by its interval, that the skewness of the difference is above
.15, what is said of money is only approximate (`leans`).

The skewness is pooled, as a small arm that happens to lack the rare large values would seem harmless by its own; and
it is not asked alone, as a sample that lacks them seems harmless as a whole. For ratios, the denominators' mean must
also be known within a fifth of itself, or the delta method does not hold.
What this keeps is printed by `script/bench measure`. Source of the terms: Hall 1992, sections 2.6 and 3.5.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.experiments.assignment import draw_lot
from pairwell.measure.comparing.moments import Moments
from pairwell.measure.comparing.tails import Tail, units_for
from pairwell.measure.interval import Interval

LEAST_UNITS = 10
UNITS_PER_SQUARED_SKEW, UNITS_PER_SQUARED_SKEW_OF_SHARES = 5, 10
_EVEN = 0.01  # squared skewness of the difference up to which all units are compared
_LEANING = 0.15  # skewness of the difference, the effect within its interval, above which intervals cover too little
_BELOW_ERROR = 0.2
_FORESEEN = 1_000  # times the units there are: a tail read off so few tells nothing of more
_SEED = 2

Reason = Literal["too_few_units", "too_skewed", "no_spread", "nothing_to_divide_by", "too_few_to_divide_by"]


class Unfit(msgspec.Struct, frozen=True, kw_only=True):
    """Why two arms cannot be compared; `needed` units of the smaller arm would do, where that can be told."""

    reason: Reason
    needed: int | None = None


def judge(treated: Moments, control: Moments, tails: Sequence[Tail]) -> Unfit | Literal["all", "equal_part"]:
    """Whether all units are to be compared, or equal parts, or why neither may be; shares have no `tails`."""
    smaller = min(treated.n, control.n)
    if smaller < LEAST_UNITS:
        return Unfit(reason="too_few_units", needed=LEAST_UNITS)
    if treated.squared_error + control.squared_error <= 0:
        return Unfit(reason="no_spread")
    needed = _needed(pooled_skew(treated, control), tails)
    if needed is None or smaller < needed:
        foreseen = needed is not None and needed <= _FORESEEN * smaller
        return Unfit(reason="too_skewed", needed=needed if foreseen else None)
    if max(treated.below_error, control.below_error) > _BELOW_ERROR:
        return Unfit(reason="too_few_to_divide_by")
    return "all" if _skew_of_difference(treated, control) ** 2 <= _EVEN else "equal_part"


def leans(treated: Moments, control: Moments, relative: Interval | None) -> bool:
    """Whether the difference may be so skewed by its effect that a t interval covers less than it says.

    `relative` is the interval of the effect as a share; None: nothing bounds it. Values of the treated arm are taken to
    be those of the control times that: for what adds new units with a value, such as more buyers, it is the worst case.
    """
    if relative is None:
        return abs(pooled_skew(treated, control)) / math.sqrt(treated.n) > _LEANING
    times = (abs(1 + relative.low), abs(1 + relative.high))
    return max(_skew_of_difference(treated, control, by) for by in times) > _LEANING


def pooled_skew(treated: Moments, control: Moments) -> float:
    """The skewness of one unit's part about the value of its arm, over both arms."""
    units = treated.n + control.n
    variance: float = (treated.n * treated.variance + control.n * control.variance) / units
    third: float = (treated.n * treated.third + control.n * control.third) / units
    return third / (variance * math.sqrt(variance))


def lots_of(names: Iterable[str]) -> NDArray[np.float64]:
    """The lots of units by their names, independent of those that drew the arms."""
    return np.array([draw_lot("equal part", name, salt="") for name in names], dtype=np.float64)


def lots_by_place(count: int) -> NDArray[np.float64]:
    """The lots of units without names; they stay what they are where others are appended."""
    return np.random.default_rng(_SEED).random(count)


def equal_part(lots: NDArray[np.float64], size: int) -> NDArray[np.intp]:
    """Which units are compared with `size` others, ascending: those of the lowest lots.

    As both arms grow the part grows, and who is in it stays but for a few at its edge, so that an always-valid interval
    sees one experiment that goes on, not another at each look.
    """
    return np.sort(np.argpartition(lots, size - 1)[:size])


def _needed(skew: float, tails: Sequence[Tail]) -> int | None:
    if not tails:
        return math.ceil(UNITS_PER_SQUARED_SKEW_OF_SHARES * skew**2)
    needed = math.ceil(UNITS_PER_SQUARED_SKEW * skew**2)
    for tail in tails:
        by_tail = units_for(tail)
        if by_tail is None:
            return None
        needed = max(needed, by_tail)
    return needed


def _skew_of_difference(treated: Moments, control: Moments, times: float = 1.0) -> float:
    """Of equally skewed arms, the treated one's values `times` the control's: a third moment is known too badly."""
    a, b = times**2 / treated.n, 1 / control.n
    third = times**3 / treated.n**2 - b**2
    return abs(pooled_skew(treated, control) * third) / ((a + b) * math.sqrt(a + b))
