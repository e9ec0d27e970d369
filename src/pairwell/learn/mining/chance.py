"""The evidence floor: which pairs were bought together more often than chance allows."""

from __future__ import annotations

import msgspec
import numpy as np
from scipy import special

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.mining.counting import PairCounts

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


def expect(baskets: Baskets) -> Chance:
    """Chance for baskets of these sizes: every basket keeps its size and draws items by how often they are bought.

    `μ = a·b·Σs(s-1) / (Σs)²`: large baskets alone make pairs, and must not count as evidence.
    """
    sizes = baskets.sizes.astype(np.float64)
    total, ordered_pairs = float(sizes.sum()), float((sizes * (sizes - 1)).sum())
    n_items = len(baskets.item_ids)
    possible = n_items * (n_items - 1) / 2
    return Chance(
        lines=baskets.item_orders().astype(np.float64),
        rate=ordered_pairs / total**2 if total else 0.0,
        possible=possible,
        seen_at_most=min(possible, ordered_pairs / 2),
    )


def tail(together: Array, expected: Array) -> Array:
    """P(X ≥ together) for a Poisson variable with the mean `expected`."""
    several = special.gammainc(np.maximum(together, 1), expected)
    return np.where(together > 1, several, np.where(together == 1, -np.expm1(-expected), 1.0))


def notable_tails(counts: PairCounts, chance: Chance) -> Array:
    """The tails of each unordered pair of a piece, but for those that the correction makes 1 anyway.

    Benjamini and Hochberg multiply the tail of rank r by possible/r, and r is at most the number of pairs seen.
    """
    anchors = counts.anchors
    once = anchors < counts.add_ons
    tails = tail(counts.together[once], chance.expected(anchors[once], counts.add_ons[once]))
    return tails[tails * chance.possible <= chance.seen_at_most]


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Tails in ascending order, and what each becomes."""

    tails: Array
    adjusted: Array

    def __call__(self, tails: Array) -> Array:
        """The adjusted p of tails that were among those corrected; 1 for those too large to have been kept."""
        places = np.searchsorted(self.tails, tails, side="right") - 1
        inside = (tails <= self.tails[-1]) if self.tails.size else np.zeros(tails.shape, dtype=bool)
        return np.where(inside, self.adjusted[np.maximum(places, 0)] if self.tails.size else 1.0, 1.0)


def correct(tails: Array, possible: float) -> Correction:
    """Adjust p-values for all possible pairs; those never seen together have p = 1 and rank last.

    Source: Benjamini and Hochberg 1995; adjusted p as in Yekutieli and Benjamini 1999.
    """
    ascending = np.sort(tails)
    ranks = np.arange(1, ascending.size + 1)
    adjusted = np.minimum.accumulate((ascending * (possible / ranks))[::-1])[::-1]
    return Correction(tails=ascending, adjusted=np.minimum(adjusted, 1.0))


def sure_effect(together: Array, expected: Array) -> Array:
    """How many times chance a pair surely is: the lower bound (exact Poisson, 95 %, one-sided) of together, over μ."""
    lowest = special.gammaincinv(np.maximum(together, 1), 1 - _CONFIDENCE)
    effect: Array = np.divide(lowest, expected, out=np.zeros(expected.shape), where=(expected > 0) & (together > 0))
    return effect


def above_floor(together: Array, effect: Array, adjusted: Array, learn: Learn) -> Array:
    """Whether each pair may be called "bought together".

    The effect is asked of every pair, but decides only where data is large: where chance expects fewer than about six
    orders together, a pair whose corrected tail is small enough exceeds it anyway.
    """
    above: Array = (
        (adjusted <= learn.false_discovery_rate) & (together >= learn.min_together) & (effect > learn.min_effect)
    )
    return above
