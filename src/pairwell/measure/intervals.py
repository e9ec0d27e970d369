"""How far a mean or a ratio of means may be from what another sample would have shown."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

_BATCH = 50


class Interval(msgspec.Struct, frozen=True):
    """Both ends, at the stated level of confidence."""

    low: float
    high: float


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


def sum_clusters(rows: NDArray[Any], clusters: NDArray[Any]) -> NDArray[Any]:
    """The rows of equal clusters added up, one row a cluster in ascending order.

    Resampling these sums resamples whole clusters: cases of one customer vary together, and taken for independent they
    would make intervals too narrow. Source: Field and Welsh 2007.
    """
    numbers, where = np.unique(clusters, return_inverse=True)
    sums = np.zeros((numbers.size, rows.shape[1]))
    np.add.at(sums, where, rows)
    return sums


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
