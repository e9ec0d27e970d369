"""How unlikely pairs are by chance, counted in bins: the tails of all pairs in the memory of a few."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled

BINS_A_NAT = 64  # a tail is taken for the upper edge of its bin, at most 1.6 % larger
BINS = 700 * BINS_A_NAT  # beyond, tails are below any floating-point number's reach
_TERMS = 64
_EXACT = 1e-12
_SLACK = 1e-9  # more than rounding can take from a logarithm: no tail is counted in a bin too small


class ByChance(NamedTuple):
    """What chance expects of pairs: `exp(lines[a] + lines[b] + rate)` orders together."""

    lines: Array  # float64: logarithms of the evidence lines of each item
    rate: float  # logarithm
    limit: float  # logarithm of the largest tail that matters
    factorials: Array  # float64: logarithms of k!


def log_factorials(most: int) -> Array:
    """Logarithms of k! for every k up to `most`."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))


@compiled
def log_factorial(count: int, known: Array) -> float:
    """The logarithm of `count`!."""
    if count < known.size:
        return float(known[count])
    return math.lgamma(count + 1.0)


@compiled
def count_tail(anchor: int, add_on: int, together: int, chance: ByChance, bins: Array) -> None:
    """Count the tail P(X ≥ together) of a pair, X being Poisson with the mean that chance expects, in its bin.

    Left out are tails above the limit, and those of pairs that are together no more often than expected.
    """
    log_mean = chance.lines[anchor] + chance.lines[add_on] + chance.rate
    mean = math.exp(log_mean)
    if together <= mean:
        return
    log_tail = together * log_mean - mean - log_factorial(together, chance.factorials)
    if log_tail > chance.limit:
        return
    log_tail += math.log(series(together, mean)) + _SLACK
    if log_tail <= chance.limit:
        bins[min(int(-log_tail * BINS_A_NAT), bins.size - 1) if log_tail < 0 else 0] += 1


@compiled
def series(together: int, mean: float) -> float:
    """P(X ≥ together) / P(X = together) or slightly more, where together exceeds the mean of the Poisson variable X."""
    whole, term = 1.0, 1.0
    ratio = mean / (together + 1.0)
    for step in range(2, _TERMS):
        term *= ratio
        whole += term
        ratio = mean / (together + step)
        if term < _EXACT * whole:
            break
    # What is left is less than a geometric series.
    return whole + term * ratio / (1.0 - ratio)
