"""Which items the same customers buy, whether together or not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.blocks import in_blocks
from pairwell.learn.compiled import THREADS, fetch_early, tight
from pairwell.learn.taste.best import keep_highest, key_of, no_best, read_ranking, score_of
from pairwell.learn.taste.profiles import Profiles

_LONGEST = 200  # items of a customer that count here, the newest; the work grows with the square
_AHEAD = 6  # customers whose items are fetched before it is their turn, and their place twice as early
_FETCHED, _LINE = 48, 16  # items of them, and those that one fetch brings
_ANCHOR, _OTHER, _DAMPING = 0.7, 0.3, 5.0
_BELOW = 1 - 1e-6  # a score is rounded to a 32-bit float before it is compared


class Company(NamedTuple):
    """For each item those that its buyers buy, a row an item, best first; -1 ends a short one."""

    items: Array  # int32, items x width
    score: Array  # float32


class _Buyers(NamedTuple):
    """Profiles, cut to a bearable length, and the customers of each item; items by rank, the most bought first.

    Most counts are of items that many buy: by rank those lie side by side, in memory that is near.
    """

    offsets: Array
    items: Array  # int32: ranks
    starts: Array
    customers: Array  # int32: of rank r from `starts[r]` on
    numbers: Array  # int64: the item of each rank
    anchor: Array
    other: Array


def find_company(profiles: Profiles, n_items: int, width: int, threads: int = THREADS) -> Company:
    """The `width` best of each item by `t / (a^.7 · b^.3 + 5)`, from customers with both, with each; ties by item id.

    Asymmetric cosine after Aiolli 2013, of customers instead of orders, damped.
    """
    buyers = _buyers(profiles, n_items)
    best = no_best(n_items, width)

    def fill(first: int, last: int) -> None:
        together, met = np.zeros(n_items, dtype=np.int32), np.empty(n_items + 1, dtype=np.int32)
        _fill(buyers, (first, last), best, (together, met, np.empty(2 * width, dtype=np.int64)))

    in_blocks(fill, n_items, threads)
    return Company(*read_ranking(best))


def _buyers(profiles: Profiles, n_items: int) -> _Buyers:
    offsets, items = _cut(profiles)
    n_buyers = np.bincount(items, minlength=n_items)
    numbers = np.lexsort((np.arange(n_items), -n_buyers))
    n_buyers = n_buyers[numbers]
    buyers = _Buyers(
        offsets=offsets,
        items=np.argsort(numbers).astype(np.int32)[items],
        starts=np.concatenate(([0], np.cumsum(n_buyers))),
        customers=np.empty(items.size, dtype=np.int32),
        numbers=numbers,
        anchor=np.maximum(n_buyers, 1) ** _ANCHOR,
        other=np.maximum(n_buyers, 1) ** _OTHER,
    )
    _list_customers(buyers, buyers.starts[:-1].copy())
    return buyers


def _cut(profiles: Profiles) -> tuple[Array, Array]:
    """Offsets and items of the profiles, each with its newest items only."""
    sizes = np.diff(profiles.offsets)
    if int(sizes.max(initial=0)) <= _LONGEST:
        return profiles.offsets, profiles.items
    offsets = np.concatenate(([0], np.cumsum(np.minimum(sizes, _LONGEST))))
    return offsets, profiles.items[_newest(profiles)]


def _newest(profiles: Profiles) -> Array:
    """Which rows are among the newest of their customer."""
    keep = np.ones(profiles.items.size, dtype=bool)
    for customer in np.flatnonzero(np.diff(profiles.offsets) > _LONGEST).tolist():
        row = slice(int(profiles.offsets[customer]), int(profiles.offsets[customer + 1]))
        falling = np.lexsort((profiles.items[row], -profiles.times[row], -profiles.last[row]))
        keep[row.start + falling[_LONGEST:]] = False
    return keep


@tight
def _list_customers(buyers: _Buyers, free: Array) -> None:
    """`free` is the place for the next customer of each rank."""
    for customer in range(buyers.offsets.size - 1):
        for row in range(buyers.offsets[customer], buyers.offsets[customer + 1]):
            rank = np.uint64(buyers.items[row])
            buyers.customers[np.uint64(free[rank])] = customer
            free[rank] += 1


@tight
def _fill(buyers: _Buyers, part: tuple[int, int], best: Array, scratch: tuple[Array, Array, Array]) -> None:
    together, met, chosen = scratch
    width = best.shape[1]
    for anchor in range(part[0], part[1]):
        found = _meet(buyers, anchor, together, met)
        together[anchor] = 0
        n_chosen, bar = 0, 0.0
        for place in range(found):
            item = np.uint64(met[place])
            times, size = together[item], buyers.anchor[anchor] * buyers.other[item] + _DAMPING
            together[item] = 0
            if times < bar * size:
                continue
            chosen[n_chosen] = key_of(times / size, buyers.numbers[item])
            n_chosen += times > 0  # the anchor itself has met nobody any more
            if n_chosen == chosen.size:
                bar = score_of(keep_highest(chosen, chosen.size, width)) * _BELOW
                n_chosen = width
        if n_chosen > width:
            keep_highest(chosen, n_chosen, width)
        own = buyers.numbers[anchor]
        for place in range(min(n_chosen, width)):
            best[own, place] = chosen[place]


@tight
def _meet(buyers: _Buyers, anchor: int, together: Array, met: Array) -> int:
    """Count the customers whom items share with `anchor`, itself included; how many such items there are."""
    found = np.uint64(0)
    last = buyers.starts[anchor + 1]
    for place in range(buyers.starts[anchor], last):
        if place + 2 * _AHEAD < last:
            fetch_early(buyers.offsets, buyers.customers[place + 2 * _AHEAD])
        if place + _AHEAD < last:
            ahead = buyers.offsets[buyers.customers[place + _AHEAD]]
            for row in range(ahead, ahead + _FETCHED, _LINE):
                fetch_early(buyers.items, row)
        customer = buyers.customers[place]
        for row in range(np.uint64(buyers.offsets[customer]), np.uint64(buyers.offsets[customer + 1])):
            item = np.uint64(buyers.items[row])
            before = together[item]
            met[found] = item
            found += np.uint64(before == 0)
            together[item] = before + 1
    return int(found)
