"""In how many orders given pairs were together: one pass over the orders, whatever the number of pairs."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import compiled
from pairwell.learn.relations.directed import Directed

_Rows = tuple[Array, Array]  # where each row begins, and what is in the rows


def count_together(baskets: Baskets, pairs: Directed) -> Array:
    """Orders with both items of each pair."""
    held_at, places = places_by_item(baskets.items, pairs.n_items)
    held_by = np.repeat(np.arange(baskets.n_orders), baskets.sizes)[places]
    found = np.zeros(pairs.anchors.size, dtype=np.int64)
    orders = baskets.offsets.astype(np.int64), baskets.items.astype(np.int64)
    _count(orders, (held_at, held_by), (pairs.offsets, pairs.targets), found)
    return found


def places_by_item(items: Array, n_items: int) -> tuple[Array, Array]:
    """Where those of item i begin, and the places at which each item stands, ascending; without sorting."""
    ones, every = np.ones(items.size, dtype=np.int8), np.arange(items.size + 1)
    turned = sparse.csr_array((ones, items, every), shape=(items.size, n_items)).tocsc()
    return turned.indptr.astype(np.int64), turned.indices.astype(np.int64)


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
