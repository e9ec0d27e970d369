"""When each customer first bought each item."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets, make_baskets, thin
from pairwell.learn.days import dated, local_days
from pairwell.learn.history import History

_MOST = 200  # first purchases of one customer; of one with more these many are drawn by lot


class FirstPurchases(msgspec.Struct, frozen=True, kw_only=True):
    """What each customer bought, and the day of the shop on which it was bought first.

    The items of customer i lie between `offsets[i]` and `offsets[i + 1]`, ascending, `days` beside them.
    """

    n_items: int
    offsets: Array
    items: Array
    days: Array

    @property
    def customers(self) -> Array:
        """The customer of each entry."""
        return np.repeat(np.arange(self.offsets.size - 1), np.diff(self.offsets))

    def buyers(self) -> Array:
        """Customers who bought each item."""
        return np.bincount(self.items, minlength=self.n_items)


def first_purchases(history: History, timezone: str) -> FirstPurchases:
    """First purchases of the customers who are known, by dated orders.

    The work of comparing grows with the square of what a customer bought. Of a wholesaler with thousands of items
    200 are drawn by a lot that depends on nothing but the items.
    """
    baskets = history.baskets
    known = (history.customers >= 0) & dated(baskets.placed_at)
    lines = np.repeat(known, baskets.sizes)
    who = np.repeat(history.customers, baskets.sizes)[lines].astype(np.int64)
    day = np.repeat(local_days(baskets.placed_at, timezone), baskets.sizes)[lines]
    keys, first = _earliest(who * len(baskets.item_ids) + baskets.items[lines], day)
    return _drawn(baskets, keys, first)


def _earliest(keys: Array, days: Array) -> tuple[Array, Array]:
    order = np.lexsort((days, keys))
    distinct, first = np.unique(keys[order], return_index=True)
    return distinct, days[order][first]


def _drawn(baskets: Baskets, keys: Array, days: Array) -> FirstPurchases:
    n_items = max(1, len(baskets.item_ids))
    who, items = np.divmod(keys, n_items)
    customers, number = np.unique(who, return_inverse=True)
    shelves = thin(make_baskets(baskets.item_ids, number, items, np.zeros(customers.size)), _MOST)[0]
    kept = np.repeat(np.arange(customers.size), shelves.sizes).astype(np.int64) * n_items + shelves.items
    return FirstPurchases(
        n_items=len(baskets.item_ids),
        offsets=shelves.offsets,
        items=shelves.items.astype(np.int64),
        days=days[np.searchsorted(number.astype(np.int64) * n_items + items, kept)],
    )
