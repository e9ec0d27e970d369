"""On which days each customer bought each item, and how many lie between."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets


class Visits(NamedTuple):
    """Purchases of one item by one customer on distinct days; rows by customer, item and day.

    `number` counts them from 0; `before` is the days since the one before, 0 for the first.
    """

    customers: Array
    items: Array
    days: Array
    number: Array
    before: Array

    @property
    def last(self) -> Array:
        """Whether no later purchase of the item by the customer is known."""
        flags: Array = np.append(self.number[1:] == 0, True)[: self.number.size]
        return flags


def find_visits(baskets: Baskets, customers: Array, days: Array, wanted: Array) -> Visits:
    """The purchases of `wanted` items (one flag an item) in orders whose customer and day are known, not -1."""
    known = np.repeat((customers >= 0) & (days >= 0), baskets.sizes) & wanted[baskets.items]
    orders = np.repeat(np.arange(baskets.n_orders, dtype=np.int32), baskets.sizes)[known]
    n_items, calendar = max(1, wanted.size), int(days.max(initial=0)) + 1
    keys = np.sort((customers[orders].astype(np.int64) * n_items + baskets.items[known]) * calendar + days[orders])
    keys = keys[np.diff(keys, prepend=-1) != 0]
    owners, dates = np.divmod(keys, calendar)
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    lengths = np.diff(starts, append=owners.size)
    number = np.arange(owners.size) - np.repeat(starts, lengths)
    return Visits(
        customers=owners // n_items,
        items=(owners % n_items).astype(np.int64),
        days=dates,
        number=number,
        before=np.where(number > 0, np.diff(dates, prepend=0), 0),
    )
