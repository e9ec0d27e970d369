"""What each customer bought, and in how many baskets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets


class Profiles(NamedTuple):
    """The items of customer c lie between `offsets[c]` and `offsets[c + 1]`, distinct, ascending.

    Baskets of a customer are numbered from 0, oldest first.
    """

    offsets: Array  # int64
    items: Array  # int32
    times: Array  # int32: baskets of the customer with the item
    habit: Array  # float64: the same, older ones counting less
    first: Array  # int32: the number of the first of them
    last: Array  # int32: and of the last
    baskets: Array  # int64: baskets of each customer
    span: Array  # float64: the same, older ones counting less

    @property
    def owners(self) -> Array:
        """The customer of each row of `items`."""
        return np.repeat(np.arange(self.baskets.size), np.diff(self.offsets))


def make_profiles(baskets: Baskets, customers: Array, n_customers: int, half_life: float) -> Profiles:
    """Profiles of `n_customers` from orders, oldest first; those of customer -1 are left out, and so are empty ones.

    A basket counts half where `half_life` newer ones of the customer follow: dates are not asked for.
    """
    numbers = _numbers(np.where(baskets.sizes > 0, customers, -1))
    n_baskets = np.bincount(customers[(customers >= 0) & (baskets.sizes > 0)], minlength=n_customers)
    owner, number = (np.repeat(column, baskets.sizes) for column in (customers, numbers))
    known = owner >= 0
    n_items, most = max(1, len(baskets.item_ids)), int(n_baskets.max(initial=1))
    rows = np.sort((owner[known].astype(np.int64) * n_items + baskets.items[known]) * most + number[known])
    keys = rows // most  # rows of one customer and item are oldest first
    number = rows - keys * most
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    stops = np.append(starts, keys.size)[1:]
    owners = keys[starts] // n_items
    items = keys[starts] - owners * n_items
    ages = np.repeat(n_baskets[owners], stops - starts) - 1 - number
    weights = np.exp2(-np.arange(most) / half_life)[ages]
    return Profiles(
        offsets=np.searchsorted(owners, np.arange(n_customers + 1)),
        items=items.astype(np.int32),
        times=(stops - starts).astype(np.int32),
        habit=np.add.reduceat(weights, starts) if starts.size else np.zeros(0),
        first=number[starts].astype(np.int32),
        last=number[stops - 1].astype(np.int32),
        baskets=n_baskets,
        span=(1 - np.exp2(-n_baskets / half_life)) / (1 - np.exp2(-1 / half_life)),
    )


def _numbers(customers: Array) -> Array:
    """The number of each order among those of its customer."""
    order = np.argsort(customers, kind="stable")
    sorted_customers = customers[order]
    starts = np.flatnonzero(np.diff(sorted_customers, prepend=-2))
    lengths = np.diff(np.append(starts, customers.size))
    numbers = np.empty(customers.size, dtype=np.int64)
    numbers[order] = np.arange(customers.size) - np.repeat(starts, lengths)
    return numbers
