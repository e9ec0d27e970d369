"""When each customer first bought each item."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets, thin
from pairwell.learn.bought import Bought
from pairwell.learn.compiled import tight
from pairwell.learn.purchases import NUMBER, NUMBER_BITS, Purchases
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


def first_purchases(baskets: Baskets, bought: Bought) -> FirstPurchases:
    """First purchases of the customers who are known, by dated orders.

    The work of comparing grows with the square of what a customer bought. Of a wholesaler with thousands of items
    200 are drawn by a lot that depends on nothing but the items.
    """
    offsets = np.concatenate(([0], np.cumsum(bought.dated.distinct)))
    items, first = np.empty((2, int(offsets[-1])), dtype=np.int32)
    _find_first(bought.dated, bought.days, offsets, items, first)
    return _drawn(baskets, offsets, items, first)


@tight
def _find_first(bought: Purchases, days: Array, offsets: Array, items: Array, first: Array) -> None:
    """Each item of each customer once, with the first of its days."""
    starts, orders, rooms, lines, _ = bought
    for customer in range(starts.size - 1):
        to = offsets[customer] - 1
        for place in range(rooms[customer], rooms[customer + 1]):
            item, day = lines[place] >> NUMBER_BITS, days[orders[starts[customer] + (lines[place] & NUMBER)]]
            if to < offsets[customer] or item != items[to]:
                to += 1
                items[to], first[to] = item, day
            first[to] = min(first[to], day)


def _drawn(baskets: Baskets, offsets: Array, items: Array, days: Array) -> FirstPurchases:
    sizes, n_items = np.diff(offsets), max(1, len(baskets.item_ids))
    who = np.flatnonzero(sizes)
    whole = Baskets(
        item_ids=baskets.item_ids,
        offsets=np.append(offsets[who], items.size),
        items=items,
        placed_at=np.zeros(who.size),
    )
    shelves, n_cut = thin(whole, _MOST)
    if n_cut:
        keys = np.repeat(who, sizes[who]) * n_items + items
        days = days[np.searchsorted(keys, np.repeat(who, shelves.sizes) * n_items + shelves.items)]
    return FirstPurchases(n_items=len(baskets.item_ids), offsets=shelves.offsets, items=shelves.items, days=days)
