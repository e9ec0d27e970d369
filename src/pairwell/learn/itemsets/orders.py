"""Orders as ranks of items, rare items first, with the orders of each rank beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import compiled


class RankedOrders(NamedTuple):
    """Orders that hold only the items asked for; ranks ascend inside an order.

    Ranks below `n_excluded` extend no set any more; they only tell which sets are closed. The others rise by the number
    of their orders, ties by item number.
    """

    offsets: Array  # order i holds ranks[offsets[i] : offsets[i + 1]]
    ranks: Array
    starts: Array  # rank r is in orders[starts[r] : starts[r + 1]]
    orders: Array
    items: Array  # item number of each rank
    n_excluded: int


def rank_orders(baskets: Baskets, min_count: int) -> RankedOrders:
    """All orders, with the items of at least `min_count` of them."""
    counts = baskets.item_orders()
    kept = np.flatnonzero(counts >= min_count)
    kept = kept[np.lexsort((kept, counts[kept]))]
    return _index(baskets.offsets, baskets.items, kept, counts, 0)


class Part(NamedTuple):
    """The orders that hold one rank, and the other ranks in them."""

    held: RankedOrders
    n_orders: int
    joined: Array  # items that are in all of them
    covered: bool  # whether an earlier rank is in all of them


def project(held: RankedOrders, rank: int, min_count: int, *, closing: bool) -> Part:
    """The orders with `rank`, and the ranks in at least `min_count` of them.

    Where `closing` sets, earlier ranks stay as excluded, and items in all orders are set apart;
    else earlier ranks are left out.
    """
    offsets, ranks = _take(held.offsets, held.ranks, held.orders[held.starts[rank] : held.starts[rank + 1]])
    n_orders = offsets.size - 1
    counts = np.bincount(ranks, minlength=held.items.size)
    often = np.flatnonzero(counts >= min_count)
    earlier, later = (often[often < rank], often[often > rank]) if closing else (often[:0], often[often > rank])
    always = (counts[later] == n_orders) & closing
    joined, later = held.items[later[always]], later[~always]
    kept = np.concatenate((earlier, later[np.lexsort((later, counts[later]))]))
    found = _index(offsets, ranks, kept, counts, earlier.size)
    return Part(
        held=found._replace(items=held.items[kept]),
        n_orders=n_orders,
        joined=joined,
        covered=bool((counts[earlier] == n_orders).any()),
    )


def _index(offsets: Array, codes: Array, kept: Array, counts: Array, n_excluded: int) -> RankedOrders:
    rank_of = np.full(counts.size, -1, dtype=np.int32)
    rank_of[kept] = np.arange(kept.size, dtype=np.int32)
    starts = np.concatenate(([0], np.cumsum(counts[kept]))).astype(np.int64)
    orders = np.empty(int(starts[-1]), dtype=np.int32)
    sizes = np.zeros(offsets.size, dtype=np.int64)
    _invert(offsets.astype(np.int64), codes, rank_of, (starts.copy(), orders, sizes))
    bounds = np.cumsum(sizes)
    ranks = np.empty(orders.size, dtype=np.int32)
    _deal(starts, orders, bounds[:-1].copy(), ranks)
    return RankedOrders(
        offsets=bounds, ranks=ranks, starts=starts, orders=orders, items=kept.astype(np.int32), n_excluded=n_excluded
    )


@compiled
def _invert(offsets: Array, codes: Array, rank_of: Array, into: tuple[Array, Array, Array]) -> None:
    """List the orders of each rank, and count the ranks of each order one place on."""
    ends, orders, sizes = into
    for order in range(offsets.size - 1):
        for place in range(offsets[order], offsets[order + 1]):
            rank = rank_of[codes[place]]
            if rank >= 0:
                orders[ends[rank]] = order
                ends[rank] += 1
                sizes[order + 1] += 1


@compiled
def _deal(starts: Array, orders: Array, ends: Array, ranks: Array) -> None:
    """Give each order its ranks; as rank comes after rank, they ascend without being sorted."""
    for rank in range(starts.size - 1):
        for place in range(starts[rank], starts[rank + 1]):
            order = orders[place]
            ranks[ends[order]] = rank
            ends[order] += 1


@compiled
def _take(offsets: Array, ranks: Array, wanted: Array) -> tuple[Array, Array]:
    """Only the orders `wanted`."""
    bounds = np.zeros(wanted.size + 1, dtype=np.int64)
    for place in range(wanted.size):
        bounds[place + 1] = bounds[place] + offsets[wanted[place] + 1] - offsets[wanted[place]]
    taken = np.empty(bounds[-1], dtype=np.int32)
    for place in range(wanted.size):
        taken[bounds[place] : bounds[place + 1]] = ranks[offsets[wanted[place]] : offsets[wanted[place] + 1]]
    return bounds, taken
