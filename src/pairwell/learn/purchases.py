"""What each customer bought, by item and then by time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.blocks import in_blocks
from pairwell.learn.compiled import THREADS, fetch_early, tight

NUMBER_BITS = 32
NUMBER = (1 << NUMBER_BITS) - 1
_AHEAD = 4  # orders whose place is fetched before it is their turn


class Purchases(NamedTuple):
    """The orders of customer c from `starts[c]` on, oldest first, and their lines from `rooms[c]` on.

    A line is an item and, in the lower 32 bits, the number of the order among those of its customer, from 0; lines
    ascend.
    """

    starts: Array  # int64
    orders: Array  # int32
    rooms: Array  # int64
    lines: Array  # int64
    distinct: Array  # int64: items of each customer


def list_purchases(baskets: Baskets, customers: Array, n_customers: int, threads: int = THREADS) -> Purchases:
    """The purchases of `n_customers`; orders of customer -1 are left out, and so are empty ones."""
    placed = np.flatnonzero((customers >= 0) & (baskets.sizes > 0))
    owners = customers[placed].astype(np.int64)
    orders = np.sort((owners << NUMBER_BITS) + placed) & NUMBER  # much faster than an order of places
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=n_customers))))
    rooms = np.concatenate(([0], np.cumsum(baskets.sizes[orders])))[starts]
    lines, distinct = np.empty(rooms[-1], dtype=np.int64), np.empty(n_customers, dtype=np.int64)
    purchases = Purchases(starts, orders.astype(np.int32), rooms, lines, distinct)
    in_blocks(lambda *part: _collect(part, baskets.offsets, baskets.items, purchases), n_customers, threads)
    return purchases


@tight
def _collect(part: tuple[int, int], offsets: Array, items: Array, purchases: Purchases) -> None:
    """Put the lines of each customer in order of their items and baskets, and count the distinct items."""
    starts, orders, rooms, lines, distinct = purchases
    for customer in range(part[0], part[1]):
        to = rooms[customer]
        for place in range(starts[customer], starts[customer + 1]):
            if place + _AHEAD < orders.size:
                fetch_early(offsets, np.uint64(orders[place + _AHEAD]))
                fetch_early(items, np.uint64(offsets[orders[place + _AHEAD // 2]]))
            for line in range(offsets[orders[place]], offsets[orders[place] + 1]):
                lines[to] = (np.int64(items[line]) << NUMBER_BITS) + place - starts[customer]
                to += 1
        _sort(lines, rooms[customer], to)
        distinct[customer], before = 0, -1
        for place in range(rooms[customer], to):
            item = lines[place] >> NUMBER_BITS
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
