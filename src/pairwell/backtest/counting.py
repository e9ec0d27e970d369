"""How often every two items were in one order: arrays in, arrays out, a bounded piece at a time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array, Baskets

_PIECE = 2_000_000  # pairs that one piece may hold; bounds memory, changes no result


class PairCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs of the anchors from `first` up to `last`, those of anchor i from `offsets[i - first]` on.

    Every directed pair that was seen together occurs once, an item with itself never.
    """

    first: int
    last: int
    offsets: Array
    add_ons: Array
    together: Array

    @property
    def anchors(self) -> Array:
        """The anchor of each pair."""
        return np.repeat(np.arange(self.first, self.last), np.diff(self.offsets))


def count_pairs(baskets: Baskets, *, piece: int = _PIECE) -> Iterator[PairCounts]:
    """Count for every anchor the orders together with every other item; pieces come in the order of their anchors."""
    ones = np.ones(baskets.items.size, dtype=np.int64)
    holds = sparse.csr_array((ones, baskets.items, baskets.offsets), shape=(baskets.n_orders, len(baskets.item_ids)))
    by_item = holds.T.tocsr()
    for first, last in _pieces(baskets, piece):
        yield _without_itself(by_item[first:last] @ holds, first)


def _pieces(baskets: Baskets, piece: int) -> Iterator[tuple[int, int]]:
    n_items = len(baskets.item_ids)
    partners = np.bincount(baskets.items, weights=np.repeat(baskets.sizes, baskets.sizes), minlength=n_items)
    reached = np.cumsum(np.minimum(partners, n_items))
    first = 0
    while first < n_items:
        before = reached[first - 1] if first else 0.0
        last = max(first + 1, int(np.searchsorted(reached, before + piece, side="right")))
        yield first, last
        first = last


def _without_itself(product: sparse.csr_array, first: int) -> PairCounts:
    n_anchors = product.shape[0]
    anchors = np.repeat(np.arange(first, first + n_anchors), np.diff(product.indptr))
    others = product.indices != anchors
    return PairCounts(
        first=first,
        last=first + n_anchors,
        offsets=np.searchsorted(anchors[others], np.arange(first, first + n_anchors + 1)),
        add_ons=product.indices[others].astype(np.int32),
        together=product.data[others],
    )
