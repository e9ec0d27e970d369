"""How unlikely pairs are by chance, counted in bins: the tails of all pairs in the memory of a few."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import inlined, tight

BINS_A_NAT = 64  # a tail is taken for the upper edge of its bin, at most 1.6 % larger
BINS = 700 * BINS_A_NAT  # beyond, tails are below any floating-point number's reach
_TERMS = 64
_EXACT = 1e-9
_SLIGHT = 0.05
_SLACK = 1e-9  # more than rounding can take from a logarithm: no tail is counted in a bin too small


class ByChance(NamedTuple):
    """What chance expects of pairs: `lines[a] · lines[b]` orders together."""

    lines: Array  # float64: evidence lines of each item, times the root of the rate
    logs: Array  # float64: their logarithms
    limit: float  # logarithm of the largest tail that matters
    once: float  # logarithm of the mean above which being together once is no more than such a tail
    factorials: Array  # float64: logarithms of k!


def log_factorials(most: int) -> Array:
    """Logarithms of k! for every k up to `most`."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))


@inlined
def bin_of(anchor: int, add_on: int, together: int, chance: ByChance) -> int:
    """The bin of the tail P(X ≥ together) of a pair, X being Poisson with the mean that chance expects.

    -1 for tails above the limit, and for those of pairs that are together no more often than expected.
    """
    log_mean = chance.logs[anchor] + chance.logs[add_on]
    if log_mean > chance.once and together == 1:
        return -1
    mean = chance.lines[anchor] * chance.lines[add_on]
    if together <= mean:
        return -1
    log_tail = together * log_mean - mean - _log_factorial(together, chance.factorials)
    if log_tail > chance.limit:
        return -1
    log_tail += _log_more(together, mean) + _SLACK
    if log_tail > chance.limit:
        return -1
    return min(int(-log_tail * BINS_A_NAT), BINS - 1) if log_tail < 0 else 0


@tight
def _log_factorial(count: int, known: Array) -> float:
    if count < known.size:
        return float(known[count])
    return math.lgamma(count + 1.0)


@tight
def _log_more(together: int, mean: float) -> float:
    """The logarithm of P(X ≥ together) / P(X = together), or slightly more, where together exceeds the mean."""
    term = mean / (together + 1.0)
    if term < _SLIGHT:
        return term / (1.0 - term)  # ln(1 + x) is below x
    whole = 1.0
    ratio = term
    for step in range(2, _TERMS):
        whole += term
        ratio = mean / (together + step)
        if term < _EXACT * whole:
            break
        term *= ratio
    # What is left is less than a geometric series.
    return math.log(whole + term / (1.0 - ratio))
