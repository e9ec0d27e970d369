"""What an item cannot work without, as the catalogue states it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, thin
from pairwell.learn.listings.catalogue import Listing, tidy_path
from pairwell.learn.mining.chance import above_floor, sure_effect, tail
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.learn.relations.counted import count_together
from pairwell.learn.relations.directed import Directed, direct
from pairwell.model.neighbours import Neighbours, make_neighbours

_SEVERAL = re.compile(r"\s*[;,|]\s*")
_MOST = 20  # kept for one item
_OF_ONE_NAME = 200  # of a family, category or purpose with more items, those bought most


def learn_requirements(
    listings: Sequence[Listing], baskets: Baskets, learned: LearnedPairs, learn: Learn
) -> Neighbours:
    """For each item up to 20 of those that its `requires` names, those bought along most first.

    A requirement names an item id, a family, a category (its whole path or its last part) or a purpose, in this
    order; several are parted by comma, semicolon or bar. Nothing is guessed: what it names no item by is left out.
    """
    pairs = _named_pairs(listings, baskets.item_orders())
    together = count_together(thin(baskets)[0], pairs)
    popularity = baskets.item_orders()[pairs.targets]
    order = np.lexsort((pairs.targets, -popularity, -together, pairs.anchors))
    place = np.arange(order.size) - np.searchsorted(pairs.anchors[order], pairs.anchors[order])
    kept = order[place < _MOST]
    best = pairs.only(kept)
    ordinary = count_together(learned.ordinary, best)
    expected = learned.chance.expected(best.anchors, best.targets)
    effect, adjusted = sure_effect(ordinary, expected), learned.correction(tail(ordinary, expected))
    return make_neighbours(
        offsets=best.offsets,
        items=best.targets,
        score=together[kept] / np.maximum(baskets.item_orders()[best.anchors], 1),
        together=together[kept],
        effect=effect,
        p_adjusted=adjusted,
        above_floor=above_floor(ordinary, effect, adjusted, learn),
    )


def _named_pairs(listings: Sequence[Listing], orders: Array) -> Directed:
    stated = [(number, listing.requires) for number, listing in enumerate(listings) if listing.requires]
    names = _Names(listings, orders) if stated else None
    found = [(anchor, target) for anchor, text in stated if names for target in names.of(text)]
    ends = np.array(found, dtype=np.int64).reshape(-1, 2)
    return direct(len(listings), ends[:, 0], ends[:, 1])


class _Names:
    """Items by everything that a requirement may call them."""

    def __init__(self, listings: Sequence[Listing], orders: Array) -> None:
        self._ids = {listing.item_id: number for number, listing in enumerate(listings)}
        self._by_name: tuple[defaultdict[str, list[int]], ...] = tuple(defaultdict(list) for _ in range(4))
        for number in np.lexsort((np.arange(orders.size), -orders)).tolist():
            for place, name in _names_of(listings[number]):
                self._by_name[place][name].append(number)

    def of(self, text: str) -> Iterable[int]:
        """The items that a requirement names; the whole text is tried before its parts."""
        whole = self._one(text.strip())
        return whole or [number for part in _SEVERAL.split(text.strip()) if part for number in self._one(part)]

    def _one(self, name: str) -> Sequence[int]:
        if name in self._ids:
            return [self._ids[name]]
        tidy = tidy_path(name)
        return next((index[tidy][:_OF_ONE_NAME] for index in self._by_name if tidy in index), ())


def _names_of(listing: Listing) -> Iterator[tuple[int, str]]:
    """What an item is called, with the rank of such names: family, path, leaf, purpose."""
    leaf = listing.leaf
    named = (listing.family, leaf, leaf.rsplit(" > ", 1)[-1] if leaf else None, listing.purpose)
    return ((place, tidy_path(name)) for place, name in enumerate(named) if name)
