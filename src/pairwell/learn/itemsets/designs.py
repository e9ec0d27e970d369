"""One thing in several designs: doormats, whatever is printed on them, are no bundle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.words import COLOURS, SIZES, is_number, words_of
from pairwell.model.neighbours import Neighbours

_FEWEST = 3  # items that make a word tell
_NARROW = 1.5  # the third quartile of prices against the first, up to which items of one word are one kind of thing
_HALF = 0.5  # of the words of a title
_NEAR = 1.25  # the dearer against the cheaper of two designs


class Designs:
    """Which items are one thing in two designs, by titles and prices.

    A word names a kind of thing where all items with it cost about the same ("doormat"); where they do not, it names a
    design that runs through the shop ("regency": cups, jugs and cake stands). Beside such words, titles of which half
    is shared tell, too.
    """

    def __init__(self, listings: Sequence[Listing]) -> None:
        self._prices = [listing.price_minor or 0 for listing in listings]
        words = [_core(listing) for listing in listings]
        kinds = _kinds(words, self._prices)
        self._words, self._kinds = words, [own & kinds for own in words]

    def same_thing(self, one: int, other: int) -> bool:
        """Whether both cost about the same, and share the word of a kind of thing or half of the shorter title."""
        low, high = sorted((self._prices[one], self._prices[other]))
        if high > low * _NEAR:
            return False
        shorter = min(len(self._words[one]), len(self._words[other]))
        shared = len(self._words[one] & self._words[other])
        return shared > 0 and (shared >= _HALF * shorter or not self._kinds[one].isdisjoint(self._kinds[other]))


def products(variants: Neighbours) -> Array:
    """For each item the number of its product: variants of variants are one."""
    n_items = variants.offsets.size - 1
    shape = (n_items, n_items)
    links = sparse.csr_array((np.ones(variants.items.size), variants.items, variants.offsets), shape=shape)
    _, product = sparse.csgraph.connected_components(links, directed=False)
    return product


def _core(listing: Listing) -> set[str]:
    words = set(words_of(listing.title))
    return {word for word in words if not is_number(word)} - COLOURS - SIZES.keys()


def _kinds(words: Sequence[set[str]], prices: Sequence[int]) -> set[str]:
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for own, price in zip(words, prices, strict=True):
        for word in own if price > 0 else ():
            by_word[word].append(price)
    return {word for word, found in by_word.items() if len(found) >= _FEWEST and _narrow(found)}


def _narrow(prices: list[int]) -> bool:
    first, third = np.quantile(prices, (0.25, 0.75))
    return bool(third <= first * _NARROW)
