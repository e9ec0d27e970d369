"""How many orders hold given sets of items."""

from __future__ import annotations

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import compiled
from pairwell.learn.itemsets.mine import Itemsets


def count_sets(baskets: Baskets, itemsets: Itemsets) -> Array:
    """Orders with each of the sets."""
    nowhere = np.full(itemsets.counts.size, -1, dtype=np.int64)
    return count_without(baskets, itemsets, nowhere, np.arange(itemsets.counts.size))


def count_without(baskets: Baskets, itemsets: Itemsets, places: Array, sets: Array) -> Array:
    """Orders with each of the sets when the item at the place beside it is left out; -1 leaves out none."""
    by_item = np.argsort(baskets.items, kind="stable")
    orders = np.repeat(np.arange(baskets.n_orders, dtype=np.int32), baskets.sizes)[by_item]
    starts = np.concatenate(([0], np.cumsum(baskets.item_orders())))
    counts = np.empty(places.size, dtype=np.int64)
    _count_each((starts, orders), (itemsets.offsets, itemsets.items), (sets, places), counts)
    return counts


@compiled
def _count_each(
    lists: tuple[Array, Array], table: tuple[Array, Array], asked: tuple[Array, Array], counts: Array
) -> None:
    """Count the orders of each set asked for, without the item at its place."""
    offsets, items = table
    for number in range(counts.size):
        chosen, without = asked[0][number], asked[1][number]
        left = items[offsets[chosen] : offsets[chosen + 1]].copy()
        if without >= 0:
            # Another of its items stands in for the one left out: asked twice, it changes no count.
            place = without - offsets[chosen]
            left[place] = left[place - 1]
        counts[number] = _count_all(lists[0], lists[1], left)


@compiled
def _count_all(starts: Array, orders: Array, items: Array) -> int:
    """Orders with all of these items, looked up among the orders of the rarest."""
    rarest = items[0]
    for item in items:
        if starts[item + 1] - starts[item] < starts[rarest + 1] - starts[rarest]:
            rarest = item
    found = 0
    for order in orders[starts[rarest] : starts[rarest + 1]]:
        found += _in_all(starts, orders, items, order)
    return found


@compiled
def _in_all(starts: Array, orders: Array, items: Array, order: int) -> bool:
    for item in items:
        low, high = starts[item], starts[item + 1]
        while low < high:
            middle = (low + high) // 2
            if orders[middle] < order:
                low = middle + 1
            else:
                high = middle
        if low == starts[item + 1] or orders[low] != order:
            return False
    return True
