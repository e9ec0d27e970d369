"""How heavy the large values of money are, told from many of them and not from the few largest.

A sample that happens to lack the rare large values has a small skewness, and an interval that is too narrow: to ask
the sample's skewness alone would be to ask the luckiest samples. The tail is therefore also read off the largest fifth
of the values, by how many times they exceed its lower end, as that of log-normal money with the same excess.
Sources: the mean excess of logarithms, Hill 1975; moments of the log-normal distribution, Johnson, Kotz and
Balakrishnan 1994, chapter 14.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.measure.comparing.moments import Values

UNITS_PER_SQUARED_SKEW_OF_TAIL = 3
LEAST_VALUED = ((0.4, 10), (0.6, 40), (math.inf, 100))  # up to a spread: units of the smaller arm with a value
_TOP = 0.2
_FEWEST_TOLD = 5
# Mean excess of the largest fifth of a normal distribution over its lower end, and how widely that is known.
_EXCESS_OF_NORMAL = 0.5576
_ERROR = 0.75  # of the excess of one value, as a share of it
_FEW = 1e-6  # share of units with a value among very many others
_WIDEST = 5.0  # spread of logarithms beyond which a skewness is beyond all counting


class Tail(msgspec.Struct, frozen=True, kw_only=True):
    """The tail of the values of some arms. `spread` is that of the logarithms of log-normal money with such a tail."""

    valued: float | None  # share of units other than 0; None: units are those that are, among very many of 0
    spread: float | None  # None: there are too few values to tell


def tail_of(arms: Sequence[Values]) -> Tail:
    """The tail of the sizes of values, each arm's above its own bound, so that an effect is not taken for a tail."""
    sizes = [np.abs(values[values != 0]) for values in arms]
    told = [_largest(values) for values in sizes if values.size >= _FEWEST_TOLD]
    units, valued = sum(values.size for values in arms), sum(values.size for values in sizes)
    return Tail(valued=valued / max(units, 1), spread=_spread(np.concatenate(told)) if told else None)


def units_for(tail: Tail) -> int | None:
    """How many units the smaller arm needs with such a tail; None where no number in reach would do.

    3 g², g the skewness of log-normal money of that spread where the other units hold 0; and `LEAST_VALUED` that hold
    a value.
    """
    if tail.valued == 0 or (tail.spread is not None and tail.spread > _WIDEST):
        return None
    valued, counted = (_FEW, _FEW) if tail.valued is None else (tail.valued, 1.0)
    spread = math.inf if tail.spread is None else tail.spread
    least = next(units for up_to, units in LEAST_VALUED if spread <= up_to) / valued
    skew = 0.0 if tail.spread is None else skew_of_log_normal(tail.spread, valued)
    return math.ceil(counted * max(least, UNITS_PER_SQUARED_SKEW_OF_TAIL * skew * skew))


def skew_of_log_normal(spread: float, valued: float) -> float:
    """The skewness of values that are log-normal in a share of units, and 0 in the others; 0 where nothing varies."""
    grown = math.exp(spread * spread)
    first, second, third = (float(valued * grown ** (power * power / 2)) for power in (1, 2, 3))
    variance = second - first * first
    if variance <= 0:
        return 0.0
    return (third - 3 * first * second + 2 * first**3) / (variance * math.sqrt(variance))


def _largest(sizes: Values) -> Values:
    """The logarithms of how many times the largest fifth exceed the next smaller value."""
    count = min(max(math.ceil(_TOP * sizes.size), 2), sizes.size - 1)
    ordered = np.partition(sizes, sizes.size - count - 1)
    return np.asarray(np.log(ordered[-count:] / ordered[-count - 1]), dtype=np.float64)


def _spread(excess: Values) -> float:
    return float(excess.mean()) / _EXCESS_OF_NORMAL * (1 + _ERROR / math.sqrt(excess.size))
