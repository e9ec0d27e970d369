"""Who bought what on a later day: counts of customers and days between, over first purchases."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.relations.directed import Directed
from pairwell.learn.relations.first_purchases import FirstPurchases

FEWEST = 10  # customers who bought the two on different days

_Rows = tuple[Array, Array, Array]  # where each row begins, what is in the rows, and on which day


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
    shelves, holders = _shelves(bought), _holders(bought)
    sizes = np.zeros(bought.n_items, dtype=np.int64)
    _follow(shelves, holders, sizes, np.empty((0, 3), dtype=np.int64))
    found = np.empty((int(sizes.sum()), 3), dtype=np.int64)
    _follow(shelves, holders, sizes, found)
    anchors = np.repeat(np.arange(bought.n_items), sizes)
    return Sequences(
        pairs=Directed(n_items=bought.n_items, anchors=anchors, targets=found[:, 0]),
        later=found[:, 1],
        earlier=found[:, 2],
    )


def measure_lags(bought: FirstPurchases, pairs: Directed) -> Array:
    """Lower quartile, median and upper quartile of the days between, a row a pair; each is the lag of a customer."""
    lags = np.zeros((pairs.anchors.size, 3), dtype=np.int64)
    _measure(_shelves(bought), _holders(bought), (pairs.anchors, pairs.targets), lags)
    return lags


def _shelves(bought: FirstPurchases) -> _Rows:
    return bought.offsets.astype(np.int64), bought.items, bought.days


def _holders(bought: FirstPurchases) -> _Rows:
    by_item = np.argsort(bought.items, kind="stable")
    held_at = np.searchsorted(bought.items[by_item], np.arange(bought.n_items + 1))
    return held_at, bought.customers[by_item], bought.days[by_item]


@compiled
def _follow(shelves: _Rows, holders: _Rows, sizes: Array, found: Array) -> None:
    """Fill `sizes` with the pairs of each item; where `found` has room for all, write them there."""
    shelf_at, items, days = shelves
    held_at, held_by, since = holders
    later = np.zeros(sizes.size, dtype=np.int64)
    earlier = np.zeros(sizes.size, dtype=np.int64)
    touched = np.empty(sizes.size, dtype=np.int64)
    written = 0
    for anchor in range(sizes.size):
        reached = 0
        first, last = held_at[anchor], held_at[anchor + 1]
        for holder in range(first, last if last - first >= FEWEST else first):
            for place in range(shelf_at[held_by[holder]], shelf_at[held_by[holder] + 1]):
                other = items[place]
                if later[other] + earlier[other] == 0 and days[place] != since[holder]:
                    touched[reached] = other
                    reached += 1
                later[other] += days[place] > since[holder]
                earlier[other] += days[place] < since[holder]
        sizes[anchor] = 0
        for other in np.sort(touched[:reached]):
            if other > anchor and later[other] + earlier[other] >= FEWEST:
                sizes[anchor] += 1
                if found.shape[0] > 0:
                    found[written, 0], found[written, 1], found[written, 2] = other, later[other], earlier[other]
                written += 1
            later[other], earlier[other] = 0, 0


@compiled
def _measure(shelves: _Rows, holders: _Rows, pairs: tuple[Array, Array], lags: Array) -> None:
    shelf_at, items, days = shelves
    held_at, held_by, since = holders
    anchors, targets = pairs
    for pair in range(anchors.size):
        first, last = held_at[anchors[pair]], held_at[anchors[pair] + 1]
        between = np.empty(last - first, dtype=np.int64)
        found = 0
        for holder in range(first, last):
            shelf = slice(shelf_at[held_by[holder]], shelf_at[held_by[holder] + 1])
            place = shelf.start + np.searchsorted(items[shelf], targets[pair])
            if place < shelf.stop and items[place] == targets[pair] and days[place] > since[holder]:
                between[found] = days[place] - since[holder]
                found += 1
        ordered = np.sort(between[:found])
        for quarter in range(1, 4):
            lags[pair, quarter - 1] = ordered[(quarter * (found - 1)) // 4] if found else 0
