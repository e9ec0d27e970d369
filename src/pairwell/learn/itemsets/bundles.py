"""Bundles: closed sets of two to four items that go together, every two of them and as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.history import History
from pairwell.learn.itemsets.count import count_sets, count_without
from pairwell.learn.itemsets.designs import Designs, products
from pairwell.learn.itemsets.mine import Itemsets, Wanted, frequent_itemsets, smallest_count
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.chance import sure_effect
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.model.bundles import bundle_arrays, no_bundles
from pairwell.model.neighbours import Neighbours

_LARGEST = 4
_LOOKED_AT = 200_000  # closed sets; the support follows
_FEWEST = 5  # ordinary orders with the whole bundle
_KEPT = 2_000


def learn_bundles(history: History, pairs: LearnedPairs, apart: Sequence[Neighbours], learn: Learn) -> dict[str, Array]:
    """The bundles most often together beyond chance, as a model stores them.

    Every two items of a bundle are above the evidence floor, stand in none of the relations `apart` (variants first,
    then substitutes: one is bought instead of the other), and are not one thing in two designs. A bundle of three or
    four must exceed, by `learn.min_effect` for sure, what chance makes of its most frequent part of one item less.
    """
    linked = _of_two_things(_linked(pairs.neighbours, apart), history.listings)
    if not linked.size:
        return no_bundles()
    among = _only_linked(pairs.ordinary, linked)
    found = _all_linked(_closed_sets(among), linked, len(among.item_ids))
    expected = _expected(among, found, pairs)
    sure = (sure_effect(found.counts, expected) > learn.min_effect) | (found.sizes == 2)  # noqa: PLR2004 - pairs
    beyond = np.where(sure, found.counts - expected, 0.0)
    best = np.lexsort((np.arange(beyond.size), -beyond))[: int(min(_KEPT, (beyond > 0).sum()))]
    chosen = _chosen(found, best)
    return bundle_arrays(
        offsets=chosen.offsets,
        items=chosen.items,
        products=products(apart[0])[chosen.items],
        together=count_sets(history.baskets, chosen),
        ordinary=chosen.counts,
        expected=expected[best],
    )


def _linked(pairs: Neighbours, apart: Sequence[Neighbours]) -> Array:
    """Unordered pairs above the floor and not apart, each as one ascending number."""
    keys = _keys(pairs, np.flatnonzero(pairs.above_floor))
    against = [_keys(each, np.arange(each.items.size)) for each in apart]
    return np.setdiff1d(keys, np.concatenate([keys[:0], *against]))


def _of_two_things(linked: Array, listings: Sequence[Listing]) -> Array:
    designs, n_items = Designs(listings), len(listings)
    one_thing = [designs.same_thing(*divmod(key, n_items)) for key in linked.tolist()]
    kept: Array = linked[~np.array(one_thing, dtype=bool)]
    return kept


def _keys(neighbours: Neighbours, places: Array) -> Array:
    anchors = np.searchsorted(neighbours.offsets, places, side="right") - 1
    return _pair_keys(anchors, neighbours.items[places].astype(np.int64), neighbours.offsets.size - 1)


def _pair_keys(one: Array, other: Array, n_items: int) -> Array:
    keys: Array = np.minimum(one, other) * np.int64(n_items) + np.maximum(one, other)
    return keys


def _only_linked(ordinary: Baskets, linked: Array) -> Baskets:
    n_items = len(ordinary.item_ids)
    inside = np.zeros(n_items, dtype=bool)
    inside[linked // n_items] = inside[linked % n_items] = True
    kept = inside[ordinary.items]
    before = np.concatenate(([0], np.cumsum(kept)))
    return msgspec.structs.replace(ordinary, offsets=before[ordinary.offsets], items=ordinary.items[kept], offered=None)


def _closed_sets(among: Baskets) -> Itemsets:
    wanted = Wanted(kind="closed", max_items=_LARGEST, most=_LOOKED_AT)
    min_count = smallest_count(among, at_least=_FEWEST, wanted=wanted)
    return frequent_itemsets(among, min_count=min_count or among.n_orders + 1, wanted=wanted)


def _all_linked(found: Itemsets, linked: Array, n_items: int) -> Itemsets:
    """Only sets of two items or more of which every two are linked."""
    whole = found.sizes > 1
    for size in range(2, _LARGEST + 1):
        rows = np.flatnonzero(found.sizes == size)
        items = found.items[found.offsets[rows][:, None] + np.arange(size)].astype(np.int64)
        for one, other in combinations(range(size), 2):
            whole[rows] &= np.isin(_pair_keys(items[:, one], items[:, other], n_items), linked)
    return _chosen(found, np.flatnonzero(whole))


def _chosen(found: Itemsets, sets: Array) -> Itemsets:
    sizes = found.sizes[sets]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    places = np.repeat(found.offsets[sets] - offsets[:-1], sizes) + np.arange(offsets[-1])
    return msgspec.structs.replace(found, offsets=offsets, items=found.items[places], counts=found.counts[sets])


def _expected(among: Baskets, found: Itemsets, pairs: LearnedPairs) -> Array:
    """Ordinary orders with each set if its best part met the item that is missing as chance has it."""
    sets = np.repeat(np.arange(found.counts.size), found.sizes)
    parts = count_without(among, found, np.arange(found.items.size), sets)
    foretold = parts * pairs.chance.lines[found.items] * pairs.chance.rate
    highest = np.zeros(found.counts.size)
    np.maximum.at(highest, sets, foretold)
    return highest
