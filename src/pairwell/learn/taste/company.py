"""Which items the same customers buy, whether together or not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS, fetch_early, tight
from pairwell.learn.taste.best import key_of, no_best, offer, read_ranking
from pairwell.learn.taste.profiles import Profiles

_LONGEST = 200  # items of a customer that count here, the newest; the work grows with the square
_BLOCKS = 64
_OWNER_BITS = 31
_AHEAD = 8  # customers whose place is fetched before it is their turn
_ANCHOR, _OTHER, _DAMPING = 0.7, 0.3, 5.0


class Company(NamedTuple):
    """For each item those that its buyers buy, a row an item, best first; -1 ends a short one."""

    items: Array  # int32, items x width
    score: Array  # float32


class _Buyers(NamedTuple):
    """Profiles, cut to a bearable length, and the customers of each item."""

    offsets: Array
    items: Array
    starts: Array
    customers: Array
    anchor: Array
    other: Array


def find_company(profiles: Profiles, n_items: int, width: int, threads: int = THREADS) -> Company:
    """The `width` best of each item by `t / (a^.7 · b^.3 + 5)`, from customers with both, with each; ties by item id.

    Asymmetric cosine after Aiolli 2013, of customers instead of orders, damped.
    """
    buyers = _buyers(profiles, n_items)
    best = no_best(n_items, width)

    def fill(first: int, last: int) -> None:
        together, met = np.zeros(n_items, dtype=np.int32), np.empty(n_items, dtype=np.int32)
        _fill(buyers, (first, last), best, (together, met))

    in_blocks(fill, n_items, threads)
    return Company(*read_ranking(best))


def in_blocks(task: Callable[[int, int], None], length: int, threads: int) -> None:
    """Do `task(first, last)` for small parts of a range, so that one slow part does not hold up the others."""
    bounds = np.unique(np.linspace(0, length, _BLOCKS + 1).astype(np.int64)).tolist()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task, first, last) for first, last in pairwise(bounds)]:
            done.result()


def _buyers(profiles: Profiles, n_items: int) -> _Buyers:
    keep = _newest(profiles)
    owners, items = profiles.owners[keep], profiles.items[keep]
    by_item = np.sort((items.astype(np.int64) << _OWNER_BITS) + owners)  # much faster than an order of places
    n_buyers = np.bincount(items, minlength=n_items)
    return _Buyers(
        offsets=np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=profiles.baskets.size)))),
        items=items,
        starts=np.concatenate(([0], np.cumsum(n_buyers))),
        customers=(by_item & ((1 << _OWNER_BITS) - 1)).astype(np.int32),
        anchor=np.maximum(n_buyers, 1) ** _ANCHOR,
        other=np.maximum(n_buyers, 1) ** _OTHER,
    )


def _newest(profiles: Profiles) -> Array:
    """Which rows are among the newest of their customer."""
    keep = np.ones(profiles.items.size, dtype=bool)
    for customer in np.flatnonzero(np.diff(profiles.offsets) > _LONGEST).tolist():
        row = slice(int(profiles.offsets[customer]), int(profiles.offsets[customer + 1]))
        falling = np.lexsort((profiles.items[row], -profiles.times[row], -profiles.last[row]))
        keep[row.start + falling[_LONGEST:]] = False
    return keep


@tight
def _fill(buyers: _Buyers, part: tuple[int, int], best: Array, scratch: tuple[Array, Array]) -> None:
    together, met = scratch
    for anchor in range(part[0], part[1]):
        found = _meet(buyers, anchor, together, met)
        for place in range(found):
            item = met[place]
            value = together[item] / (buyers.anchor[anchor] * buyers.other[item] + _DAMPING)
            together[item] = 0
            offer(best, anchor, key_of(value, item))


@tight
def _meet(buyers: _Buyers, anchor: int, together: Array, met: Array) -> int:
    """Count the customers whom other items share with `anchor`; how many such items there are."""
    found = 0
    last = buyers.starts[anchor + 1]
    for place in range(buyers.starts[anchor], last):
        if place + _AHEAD < last:
            fetch_early(buyers.offsets, buyers.customers[place + _AHEAD])
        customer = buyers.customers[place]
        for row in range(buyers.offsets[customer], buyers.offsets[customer + 1]):
            item = buyers.items[row]
            if item != anchor:
                if together[item] == 0:
                    met[found] = item
                    found += 1
                together[item] += 1
    return found
