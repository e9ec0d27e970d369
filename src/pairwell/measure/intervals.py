"""How far a mean, a share or a ratio of means may be from what another sample would have shown."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from pairwell.measure.interval import Interval

FEWEST_CUSTOMERS: Final = 20  # for an interval of counts and shares
FEWEST_FOR_MONEY: Final = 50  # of amounts, which a few large orders decide
_LEVEL = 0.95
_BATCH = 50
_TINY = 1e-12
_SAME = 1e-20  # of a squared sum: what rounding leaves where all units are alike


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Two sums over `units`, and how far the units are apart: sums of powers of above - ratio · below of each."""

    units: int
    above: float
    below: float
    square: float  # sum of squares
    cube: float = 0.0  # sum of third powers


class NotEstimable(msgspec.Struct, frozen=True):
    """There is no interval, and why."""

    reason: Literal["nothing_to_divide_by"]


class Resampling(msgspec.Struct, frozen=True, kw_only=True):
    """How to resample; equal seeds draw equal samples, so that methods are compared on the same ones."""

    seed: int = 0
    replicates: int = 1_000
    level: float = 0.95


def bootstrap_ratios(
    numerators: NDArray[Any], denominators: NDArray[Any], resampling: Resampling
) -> list[Interval | NotEstimable]:
    """Percentile intervals of Σ numerators / Σ denominators, for each column, over resampled rows.

    With denominators of 1 these are intervals of means. Valid for independent rows, one a case; a replicate whose
    denominators add up to 0 is left out, and a column where all do is `NotEstimable`.
    Source: Efron and Tibshirani 1993, chapter 13.
    """
    rows = numerators.shape[0]
    rng = np.random.default_rng(resampling.seed)
    sums = [
        _resampled_sums(numerators, denominators, rng.integers(rows, size=(batch, rows)))
        for batch in _batches(resampling.replicates)
    ]
    above, below = (np.concatenate(part) for part in zip(*sums, strict=True))
    tails = [(1 - resampling.level) / 2, (1 + resampling.level) / 2]
    return [_interval(above[:, column], below[:, column], tails) for column in range(numerators.shape[1])]


def ratio_interval(spread: Spread, *, fewest: int = FEWEST_CUSTOMERS) -> Interval | None:
    """The 95 % interval of `above / below`, a mean where `below` counts the units.

    None of fewer than `fewest` units, where there is nothing to divide by, and where all units are alike. Student's
    interval by the delta method, its skewness taken away: of log-normal amounts (sigma 1.5) of 50 customers it holds
    the truth in 91 of 100 cases, where the plain one does in 82. It is not refused by the skewness of the sample
    itself, as that is least where the largest amounts happen to be missing. Valid for independent units, here
    customers: orders of one customer vary together.
    Sources: Deng et al. 2018, eq. 4; Hall 1992, "On the removal of skewness by transformation", equation 3.2.
    """
    if spread.units < fewest or spread.below == 0 or spread.square <= _SAME * spread.above**2:
        return None
    ratio, count = spread.above / spread.below, spread.units
    error = math.sqrt(spread.square * count / (count - 1)) / abs(spread.below)
    skewness = spread.cube / math.pow(spread.square, 1.5)  # of the mean
    z = float(stdtrit(count - 1, (1 + _LEVEL) / 2))
    return Interval(_steady(ratio - error * unskewed(z, skewness)), _steady(ratio - error * unskewed(-z, skewness)))


def zero_p_value(spread: Spread) -> float:
    """The two-sided p-value of a ratio of 0: below .05 just where `ratio_interval` of the spread holds no 0."""
    if spread.square <= _SAME * spread.above**2:
        return 0.0 if spread.above else 1.0
    count = spread.units
    t = spread.above / math.sqrt(spread.square * count / (count - 1)) * math.copysign(1.0, spread.below)
    skewness = spread.cube / math.pow(spread.square, 1.5)
    return float(2 * stdtr(count - 1, -abs(skewed(t, skewness))))


def mean_interval(values: NDArray[Any], *, fewest: int = FEWEST_CUSTOMERS) -> Interval | None:
    """As `ratio_interval`, of the mean of one value a unit."""
    if values.size < fewest:
        return None
    apart = values - values.mean()
    square, cube = float(np.sum(apart**2)), float(np.sum(apart**3))
    spread = Spread(units=values.size, above=float(values.sum()), below=values.size, square=square, cube=cube)
    return ratio_interval(spread, fewest=fewest)


def unskewed(z: float, skewness: float) -> float:
    """The studentised mean that Hall's cubic turns into `z`; `skewness` is that of the mean."""
    if abs(skewness) < _TINY:
        return z
    return 3 / skewness * (math.cbrt(1 + skewness * (z - skewness / 6)) - 1)


def skewed(t: float, skewness: float) -> float:
    """Hall's cubic of a studentised mean: what `unskewed` undoes."""
    return t + skewness * t * t / 3 + skewness * skewness * t**3 / 27 + skewness / 6


def share_interval(share: float, tries: float) -> Interval:
    """The 95 % interval of a share of independent tries; 0 to 1 without tries. Source: Wilson 1927."""
    if tries <= 0:
        return Interval(0.0, 1.0)
    z = float(ndtri((1 + _LEVEL) / 2))
    middle = (share + z * z / (2 * tries)) / (1 + z * z / tries)
    half = z / (1 + z * z / tries) * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    return Interval(
        0.0 if share <= 0 else max(0.0, _steady(middle - half)), 1.0 if share >= 1 else min(1.0, _steady(middle + half))
    )


def clustered_share(spread: Spread) -> Interval:
    """The 95 % interval of a share of tries that vary together within units.

    Wilson's interval with as many tries as independent ones would be as telling; units where none or all happened.
    Sources: Wilson 1927; Korn and Graubard 1998.
    """
    if spread.below <= 0:
        return Interval(0.0, 1.0)
    share = spread.above / spread.below
    variance = spread.square / spread.below**2 * spread.units / max(spread.units - 1, 1)
    tries = share * (1 - share) / variance if variance > _TINY else float(spread.units)
    return share_interval(share, min(max(tries, 1.0), spread.below))


def sum_clusters(rows: NDArray[Any], clusters: NDArray[Any]) -> NDArray[Any]:
    """The rows of equal clusters added up, one row a cluster in ascending order.

    Resampling these sums resamples whole clusters: cases of one customer vary together, and taken for independent they
    would make intervals too narrow. Source: Field and Welsh 2007.
    """
    numbers, where = np.unique(clusters, return_inverse=True)
    sums = np.zeros((numbers.size, rows.shape[1]))
    np.add.at(sums, where, rows)
    return sums


def _steady(end: float) -> float:
    """Without the last digits, which depend on the order in which threads add up."""
    return float(f"{end:.9g}")


def _batches(replicates: int) -> list[int]:
    return [min(_BATCH, replicates - start) for start in range(0, replicates, _BATCH)]


def _resampled_sums(
    numerators: NDArray[Any], denominators: NDArray[Any], drawn: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    counts = np.stack([np.bincount(sample, minlength=numerators.shape[0]) for sample in drawn]).astype(np.float64)
    return counts @ numerators, counts @ denominators


def _interval(above: NDArray[Any], below: NDArray[Any], tails: list[float]) -> Interval | NotEstimable:
    usable = below > 0
    if not usable.any():
        return NotEstimable("nothing_to_divide_by")
    low, high = np.quantile(above[usable] / below[usable], tails)
    return Interval(float(low), float(high))
