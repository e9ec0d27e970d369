"""When each customer first bought each item."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets, thin
from pairwell.learn.days import dated, local_days
from pairwell.learn.history import History
from pairwell.learn.relations.often import Shelves

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

    @property
    def shelves(self) -> Shelves:
        """The same as counting takes it."""
        return Shelves(self.offsets, self.items, self.days)

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
    lines, sizes = np.repeat(known, baskets.sizes), baskets.sizes[known]
    days = local_days(baskets.placed_at[known], timezone)
    start = int(days.min()) if days.size else 0
    who = np.repeat(history.customers[known].astype(np.int64), sizes)
    keys, first = _earliest(who * len(baskets.item_ids) + baskets.items[lines], np.repeat(days - start, sizes))
    return _drawn(baskets, keys, first + start)


def _earliest(keys: Array, days: Array) -> tuple[Array, Array]:
    """Each key once, ascending, with its first day; days are counted from the first of all."""
    span = int(days.max(initial=0)) + 1
    both = np.sort(keys * span + days)  # sorting one column of integers takes a fraction of what two take
    keys, days = np.divmod(both, span)
    first = np.diff(keys, prepend=-1) != 0
    return keys[first], days[first]


def _drawn(baskets: Baskets, keys: Array, days: Array) -> FirstPurchases:
    n_items = max(1, len(baskets.item_ids))
    who, items = np.divmod(keys, n_items)
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    whole = Baskets(
        item_ids=baskets.item_ids,
        offsets=np.append(starts, who.size),
        items=items.astype(np.int32),
        placed_at=np.zeros(starts.size),
    )
    shelves, n_cut = thin(whole, _MOST)
    if n_cut:
        days = days[np.searchsorted(keys, np.repeat(who[starts], shelves.sizes) * n_items + shelves.items)]
    return FirstPurchases(
        n_items=len(baskets.item_ids), offsets=shelves.offsets, items=shelves.items, days=days.astype(np.int32)
    )
