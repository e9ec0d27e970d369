"""How much each item is bought, and whether one buys it again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.weights import order_weights

_FEWEST_BUYERS = 20
_KINDS_BOUGHT_ONCE = {"plan", "service"}


def most_bought(baskets: Baskets, learn: Learn) -> Array:
    """The items that were ever bought, by the decayed number of their orders, most first; ties by item id."""
    weights = np.repeat(order_weights(baskets, learn), baskets.sizes)
    sums = np.bincount(baskets.items, weights=weights.astype(np.float64), minlength=len(baskets.item_ids))
    ranked = np.lexsort((np.arange(sums.size), -baskets.item_orders(), -sums))
    bought: Array = ranked[baskets.item_orders()[ranked] > 0]
    return bought.astype(np.int32)


def bought_once(baskets: Baskets, customers: Array, days: Array, learn: Learn) -> Array:
    """Whether fewer than `bought_once_below` of an item's buyers bought it on a second day.

    `customers` and `days` go with the orders; an order with -1 in either is left out. An item with fewer than
    20 buyers is not called so.
    """
    known = np.repeat((customers >= 0) & (days >= 0), baskets.sizes)
    who, when = (np.repeat(column, baskets.sizes)[known].astype(np.int64) for column in (customers, days))
    people, calendar = int(customers.max(initial=0)) + 1, int(days.max(initial=0)) + 1
    visits = np.sort((baskets.items[known].astype(np.int64) * people + who) * calendar + when)
    buyers, on_days = _runs(visits[np.diff(visits, prepend=-1) != 0] // calendar)
    bought = buyers // people
    n_items = len(baskets.item_ids)
    n_buyers = np.bincount(bought, minlength=n_items)
    again = np.bincount(bought, weights=on_days > 1, minlength=n_items)
    once: Array = (n_buyers >= _FEWEST_BUYERS) & (again < learn.bought_once_below * n_buyers)
    return once


def once_by_kind(listings: Sequence[Listing]) -> Array:
    """Whether each item is of a kind that one has or has not: a plan, a service."""
    return np.array([listing.kind in _KINDS_BOUGHT_ONCE for listing in listings], dtype=bool)


def _runs(ascending: Array) -> tuple[Array, Array]:
    """The distinct values and how often each occurs."""
    starts = np.flatnonzero(np.diff(ascending, prepend=-1) != 0)
    return ascending[starts], np.diff(starts, append=ascending.size)
