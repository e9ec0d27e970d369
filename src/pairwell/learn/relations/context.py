"""What two items' other company says of how often they should be together."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.relations.similar import unit_rows
from pairwell.model.neighbours import Neighbours

_COMPANY = 50  # neighbours of an item that make up its company
_FEWEST = 3  # orders with both; one that is shared by two rare items is no company
_STEPS = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7])  # likeness of company, from each on
_PRIOR = 5.0  # orders at the rate of chance, added to every step


def company(pairs: Neighbours) -> sparse.csr_array:
    """A row of length 1 for each item: what it surely keeps company with, by the logarithm of the sure effect."""
    n_items = pairs.offsets.size - 1
    told = np.flatnonzero((pairs.effect > 1) & (pairs.together >= _FEWEST))
    anchors, items = np.repeat(np.arange(n_items), np.diff(pairs.offsets))[told], pairs.items[told]
    sure = np.log(pairs.effect[told])
    offsets = np.searchsorted(anchors, np.arange(n_items + 1))
    kept = np.arange(told.size)
    crowded = np.flatnonzero((np.diff(offsets) > _COMPANY)[anchors])
    order = crowded[np.lexsort((items[crowded], -sure[crowded], anchors[crowded]))]
    begins = np.maximum.accumulate(np.where(np.diff(anchors[order], prepend=-1) != 0, np.arange(order.size), 0))
    kept = np.delete(kept, order[np.arange(order.size) - begins >= _COMPANY])
    rows = sparse.csr_array((sure[kept], (anchors[kept], items[kept])), shape=(n_items, n_items))
    return unit_rows(rows)


def chance_rate(orders: Baskets) -> float:
    """`Σs(s-1) / (Σs)²`: times the lines of two items it is the orders with both that sizes alone make by chance."""
    sizes = orders.sizes.astype(np.float64)
    return float((sizes * (sizes - 1)).sum()) / max(1.0, float(sizes.sum())) ** 2


def foretell(alike: Array, together: Array, by_chance: Array) -> Array:
    """Orders together that pairs so much alike in company have in this shop; never below chance.

    Over all pairs of one step of likeness, what was seen is divided by what chance expects; the more alike, the more,
    never less. Where a pair stays behind, one item stands for the other.
    """
    step = np.searchsorted(_STEPS, alike, side="right") - 1
    seen, expected = (np.bincount(step, weights=each, minlength=_STEPS.size) for each in (together, by_chance))
    times = np.maximum.accumulate(np.maximum((seen + _PRIOR) / (expected + _PRIOR), 1.0))
    foretold: Array = times[step] * by_chance
    return foretold
