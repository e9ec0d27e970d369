"""Which pairs are worth asking whether one stands for the other; never all pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array
from pairwell.learn.listings.describe import Description
from pairwell.learn.relations.directed import Directed, direct
from pairwell.learn.relations.similar import most_alike

_BY_TITLE, _BY_COMPANY, _BY_PRICE = 30, 30, 10  # pairs for an item: alike in words, in company, and next in price
_COMMON_WORD, _COMMON_COMPANY = 500, 100  # items of one word, or of one companion, that are led to one another


def near_pairs(titles: sparse.csr_array, company: sparse.csr_array, items: Sequence[Description]) -> list[Directed]:
    """Pairs that share words, company, or a leaf category with nearly one price; one direction may be missing."""
    by_title = most_alike(titles, n=_BY_TITLE, longest=_COMMON_WORD)
    by_company = most_alike(company, n=_BY_COMPANY, longest=_COMMON_COMPANY)
    return [by_title, by_company, _next_in_price(items)]


def _next_in_price(items: Sequence[Description]) -> Directed:
    known = [
        (item.leaf, item.listing.price_minor, number)
        for number, item in enumerate(items)
        if item.leaf and item.listing.price_minor
    ]
    known.sort()
    numbers = np.array([number for _, _, number in known], dtype=np.int64)
    leaves = np.array([leaf for leaf, _, _ in known], dtype=object)
    ends: list[tuple[Array, Array]] = [
        (numbers[:-reach][same], numbers[reach:][same])
        for reach in range(1, min(_BY_PRICE, numbers.size - 1) + 1)
        for same in [leaves[:-reach] == leaves[reach:]]
    ]
    anchors, targets = (np.concatenate([end[side] for end in ends] or [numbers[:0]]) for side in (0, 1))
    return direct(len(items), anchors, targets)
