"""In how many orders given pairs were together: one pass over the orders, whatever the number of pairs."""

from __future__ import annotations

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import compiled
from pairwell.learn.relations.directed import Directed

_Rows = tuple[Array, Array]  # where each row begins, and what is in the rows


def count_together(baskets: Baskets, pairs: Directed) -> Array:
    """Orders with both items of each pair."""
    order_of = np.repeat(np.arange(baskets.n_orders), baskets.sizes)
    by_item = np.argsort(baskets.items, kind="stable")
    held_at = np.searchsorted(baskets.items[by_item], np.arange(pairs.n_items + 1))
    found = np.zeros(pairs.anchors.size, dtype=np.int64)
    orders = baskets.offsets.astype(np.int64), baskets.items.astype(np.int64)
    _count(orders, (held_at, order_of[by_item]), (pairs.offsets, pairs.targets), found)
    return found


@compiled
def _count(orders: _Rows, holders: _Rows, pairs: _Rows, found: Array) -> None:
    order_at, items = orders
    held_at, held_by = holders
    pair_at, targets = pairs
    place_of = np.full(pair_at.size, -1, dtype=np.int64)
    for anchor in range(pair_at.size - 1):
        first, last = pair_at[anchor], pair_at[anchor + 1]
        for pair in range(first, last):
            place_of[targets[pair]] = pair
        for holder in range(held_at[anchor], held_at[anchor + 1] if last > first else 0):
            order = held_by[holder]
            for line in range(order_at[order], order_at[order + 1]):
                pair = place_of[items[line]]
                found[max(pair, 0)] += pair >= 0
        for pair in range(first, last):
            place_of[targets[pair]] = -1
