"""The evidence floor: which pairs were bought together more often than chance allows."""

from __future__ import annotations

import msgspec
import numpy as np
from scipy import special

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.mining.encode import Marks, Totals, total
from pairwell.learn.mining.tails import BINS_A_NAT, ByChance, log_factorials

_KNOWN_FACTORIALS = 1_000
_CONFIDENCE = 0.95  # of the lower bound of the effect


class Chance(msgspec.Struct, frozen=True, kw_only=True):
    """Orders together that chance alone expects: `lines[a] · lines[b] · rate`."""

    lines: Array
    rate: float
    possible: float  # undirected pairs there could be
    seen_at_most: float  # undirected pairs that can have been seen

    def expected(self, anchors: Array, add_ons: Array) -> Array:
        """μ of each pair; it does not depend on the direction."""
        return (self.lines[anchors] * self.lines[add_ons]) * self.rate

    def by_rank(self, items: Array) -> ByChance:
        """The same as the counting loop takes it, for items in the order of `items`."""
        lines = self.lines[items] * np.sqrt(self.rate)
        with np.errstate(divide="ignore"):
            logs, limit = np.log(lines), self.seen_at_most / max(self.possible, 1.0)
            log_limit, once = float(np.log(limit)), float(np.log(-np.log1p(-limit)))
        return ByChance(lines, logs, log_limit, once, log_factorials(_KNOWN_FACTORIALS))


def expect(baskets: Baskets) -> Chance:
    """Chance for baskets of these sizes, all of whose lines are evidence."""
    nothing = np.zeros(baskets.n_orders, dtype=np.uint32)
    return expect_of(total(baskets, Marks(weights=nothing, ordinary=baskets.items.size)))


def expect_of(totals: Totals) -> Chance:
    """Chance for baskets of these sizes: every basket keeps its size and draws items by how often they are bought.

    `μ = a·b·Σs(s-1) / (Σs)²`: large baskets alone make pairs, and must not count as evidence.
    """
    possible = totals.orders.size * (totals.orders.size - 1) / 2
    return Chance(
        lines=totals.evidence.astype(np.float64),
        rate=totals.shown_pairs / totals.shown**2 if totals.shown else 0.0,
        possible=possible,
        seen_at_most=min(possible, totals.shown_pairs / 2),
    )


def tail(together: Array, expected: Array) -> Array:
    """P(X ≥ together) for a Poisson variable with the mean `expected`."""
    several = special.gammainc(np.maximum(together, 1), expected)
    return np.where(together > 1, several, np.where(together == 1, -np.expm1(-expected), 1.0))


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What tails become that were counted in bins."""

    adjusted: Array  # of each bin
    limit: float

    def __call__(self, tails: Array) -> Array:
        """The adjusted p of tails that were among those corrected; 1 for those too large to have been counted."""
        with np.errstate(divide="ignore"):
            bins = np.minimum(-np.log(tails) * BINS_A_NAT, self.adjusted.size - 1).astype(np.int64)
        return np.where(tails <= self.limit, self.adjusted[bins], 1.0)


def correct(bins: Array, chance: Chance) -> Correction:
    """Adjust p-values for all possible pairs; those never seen together have p = 1 and rank last.

    A tail counts as the upper edge of its bin, so that an adjusted p is never too small, and too large by at most the
    width of a bin. Benjamini and Hochberg multiply the tail of rank r by possible/r, and r is at most the number of
    pairs seen: larger tails become 1 anyway, and are not counted.
    Source: Benjamini and Hochberg 1995; adjusted p as in Yekutieli and Benjamini 1999.
    """
    edges = np.exp(-np.arange(bins.size) / BINS_A_NAT)
    ranks = np.cumsum(bins[::-1])[::-1]
    adjusted = np.where(ranks > 0, edges * chance.possible / np.maximum(ranks, 1), 1.0)
    return Correction(
        adjusted=np.minimum(np.minimum.accumulate(adjusted), 1.0), limit=chance.seen_at_most / max(chance.possible, 1.0)
    )


def sure_effect(together: Array, expected: Array) -> Array:
    """How many times chance a pair surely is: the lower bound (exact Poisson, 95 %, one-sided) of together, over μ."""
    lowest = lowest_means(together)[together]
    effect: Array = np.divide(lowest, expected, out=np.zeros(expected.shape), where=(expected > 0) & (together > 0))
    return effect


def lowest_means(together: Array) -> Array:
    """The exact lower bound of the mean of a Poisson variable that was k, at the place k for each k there is."""
    there = np.zeros(int(together.max(initial=0)) + 1)
    there[together] = 1.0
    counts = np.flatnonzero(there)
    there[counts] = special.gammaincinv(np.maximum(counts, 1), 1 - _CONFIDENCE)
    return there


def above_floor(together: Array, effect: Array, adjusted: Array, learn: Learn) -> Array:
    """Whether each pair may be called "bought together".

    The effect is asked of every pair, but decides only where data is large: where chance expects fewer than about six
    orders together, a pair whose corrected tail is small enough exceeds it anyway.
    """
    above: Array = (
        (adjusted <= learn.false_discovery_rate) & (together >= learn.min_together) & (effect > learn.min_effect)
    )
    return above
