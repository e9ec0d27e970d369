"""How sure a difference is to somebody who looks as often as he likes, and stops when he likes."""

from __future__ import annotations

import math

from pairwell.measure.interval import Interval

PLANNED_UNITS = 5_000  # where nobody says for how many units the interval is to be narrowest
BURN_IN = 100  # units of the smaller arm before which none is given: the limit it rests on is far off


def tuning(units: float, alpha: float = 0.05) -> float:
    """The rho of the normal mixture whose bound is narrowest after `units` units.

    Source: Howard et al. 2021, "Time-uniform, nonparametric, nonasymptotic confidence sequences", section 3.5.
    """
    squared = -2 * math.log(alpha)
    return math.sqrt((squared + math.log(squared + 1)) / units)


def mixture_bound(time: float, rho: float, alpha: float = 0.05) -> float:
    """How far a sum may be from its mean at intrinsic time `time`, at every time at once, two-sided."""
    grown = time * rho**2 + 1
    return math.sqrt(2 * grown / rho**2 * math.log(math.sqrt(grown) / alpha))


def always_valid(value: float, error: float, units: int, *, planned: int = PLANNED_UNITS) -> Interval:
    """The 95 % interval of `value`, right at every look at once, from `units` units and its standard error.

    `planned` must be fixed before the first look; it moves where the interval is narrowest, not whether it is right.
    An asymptotic confidence sequence: not to be read before a burn-in. Source: Waudby-Smith et al., arXiv 2103.06476.
    """
    width = error * mixture_bound(units, tuning(planned)) / math.sqrt(units)
    return Interval(value - width, value + width)
