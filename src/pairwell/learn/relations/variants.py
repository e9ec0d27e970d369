"""The same product in another size, number or colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from pairwell.learn.listings.comparable import are_variants
from pairwell.learn.listings.describe import Description
from pairwell.learn.relations.directed import Directed, direct

_REACH = 40  # of a product with more variants, only those next in price, on each side


def find_variants(descriptions: Sequence[Description]) -> Directed:
    """All pairs of variants: of one family, or of titles that differ only in size, colour and amount."""
    found = [
        (anchor, target)
        for bucket in _buckets(descriptions)
        for anchor, target in _neighbours(bucket, descriptions)
        if are_variants(descriptions[anchor], descriptions[target])
    ]
    ends = np.array(found, dtype=np.int64).reshape(-1, 2)
    return direct(len(descriptions), ends[:, 0], ends[:, 1])


def _buckets(descriptions: Sequence[Description]) -> Iterator[list[int]]:
    """Items that one family names, and items that the same words name."""
    buckets: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, item in enumerate(descriptions):
        if item.listing.family:
            buckets["family", item.listing.family].append(number)
        if item.core:
            buckets[item.core].append(number)
    return (bucket for bucket in buckets.values() if len(bucket) > 1)


def _neighbours(bucket: list[int], descriptions: Sequence[Description]) -> Iterator[tuple[int, int]]:
    by_price = sorted(bucket, key=lambda number: (descriptions[number].listing.price_minor or 0, number))
    for place, anchor in enumerate(by_price):
        for target in by_price[max(0, place - _REACH) : place + _REACH + 1]:
            if target != anchor:
                yield anchor, target
