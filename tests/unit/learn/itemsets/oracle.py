"""Itemsets by brute force: every subset of every order, counted."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np

from pairwell.learn.baskets import Baskets, make_baskets
from pairwell.learn.itemsets.mine import Itemsets

Sets = dict[tuple[int, ...], int]


def baskets_of(orders: list[set[int]], n_items: int = 0) -> Baskets:
    lines = [(number, item) for number, order in enumerate(orders) for item in sorted(order)]
    n_items = max([n_items, *(item + 1 for _, item in lines)])
    numbers, items = np.array(lines, dtype=np.int64).reshape(-1, 2).T
    return make_baskets([f"i{item:04d}" for item in range(n_items)], numbers, items, np.zeros(len(orders), np.int64))


def all_sets(orders: list[set[int]], min_count: int) -> Sets:
    counts = Counter(
        chosen for order in orders for size in range(1, len(order) + 1) for chosen in combinations(sorted(order), size)
    )
    return {chosen: count for chosen, count in counts.items() if count >= min_count}


def closed_sets(every: Sets) -> Sets:
    return {
        one: count
        for one, count in every.items()
        if not any(set(one) < set(o) and count == n for o, n in every.items())
    }


def maximal_sets(every: Sets) -> Sets:
    return {one: count for one, count in every.items() if not any(set(one) < set(other) for other in every)}


def as_sets(found: Itemsets) -> Sets:
    bounds = found.offsets.tolist()
    rows = [tuple(found.items[start:stop].tolist()) for start, stop in pairwise(bounds)]
    sets = dict(zip(rows, found.counts.tolist(), strict=True))
    assert len(sets) == len(rows)
    return sets
