"""Who bought what on a later day: counts of customers and days between, over first purchases."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.relations.counted import places_by_item
from pairwell.learn.relations.directed import Directed
from pairwell.learn.relations.first_purchases import FirstPurchases

FEWEST = 10  # customers who bought the two on different days

_Shelves = tuple[Array, Array, Array]  # items, the day of each, and where its customer's shelf ends


class Sequences(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs that at least ten customers bought on different days, each pair once, by item number.

    `later` bought the target after the anchor, `earlier` before it.
    """

    pairs: Directed
    later: Array
    earlier: Array


def count_sequences(bought: FirstPurchases) -> Sequences:
    """Count, for every two items, the customers who bought one later and earlier; the same day counts for neither.

    Memory is bounded by what is found, not by the pairs there are.
    """
    shelves, holders = _shelves(bought), places_by_item(bought.items, bought.n_items)
    sizes = np.zeros(bought.n_items, dtype=np.int64)
    _follow(shelves, holders, sizes, np.empty((0, 3), dtype=np.int64))
    found = np.empty((int(sizes.sum()), 3), dtype=np.int64)
    _follow(shelves, holders, sizes, found)
    anchors = np.repeat(np.arange(bought.n_items), sizes)
    order = np.lexsort((found[:, 0], anchors))
    return Sequences(
        pairs=Directed(n_items=bought.n_items, anchors=anchors, targets=found[order, 0]),
        later=found[order, 1],
        earlier=found[order, 2],
    )


def measure_lags(bought: FirstPurchases, pairs: Directed, followers: Array) -> Array:
    """Lower quartile, median and upper quartile of the days between, a row a pair; each is the lag of a customer.

    `followers` says how many customers bought the target of each pair after its anchor; at least one did.
    """
    starts = np.concatenate(([0], np.cumsum(followers))).astype(np.int64)
    lags = np.zeros(int(starts[-1]), dtype=np.int64)
    _measure(
        _shelves(bought), places_by_item(bought.items, bought.n_items), (pairs.anchors, pairs.targets), starts, lags
    )
    rising = lags[np.lexsort((lags, np.repeat(np.arange(followers.size), followers)))]
    quarters: Array = starts[:-1, None] + np.arange(1, 4) * (followers[:, None] - 1) // 4
    found: Array = rising[quarters]
    return found


def _shelves(bought: FirstPurchases) -> _Shelves:
    ends = np.repeat(bought.offsets[1:], np.diff(bought.offsets)).astype(np.int64)
    return bought.items, bought.days, ends


@compiled
def _follow(shelves: _Shelves, holders: tuple[Array, Array], sizes: Array, found: Array) -> None:
    """Fill `sizes` with the pairs of each item; where `found` has room for all, write them there."""
    items, days, ends = shelves
    held_at, held = holders
    later = np.zeros(sizes.size, dtype=np.int64)
    earlier = np.zeros(sizes.size, dtype=np.int64)
    touched = np.empty(sizes.size, dtype=np.int64)
    written = 0
    for anchor in range(sizes.size):
        reached = 0
        first, last = held_at[anchor], held_at[anchor + 1]
        for holder in range(first, last if last - first >= FEWEST else first):
            own = held[holder]
            for place in range(own + 1, ends[own]):  # a shelf is ascending: every pair is met once
                other = items[place]
                if later[other] + earlier[other] == 0 and days[place] != days[own]:
                    touched[reached] = other
                    reached += 1
                later[other] += days[place] > days[own]
                earlier[other] += days[place] < days[own]
        sizes[anchor] = 0
        for step in range(reached):
            other = touched[step]
            if later[other] + earlier[other] >= FEWEST:
                sizes[anchor] += 1
                if found.shape[0] > 0:
                    found[written, 0] = other
                    found[written, 1] = later[other]
                    found[written, 2] = earlier[other]
                written += 1
            later[other] = 0
            earlier[other] = 0


@compiled
def _measure(
    shelves: _Shelves, holders: tuple[Array, Array], pairs: tuple[Array, Array], starts: Array, lags: Array
) -> None:
    items, days, ends = shelves
    held_at, held = holders
    anchors, targets = pairs
    for pair in range(anchors.size):
        low, high = min(anchors[pair], targets[pair]), max(anchors[pair], targets[pair])
        sign = 1 if targets[pair] == high else -1
        written = starts[pair]
        for holder in range(held_at[low], held_at[low + 1]):
            own = held[holder]
            for place in range(own + 1, ends[own]):
                if items[place] == high and sign * (days[place] - days[own]) > 0:
                    lags[written] = sign * (days[place] - days[own])
                    written += 1
