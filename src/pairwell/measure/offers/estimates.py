"""How far two groups by lot differ, and how sure that is, where money is skewed and one group is small.

Beside `measure.comparing`, which takes every unit alike, units here weigh by the chance of the arm that they are in, as
the share of the holdout may change within a period; and a holdout of a twentieth is used whole, its skewness mended.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from pairwell.measure.intervals import Spread, clustered_share, unskewed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Reason = Literal[
    "nobody", "no_holdout", "no_treated", "too_few", "no_spread", "uneven_groups", "said_later", "not_alike", "unsaid"
]

LEVEL = 0.95
FEWEST = 20  # units in each group, and as many more for each square of the skewness, times the next
PER_SKEWNESS = 5.0
UNLIKELY = 0.001  # what comes by chance more rarely says that something is wrong
_TINY = 1e-12


class NotEstimable(msgspec.Struct, frozen=True, kw_only=True, tag="not_estimable"):
    """There is no estimate, and why: how many units there are, and how many it takes."""

    reason: Reason
    found: int = 0
    needed: int = 0


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A number and the ends of its interval, 95 % where nothing else is said."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Estimate:
        """The same of so many units; the factor is not negative."""
        return Estimate(value=factor * self.value, low=factor * self.low, high=factor * self.high)

    @property
    def surely_positive(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0


class Group(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Units of one arm, one row each."""

    values: Floats
    weights: Floats  # 1 / the chance of being in this arm


class _Moments(msgspec.Struct, frozen=True, kw_only=True):
    """Of a weighted mean: itself, its variance, and of it the share that a unit's skewness keeps; effective units."""

    mean: float
    square: float
    skewed: float  # the mean's third central moment for a unit's skewness of 1
    units: float


def compare(treated: Group, held: Group, *, level: float = LEVEL) -> Estimate | NotEstimable:
    """Mean of the treated less that of the held out, for a unit.

    The interval of Welch 1947 with its skewness taken away by Hall's cubic (Hall 1992, "On the removal of skewness by
    transformation", equation 3.2; of two samples: Zhou and Dinh 2005). Refused where the smaller group has fewer than
    20 + 5·s² units, s the skewness of what a unit brought, over both groups: of fewer the largest orders may all be
    missing. For the same reason the interval takes the skewness of both groups together; a small one's own is nearly
    always too low. Refused, too, where all units of a group brought the same, as when nobody of them bought. Valid for
    independent units. Source of the form of the rule: Kohavi et al. 2014, rule 7.
    """
    if not len(held.values):
        return NotEstimable(reason="no_holdout", needed=FEWEST)
    if not len(treated.values):
        return NotEstimable(reason="no_treated", needed=FEWEST)
    found = math.floor(min(_effective(held.weights), _effective(treated.weights)))
    needed = needed_units(treated, held) if found >= FEWEST else FEWEST
    if found < needed:
        return NotEstimable(reason="too_few", found=found, needed=needed)
    ones, others = _moments(treated), _moments(held)
    if min(ones.square, others.square) <= _TINY:
        return NotEstimable(reason="no_spread", found=found)
    return _difference(ones, others, _skewness(treated, held), level)


def needed_units(treated: Group, held: Group) -> int:
    """How many units the smaller group needs before a mean of such skewed values can be trusted."""
    return FEWEST + math.ceil(PER_SKEWNESS * _skewness(treated, held) ** 2)


def is_uneven(shares: Floats, held: Bools) -> bool:
    """Whether the lot, with these chances of the holdout, would fall so more rarely than once in a thousand times."""
    spread = math.sqrt(float(np.sum(shares * (1 - shares))))
    off = max(0.0, abs(float(held.sum()) - float(shares.sum())) - 0.5)
    return spread > 0 and 2 * float(ndtr(-off / spread)) < UNLIKELY


def share_of(happened: Floats, tried: Floats) -> Estimate | None:
    """Σ happened / Σ tried over units, which vary together inside; None where nothing was tried.

    With the interval of `measure.intervals.clustered_share`.
    """
    total, units = float(tried.sum()), int((tried > 0).sum())
    if total <= 0:
        return None
    share = float(happened.sum()) / total
    square = float(np.sum((happened - share * tried) ** 2))
    found = clustered_share(Spread(units=units, above=float(happened.sum()), below=total, square=square))
    return Estimate(value=share, low=found.low, high=found.high)


def _effective(weights: Floats) -> float:
    """Equally weighted units that would tell as much. Source: Kish 1965."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def _skewness(treated: Group, held: Group) -> float:
    """Of what a unit brings beside the mean of its group; 0 where all bring the same."""
    apart = np.concatenate([group.values - group.values.mean() for group in (treated, held)])
    spread = float(np.mean(apart**2))
    return float(np.mean(apart**3)) / math.pow(spread, 1.5) if spread > _TINY else 0.0


def _moments(group: Group) -> _Moments:
    share = group.weights / group.weights.sum()
    mean = float(share @ group.values)
    units = _effective(group.weights)
    square = float(np.sum((share * (group.values - mean)) ** 2)) * units / (units - 1)
    skewed = math.pow(square * units, 1.5) * float(np.sum(share**3))
    return _Moments(mean=mean, square=square, skewed=skewed, units=units)


def _difference(ones: _Moments, others: _Moments, of_unit: float, level: float) -> Estimate:
    """`of_unit`: the skewness of what one brings."""
    value, square = ones.mean - others.mean, ones.square + others.square
    freedom = square**2 / (ones.square**2 / (ones.units - 1) + others.square**2 / (others.units - 1))
    skewness = of_unit * (ones.skewed - others.skewed) / math.pow(square, 1.5)
    z = float(stdtrit(freedom, (1 + level) / 2))
    error = math.sqrt(square)
    return Estimate(value=value, low=value - error * unskewed(z, skewness), high=value - error * unskewed(-z, skewness))
