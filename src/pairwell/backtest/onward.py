"""Simple methods that say what comes next in a visit, to be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy import sparse

from pairwell.backtest.trial import POPULARITY
from pairwell.learn.baskets import Array
from pairwell.learn.sessions.visits import Visits, seen_together

_REACH = 10  # steps that an item can be ahead of another, as Ludewig and Jannach 2018 set it


class Asked(Protocol):
    """A visit so far, by numbers of items, newest last; and what may not be recommended."""

    @property
    def so_far(self) -> list[tuple[str, int]]: ...

    @property
    def barred(self) -> frozenset[int]: ...


def rank_next(visits: Visits, cases: Sequence[Asked], n: int) -> dict[str, list[list[int]]]:
    """For each case the `n` next items by every method; what a method does not score follows by popularity.

    popularity: visits with the item. cosine: of visits with the last item and with the other (item-kNN). markov: how
    often the last item was followed at once. sequential_rules: followed within ten steps, by 1/distance. Source:
    Ludewig and Jannach 2018, Evaluation of Session-based Recommendation Algorithms.
    """
    baskets = seen_together(visits)
    seen = baskets.item_orders()
    popular = np.lexsort((np.arange(seen.size), -seen))
    popular = popular[seen[popular] > 0]
    tables = {
        "cosine": _cosine(visits, seen),
        "markov": _followed(visits, 1),
        "sequential_rules": _followed(visits, _REACH),
    }
    ranked = {POPULARITY: [_fill([], case.barred, popular, n) for case in cases]}
    for name, table in tables.items():
        ranked[name] = [_of_last(table, case, popular, n) for case in cases]
    return ranked


def _of_last(table: sparse.csr_array, case: Asked, popular: Array, n: int) -> list[int]:
    last = case.so_far[-1][1]
    row = slice(int(table.indptr[last]), int(table.indptr[last + 1]))
    items, scores = table.indices[row], table.data[row]
    best = items[np.lexsort((items, -scores))][: n + len(case.barred)]
    return _fill([item for item in best.tolist() if item not in case.barred][:n], case.barred, popular, n)


def _fill(best: list[int], barred: frozenset[int], popular: Array, n: int) -> list[int]:
    taken = barred.union(best)
    spare = [item for item in popular[: n + len(taken)].tolist() if item not in taken]
    return best + spare[: n - len(best)]


def _cosine(visits: Visits, seen: Array) -> sparse.csr_array:
    baskets = seen_together(visits)
    shape = (baskets.n_orders, seen.size)
    held = sparse.csr_array((np.ones(baskets.items.size), baskets.items, baskets.offsets), shape=shape)
    together = sparse.csr_array(held.T @ held)
    together.setdiag(0)
    together.eliminate_zeros()
    scale = sparse.diags_array(1 / np.sqrt(np.maximum(seen, 1)))
    return sparse.csr_array(scale @ together @ scale)


def _followed(visits: Visits, reach: int) -> sparse.csr_array:
    n_items = len(visits.item_ids)
    visit_of = np.repeat(np.arange(visits.n_visits), visits.sizes)
    found = sparse.csr_array((n_items, n_items))
    for distance in range(1, min(reach, visits.items.size - 1) + 1):
        here, there = visits.items[:-distance], visits.items[distance:]
        kept = (visit_of[:-distance] == visit_of[distance:]) & (here != there)
        ones = np.full(int(kept.sum()), 1 / distance)
        found = found + sparse.csr_array((ones, (here[kept], there[kept])), shape=(n_items, n_items))
    return sparse.csr_array(found)
