"""Which items the same customers buy, whether together or not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS, compiled
from pairwell.learn.taste.profiles import Profiles

_LONGEST = 200  # items of a customer that count here, the newest; the work grows with the square
_BLOCKS = 64
_ANCHOR, _OTHER, _DAMPING = 0.7, 0.3, 5.0


class Company(NamedTuple):
    """For each item those that its buyers buy, best first; the row of item i starts at `i * width`, -1 ends it."""

    width: int
    items: Array  # int32
    score: Array  # float64


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
    items = np.full(n_items * width, -1, dtype=np.int32)
    score = np.zeros(n_items * width)

    def fill(first: int, last: int) -> None:
        _fill(buyers, (first, last, width), items, score)

    in_blocks(fill, n_items, threads)
    return Company(width, items, score)


def in_blocks(task: Callable[[int, int], None], length: int, threads: int) -> None:
    """Do `task(first, last)` for small parts of a range, so that one slow part does not hold up the others."""
    bounds = np.unique(np.linspace(0, length, _BLOCKS + 1).astype(np.int64)).tolist()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task, first, last) for first, last in pairwise(bounds)]:
            done.result()


def _buyers(profiles: Profiles, n_items: int) -> _Buyers:
    keep = _newest(profiles)
    owners, items = profiles.owners[keep], profiles.items[keep]
    order = np.argsort(items, kind="stable")
    n_buyers = np.bincount(items, minlength=n_items)
    return _Buyers(
        offsets=np.searchsorted(owners, np.arange(profiles.baskets.size + 1)),
        items=items,
        starts=np.concatenate(([0], np.cumsum(n_buyers))),
        customers=owners[order],
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


@compiled
def _fill(buyers: _Buyers, part: tuple[int, int, int], items: Array, score: Array) -> None:
    first, last, width = part
    together = np.zeros(buyers.anchor.size, dtype=np.int32)
    met = np.empty(buyers.anchor.size, dtype=np.int32)
    for anchor in range(first, last):
        found = _meet(buyers, anchor, together, met)
        start = anchor * width
        filled = 0
        for place in range(found):
            item = met[place]
            value = together[item] / (buyers.anchor[anchor] * buyers.other[item] + _DAMPING)
            together[item] = 0
            filled = keep_best(items[start : start + width], score[start : start + width], filled, item, value)


@compiled
def _meet(buyers: _Buyers, anchor: int, together: Array, met: Array) -> int:
    found = 0
    for place in range(buyers.starts[anchor], buyers.starts[anchor + 1]):
        customer = buyers.customers[place]
        for row in range(buyers.offsets[customer], buyers.offsets[customer + 1]):
            item = buyers.items[row]
            if item != anchor:
                if together[item] == 0:
                    met[found] = item
                    found += 1
                together[item] += 1
    return found


@compiled
def keep_best(items: Array, score: Array, filled: int, item: int, value: float) -> int:
    """Put an item into a list that is sorted, best first, ties by number; how many the list then holds."""
    width = items.size
    if filled == width and (value < score[width - 1] or (value == score[width - 1] and item > items[width - 1])):
        return filled
    place = min(filled, width - 1)
    while place > 0 and (score[place - 1] < value or (score[place - 1] == value and items[place - 1] > item)):
        items[place] = items[place - 1]
        score[place] = score[place - 1]
        place -= 1
    items[place] = item
    score[place] = value
    return min(filled + 1, width)
