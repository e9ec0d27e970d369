"""Simple methods that every engine must beat: popularity, summed confidence, summed cosine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from pairwell.backtest.counting import PairCounts, count_pairs
from pairwell.backtest.trial import Ranked
from pairwell.learn.baskets import Array, Baskets

_CELLS = 8_000_000  # cases times items scored at a time; bounds memory, changes no result


def rank_by_popularity(baskets: Baskets, given: Sequence[Sequence[str]], n: int) -> Ranked:
    """For each basket the items of most orders that are not in it; ties by item id."""
    orders = baskets.item_orders()
    codes = np.lexsort((np.arange(orders.size), -orders))
    popular = [baskets.item_ids[code] for code in codes[orders[codes] > 0].tolist()]
    return [_first_outside(popular, set(basket), n) for basket in given]


def rank_by_neighbours(baskets: Baskets, given: Sequence[Sequence[str]], n: int) -> dict[str, Ranked]:
    """For each basket the best by confidence and by cosine of whole counts, summed over the items in it.

    Every item of `baskets` that is not in the basket is ranked, also those of score 0; ties go by item id.
    """
    ranked: dict[str, Ranked] = {"confidence": [], "cosine": []}
    for inside in _blocks(_as_matrix(baskets, given), len(baskets.item_ids)):
        scores = _score(baskets, inside)
        for name, matrix in scores.items():
            ranked[name].extend(_rank(baskets, matrix, inside, n))
    return ranked


def _first_outside(popular: Sequence[str], basket: set[str], n: int) -> list[str]:
    return [item_id for item_id in popular[: n + len(basket)] if item_id not in basket][:n]


def _as_matrix(baskets: Baskets, given: Sequence[Sequence[str]]) -> sparse.csr_array:
    bought = baskets.item_orders() > 0
    codes = {item_id: code for code, item_id in enumerate(baskets.item_ids) if bought[code]}
    rows = [sorted({codes[item_id] for item_id in basket if item_id in codes}) for basket in given]
    offsets = np.cumsum([0, *map(len, rows)])
    places = np.array([code for row in rows for code in row], dtype=np.int64)
    return sparse.csr_array((np.ones(places.size), places, offsets), shape=(len(rows), len(baskets.item_ids)))


def _blocks(inside: sparse.csr_array, n_items: int) -> Iterator[sparse.csr_array]:
    height = max(1, _CELLS // max(1, n_items))
    for start in range(0, inside.shape[0], height):
        yield inside[start : start + height]


def _score(baskets: Baskets, inside: sparse.csr_array) -> dict[str, Array]:
    scores = {"confidence": np.zeros(inside.shape), "cosine": np.zeros(inside.shape)}
    orders = np.maximum(baskets.item_orders(), 1).astype(np.float64)
    for counts in count_pairs(baskets):
        anchors = inside[:, counts.first : counts.last]
        shares = counts.together / orders[counts.anchors]
        cosines = counts.together / np.sqrt(orders[counts.anchors] * orders[counts.add_ons])
        scores["confidence"] += (anchors @ _matrix(counts, shares, orders.size)).toarray()
        scores["cosine"] += (anchors @ _matrix(counts, cosines, orders.size)).toarray()
    return scores


def _matrix(counts: PairCounts, values: Array, n_items: int) -> sparse.csr_array:
    shape = (counts.last - counts.first, n_items)
    return sparse.csr_array((values, counts.add_ons, counts.offsets), shape=shape)


def _rank(baskets: Baskets, scores: Array, inside: sparse.csr_array, n: int) -> Iterator[list[str]]:
    barred = baskets.item_orders() == 0
    for row, score in enumerate(scores):
        basket = inside.indices[inside.indptr[row] : inside.indptr[row + 1]]
        falling = -score
        falling[barred] = np.inf
        falling[basket] = np.inf
        yield [baskets.item_ids[code] for code in _best(falling, n).tolist()]


def _best(falling: Array, n: int) -> Array:
    limit = np.partition(falling, n - 1)[n - 1] if falling.size > n else np.inf
    places = np.flatnonzero((falling <= limit) & np.isfinite(falling))
    best: Array = places[np.argsort(falling[places], kind="stable")][:n]
    return best
