"""How much each item is bought, and whether one buys it again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import tight
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.weights import order_weights
from pairwell.learn.purchases import NUMBER, NUMBER_BITS, Purchases

_FEWEST_BUYERS = 20
_KINDS_BOUGHT_ONCE = {"plan", "service"}


def most_bought(baskets: Baskets, learn: Learn) -> Array:
    """The items that were ever bought, by the decayed number of their orders, most first; ties by item id."""
    weights = np.repeat(order_weights(baskets, learn), baskets.sizes)
    sums = np.bincount(baskets.items, weights=weights.astype(np.float64), minlength=len(baskets.item_ids))
    ranked = np.lexsort((np.arange(sums.size), -baskets.item_orders(), -sums))
    bought: Array = ranked[baskets.item_orders()[ranked] > 0]
    return bought.astype(np.int32)


def bought_once(purchases: Purchases, days: Array, n_items: int, learn: Learn) -> Array:
    """Whether fewer than `bought_once_below` of an item's buyers bought it on a second day.

    `days` go with the orders. An item with fewer than 20 buyers is not called so.
    """
    n_buyers, again = np.zeros((2, n_items), dtype=np.int64)
    _count_buyers(purchases, days, n_buyers, again)
    once: Array = (n_buyers >= _FEWEST_BUYERS) & (again < learn.bought_once_below * n_buyers)
    return once


def once_by_kind(listings: Sequence[Listing]) -> Array:
    """Whether each item is of a kind that one has or has not: a plan, a service."""
    return np.array([listing.kind in _KINDS_BOUGHT_ONCE for listing in listings], dtype=bool)


@tight
def _count_buyers(purchases: Purchases, days: Array, n_buyers: Array, again: Array) -> None:
    """Count the customers of each item, and those who bought it on another day than at first."""
    starts, orders, rooms, lines, _ = purchases
    for customer in range(starts.size - 1):
        before, first, counted = -1, -1, False
        for place in range(rooms[customer], rooms[customer + 1]):
            item, order = lines[place] >> NUMBER_BITS, orders[starts[customer] + (lines[place] & NUMBER)]
            if item != before:
                before, first, counted = item, days[order], False
                n_buyers[item] += 1
            elif not counted and days[order] != first:
                counted = True
                again[item] += 1
