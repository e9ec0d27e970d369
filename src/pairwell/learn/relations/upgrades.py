"""Comparable, dearer items that may replace an item, best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec
import numpy as np
from scipy import sparse

from pairwell.config.settings import Settings
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.comparable import are_variants, is_better
from pairwell.learn.listings.describe import Description, describe
from pairwell.learn.listings.likeness import Likeness
from pairwell.learn.mining.chance import sure_effect, tail
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.model.neighbours import Neighbours, make_neighbours

_MOST = 20  # upgrades kept for one item
_PIECE = 20_000
_ALIKE, _TAKEN, _NEAR = 0.7, 0.2, 0.1  # weights of likeness, of the share who took it, of nearness in price


class _Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Directed pairs anchor → target."""

    anchors: Array
    targets: Array

    def only(self, chosen: Array) -> _Steps:
        return _Steps(anchors=self.anchors[chosen], targets=self.targets[chosen])


def learn_upgrades(
    listings: Sequence[Listing], baskets: Baskets, pairs: LearnedPairs, settings: Settings
) -> Neighbours:
    """Find for each item up to 20 comparable, dearer ones inside the price corridor, with the share who took them.

    `score = .7 · likeness of the descriptions + .2 · share who took it + .1 · nearness in price`. Nothing that is
    bought together with the item stands in for it, and of each other product only the likest variant is kept.
    """
    descriptions = describe(listings)
    likeness = Likeness([item.words for item in descriptions], [item.listing.leaf or "" for item in descriptions])
    corridor = _Corridor.of(listings, settings.guards.upgrade_price_corridor)
    found = [corridor.inside(anchors, targets) for anchors, targets in likeness.pairs()]
    steps = _better(_apart(_joined(found), pairs.neighbours), descriptions)
    together = _together(baskets, steps)
    share = _share(baskets, steps, together, settings.learn.prior_orders)
    score = _ALIKE * likeness.cosine(steps.anchors, steps.targets) + _TAKEN * share + _NEAR * corridor.nearness(steps)
    kept = np.array(list(_ranked(steps, score, descriptions)), dtype=np.int64)
    expected = pairs.chance.expected(steps.anchors, steps.targets)
    ordinary = _together(pairs.ordinary, steps)
    return make_neighbours(
        offsets=np.searchsorted(steps.anchors[kept], np.arange(len(listings) + 1)),
        items=steps.targets[kept],
        score=score[kept],
        together=together[kept],
        effect=sure_effect(ordinary, expected)[kept],
        p_adjusted=pairs.correction(tail(ordinary, expected))[kept],
        above_floor=np.zeros(kept.size),
        share=share[kept],
    )


class _Corridor(msgspec.Struct, frozen=True, kw_only=True):
    """Which dearer items cost little enough; an unknown price, tier or rating is NaN, which is never above another."""

    price: Array
    tier: Array
    rating: Array
    kind: Array
    bounds: tuple[float, float]

    @classmethod
    def of(cls, listings: Sequence[Listing], bounds: tuple[float, float]) -> _Corridor:
        return cls(
            price=_numbers(listing.price_minor for listing in listings),
            tier=_numbers(listing.tier for listing in listings),
            rating=_numbers(listing.rating for listing in listings),
            kind=np.array([listing.kind or "good" for listing in listings], dtype=object),
            bounds=bounds,
        )

    def inside(self, anchors: Array, targets: Array) -> _Steps:
        low, high = self.bounds
        paid, asked = self.price[anchors], self.price[targets]
        fits = (paid > 0) & (asked >= low * paid) & (asked <= high * paid) & (asked > paid)
        fits &= ~(self.tier[targets] <= self.tier[anchors]) & ~(self.rating[targets] < self.rating[anchors])
        fits &= self.kind[targets] == self.kind[anchors]
        return _Steps(anchors=anchors[fits], targets=targets[fits])

    def nearness(self, steps: _Steps) -> Array:
        """1 for a price at the low end of the corridor, 0 at the high one."""
        low, high = self.bounds
        times = self.price[steps.targets] / self.price[steps.anchors]
        return (high - times) / (high - low) if high > low else np.zeros(times.size)


def _numbers(values: Iterable[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _joined(found: Sequence[_Steps]) -> _Steps:
    if not found:
        return _Steps(anchors=np.empty(0, dtype=np.int64), targets=np.empty(0, dtype=np.int64))
    anchors, targets = (np.concatenate([getattr(part, name) for part in found]) for name in ("anchors", "targets"))
    order = np.lexsort((targets, anchors))
    return _Steps(anchors=anchors[order], targets=targets[order])


def _apart(steps: _Steps, pairs: Neighbours) -> _Steps:
    n_items = pairs.offsets.size - 1
    anchors = np.repeat(np.arange(n_items), np.diff(pairs.offsets))[pairs.above_floor]
    bought_together = anchors * n_items + pairs.items[pairs.above_floor]
    keys, mirrored = steps.anchors * n_items + steps.targets, steps.targets * n_items + steps.anchors
    return steps.only(~np.isin(keys, bought_together) & ~np.isin(mirrored, bought_together))


def _better(steps: _Steps, descriptions: Sequence[Description]) -> _Steps:
    directed = zip(steps.anchors.tolist(), steps.targets.tolist(), strict=True)
    better = [is_better(descriptions[anchor], descriptions[target]) for anchor, target in directed]
    return steps.only(np.array(better, dtype=bool))


def _together(baskets: Baskets, steps: _Steps) -> Array:
    ones = np.ones(baskets.items.size, dtype=np.int64)
    shape = (baskets.n_orders, len(baskets.item_ids))
    by_item = sparse.csr_array((ones, baskets.items, baskets.offsets), shape=shape).T.tocsr()
    parts = [
        np.asarray(by_item[steps.anchors[piece]].multiply(by_item[steps.targets[piece]]).sum(axis=1)).ravel()
        for piece in (slice(start, start + _PIECE) for start in range(0, steps.anchors.size, _PIECE))
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _share(baskets: Baskets, steps: _Steps, together: Array, prior_orders: float) -> Array:
    orders = baskets.item_orders()
    took = orders[steps.targets]
    either = orders[steps.anchors] + took - together
    usual = took.sum() / max(1, either.sum())
    share: Array = (took + prior_orders * usual) / np.maximum(either + prior_orders, 1e-9)
    return share


def _ranked(steps: _Steps, score: Array, descriptions: Sequence[Description]) -> Iterator[int]:
    order = np.lexsort((steps.targets, -score, steps.anchors)).tolist()
    for anchor, places in groupby(order, key=lambda place: int(steps.anchors[place])):
        seen: set[object] = set()
        kept = 0
        for place in places:
            target = descriptions[int(steps.targets[place])]
            product = _product(descriptions[anchor], target)
            if kept < _MOST and product not in seen:
                seen.add(product)
                kept += 1
                yield place


def _product(anchor: Description, target: Description) -> object:
    # Every size of the product itself is a step of its ladder; of another product one variant is enough.
    if are_variants(anchor, target):
        return target.listing.item_id
    return target.listing.family or (target.core, target.numbers)
