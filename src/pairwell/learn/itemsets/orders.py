"""Orders as ranks of items, rare items first, with the orders of each rank beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import compiled

END = -1  # stands before the first order and after each


class RankedOrders(NamedTuple):
    """Orders one after the other, each with the ranks of the items asked for, ascending, and then `END`.

    Ranks below `n_excluded` extend no set any more; they only tell which sets are closed. The others rise by the number
    of their orders, ties by item number.
    """

    ranks: Array
    starts: Array  # rank r stands in `ranks` at places[starts[r] : starts[r + 1]], one place an order
    places: Array
    items: Array  # item number of each rank
    n_excluded: int
    n_orders: int
    longest: int  # ranks of the largest order


class Part(NamedTuple):
    """The orders that hold one rank, and the other ranks in them."""

    held: RankedOrders
    joined: Array  # items that are in all of them
    covered: bool  # whether an earlier rank is in all of them


def rank_orders(baskets: Baskets, min_count: int) -> RankedOrders:
    """All orders, with the items of at least `min_count` of them."""
    counts = baskets.item_orders()
    kept = np.flatnonzero(counts >= min_count)
    kept = kept[np.lexsort((kept, counts[kept]))]
    return _index(baskets.offsets.astype(np.int64), baskets.items, (kept, counts), 0)


def project(held: RankedOrders, rank: int, min_count: int, *, closing: bool) -> Part:
    """The orders with `rank`, and the ranks in at least `min_count` of them.

    Where `closing` sets, earlier ranks stay as excluded, and items in all orders are set apart; else earlier ranks are
    left out.
    """
    offsets, ranks = _take(held.ranks, held.places[held.starts[rank] : held.starts[rank + 1]])
    n_orders = offsets.size - 1
    counts = np.bincount(ranks, minlength=held.items.size)
    often = np.flatnonzero(counts >= min_count)
    earlier, later = (often[often < rank], often[often > rank]) if closing else (often[:0], often[often > rank])
    always = (counts[later] == n_orders) & closing
    joined, later = held.items[later[always]], later[~always]
    kept = np.concatenate((earlier, later[np.lexsort((later, counts[later]))]))
    found = _index(offsets, ranks, (kept, counts), earlier.size)
    return Part(
        held=found._replace(items=held.items[kept]), joined=joined, covered=bool((counts[earlier] == n_orders).any())
    )


def _index(offsets: Array, codes: Array, kept: tuple[Array, Array], n_excluded: int) -> RankedOrders:
    """Rank the codes kept, given the orders of every code."""
    wanted, counts = kept
    rank_of = np.full(counts.size, -1, dtype=np.int32)
    rank_of[wanted] = np.arange(wanted.size, dtype=np.int32)
    starts = np.concatenate(([0], np.cumsum(counts[wanted]))).astype(np.int64)
    orders, sizes = np.empty(starts[-1], dtype=np.int32), np.zeros(offsets.size - 1, dtype=np.int64)
    _invert(offsets, codes, rank_of, (starts.copy(), orders, sizes))
    ranks = np.full(starts[-1] + sizes.size + 1, END, dtype=np.int32)
    places = np.empty(starts[-1], dtype=np.int64)
    firsts = np.cumsum(sizes + 1) - sizes
    _deal(starts, orders, firsts, (ranks, places))
    return RankedOrders(
        ranks=ranks,
        starts=starts,
        places=places,
        items=wanted.astype(np.int32),
        n_excluded=n_excluded,
        n_orders=sizes.size,
        longest=int(sizes.max(initial=0)),
    )


@compiled
def _invert(offsets: Array, codes: Array, rank_of: Array, into: tuple[Array, Array, Array]) -> None:
    """List the orders of each rank, and count the ranks of each order."""
    ends, orders, sizes = into
    for order in range(offsets.size - 1):
        for place in range(offsets[order], offsets[order + 1]):
            rank = rank_of[codes[place]]
            if rank >= 0:
                orders[ends[rank]] = order
                ends[rank] += 1
                sizes[order] += 1


@compiled
def _deal(starts: Array, orders: Array, ends: Array, into: tuple[Array, Array]) -> None:
    """Give each order its ranks; as rank comes after rank, they ascend without being sorted."""
    ranks, places = into
    for rank in range(starts.size - 1):
        for number in range(starts[rank], starts[rank + 1]):
            place = ends[orders[number]]
            ranks[place] = rank
            places[number] = place
            ends[orders[number]] = place + 1


@compiled
def _take(ranks: Array, places: Array) -> tuple[Array, Array]:
    """The orders that stand around these places."""
    bounds = np.zeros(places.size + 1, dtype=np.int64)
    firsts = np.empty(places.size, dtype=np.int64)
    for order in range(places.size):
        first = last = places[order]
        while ranks[first - 1] != END:
            first -= 1
        while ranks[last] != END:
            last += 1
        firsts[order] = first
        bounds[order + 1] = bounds[order] + last - first
    taken = np.empty(bounds[-1], dtype=np.int32)
    for order in range(places.size):
        first = firsts[order]
        taken[bounds[order] : bounds[order + 1]] = ranks[first : first + bounds[order + 1] - bounds[order]]
    return bounds, taken
