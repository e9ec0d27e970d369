"""What each customer bought, and in how many baskets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import THREADS, fetch_early, tight
from pairwell.learn.taste.blocks import in_blocks

_NUMBER_BITS = 32
_NUMBER = (1 << _NUMBER_BITS) - 1
_AHEAD = 4  # orders whose place is fetched before it is their turn


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


class _Purchases(NamedTuple):
    """The orders of customer c from `starts[c]` on, oldest first, and room for their lines from `rooms[c]` on."""

    starts: Array  # int64
    orders: Array  # int32
    rooms: Array  # int64
    lines: Array  # int64: item and number of the basket


def make_profiles(
    baskets: Baskets, customers: Array, n_customers: int, half_life: float, threads: int = THREADS
) -> Profiles:
    """Profiles of `n_customers` from orders, oldest first; those of customer -1 are left out, and so are empty ones.

    A basket counts half where `half_life` newer ones of the customer follow: dates are not asked for.
    """
    purchases = _by_customer(baskets, customers, n_customers)
    distinct = np.empty(n_customers, dtype=np.int64)
    in_blocks(lambda *part: _collect(part, baskets.offsets, baskets.items, purchases, distinct), n_customers, threads)
    n_baskets = np.diff(purchases.starts)
    profiles = _room(distinct, n_baskets, half_life)
    decay = np.exp2(-np.arange(int(n_baskets.max(initial=1))) / half_life)
    in_blocks(lambda *part: _sum_up(part, purchases, decay, profiles), n_customers, threads)
    return profiles


def _room(distinct: Array, baskets: Array, half_life: float) -> Profiles:
    offsets = np.concatenate(([0], np.cumsum(distinct)))
    items, times, first, last = (np.empty(offsets[-1], dtype=np.int32) for _ in range(4))
    return Profiles(
        offsets=offsets,
        items=items,
        times=times,
        habit=np.empty(offsets[-1]),
        first=first,
        last=last,
        baskets=baskets,
        span=(1 - np.exp2(-baskets / half_life)) / (1 - np.exp2(-1 / half_life)),
    )


def _by_customer(baskets: Baskets, customers: Array, n_customers: int) -> _Purchases:
    placed = np.flatnonzero((customers >= 0) & (baskets.sizes > 0))
    owners = customers[placed].astype(np.int64)
    orders = np.sort((owners << _NUMBER_BITS) + placed) & _NUMBER  # much faster than an order of places
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=n_customers))))
    rooms = np.concatenate(([0], np.cumsum(baskets.sizes[orders])))[starts]
    return _Purchases(starts, orders.astype(np.int32), rooms, np.empty(rooms[-1], dtype=np.int64))


@tight
def _collect(part: tuple[int, int], offsets: Array, items: Array, purchases: _Purchases, distinct: Array) -> None:
    """Put the lines of each customer in order of their items and baskets, and count the distinct items."""
    starts, orders, rooms, lines = purchases
    for customer in range(part[0], part[1]):
        to = rooms[customer]
        for place in range(starts[customer], starts[customer + 1]):
            if place + _AHEAD < orders.size:
                fetch_early(offsets, np.uint64(orders[place + _AHEAD]))
                fetch_early(items, np.uint64(offsets[orders[place + _AHEAD // 2]]))
            for line in range(offsets[orders[place]], offsets[orders[place] + 1]):
                lines[to] = (np.int64(items[line]) << _NUMBER_BITS) + place - starts[customer]
                to += 1
        _sort(lines, rooms[customer], to)
        distinct[customer], before = 0, -1
        for place in range(rooms[customer], to):
            item = lines[place] >> _NUMBER_BITS
            distinct[customer] += item != before
            before = item


@tight
def _sort(keys: Array, first: int, last: int) -> None:
    """Put a part in order, where it stands. Source: Shell 1959."""
    gap = last - first
    while gap > 1:
        gap = max(1, gap * 5 // 11)
        for place in range(first + gap, last):
            key, hole = keys[place], place
            while hole - gap >= first and keys[hole - gap] > key:
                keys[hole] = keys[hole - gap]
                hole -= gap
            keys[hole] = key


@tight
def _sum_up(part: tuple[int, int], purchases: _Purchases, decay: Array, profiles: Profiles) -> None:
    """Fill the rows of each customer; `decay` is what a basket counts that so many newer ones follow."""
    for customer in range(part[0], part[1]):
        newest = profiles.baskets[customer] - 1
        row, before = profiles.offsets[customer] - 1, -1
        for place in range(purchases.rooms[customer], purchases.rooms[customer + 1]):
            item, number = purchases.lines[place] >> _NUMBER_BITS, purchases.lines[place] & _NUMBER
            if item != before:
                row, before = row + 1, item
                profiles.items[row], profiles.first[row] = item, number
                profiles.times[row], profiles.habit[row] = 0, 0.0
            profiles.times[row] += 1
            profiles.habit[row] += decay[newest - number]
            profiles.last[row] = number
