"""Comparable, dearer items that may replace an item, best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec
import numpy as np

from pairwell.config.settings import Settings
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.listings.comparable import are_variants, is_better
from pairwell.learn.listings.describe import Description
from pairwell.learn.listings.likeness import word_rows
from pairwell.learn.mining.chance import above_floor, sure_effect, tail
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.learn.relations.counted import count_together
from pairwell.learn.relations.directed import Directed, both_ways, direct
from pairwell.learn.relations.similar import most_alike, products
from pairwell.learn.relations.variants import find_variants
from pairwell.model.neighbours import Neighbours, make_neighbours

_MOST = 20  # upgrades kept for one item
_NEAREST = 100  # of its category, that are asked whether they are better
_COMMON = 500  # a word that more items of a category share leads to these many of them
_ALIKE, _TAKEN, _NEAR = 0.7, 0.2, 0.1  # weights of likeness, of the share who took it, of nearness in price


def learn_upgrades(
    descriptions: Sequence[Description], baskets: Baskets, pairs: LearnedPairs, settings: Settings
) -> Neighbours:
    """Find for each item up to 20 comparable, dearer ones inside the price corridor, with the share who took them.

    `score = .7 · likeness of the descriptions + .2 · share who took it + .1 · nearness in price`. Another product that
    is bought together with the item adds to it and replaces nothing; a larger variant replaces it even so, and its
    evidence is shown. Of each other product only the likest variant is kept.
    """
    words = word_rows([item.words for item in descriptions])
    corridor = _Corridor.of([item.listing for item in descriptions], settings.guards.upgrade_price_corridor)
    variants = find_variants(descriptions)
    steps = corridor.inside(both_ways([_of_one_category(descriptions), variants]))
    steps = _better(steps.only(steps.among(variants) | ~_joined(steps, pairs.neighbours)), descriptions)
    together = count_together(baskets, steps)
    share = _share(baskets, steps, together, settings.learn.prior_orders)
    score = _ALIKE * products(words, steps) + _TAKEN * share + _NEAR * corridor.nearness(steps)
    kept = np.array(list(_ranked(steps, score, descriptions)), dtype=np.int64)
    return _publish(
        steps.only(kept), _Told(score=score[kept], together=together[kept], share=share[kept]), pairs, settings
    )


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of each step."""

    score: Array
    together: Array
    share: Array


def _publish(steps: Directed, told: _Told, pairs: LearnedPairs, settings: Settings) -> Neighbours:
    expected = pairs.chance.expected(steps.anchors, steps.targets)
    ordinary = count_together(pairs.ordinary, steps)
    effect, adjusted = sure_effect(ordinary, expected), pairs.correction(tail(ordinary, expected))
    return make_neighbours(
        offsets=steps.offsets,
        items=steps.targets,
        score=told.score,
        together=told.together,
        effect=effect,
        p_adjusted=adjusted,
        above_floor=above_floor(ordinary, effect, adjusted, settings.learn),
        share=told.share,
    )


def _of_one_category(descriptions: Sequence[Description]) -> Directed:
    """For each item those of its leaf category that are described most alike; without categories none."""
    marked = [[f"{item.leaf}\x1f{word}" for word in item.words] if item.leaf else [] for item in descriptions]
    return most_alike(word_rows(marked), n=_NEAREST, longest=_COMMON)


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

    def inside(self, steps: Directed) -> Directed:
        """Steps to something dearer that does not cost too much, of the same kind, no worse in tier and rating."""
        low, high = self.bounds
        anchors, targets = steps.anchors, steps.targets
        paid, asked = self.price[anchors], self.price[targets]
        fits = (paid > 0) & (asked >= low * paid) & (asked <= high * paid) & (asked > paid)
        fits &= ~(self.tier[targets] <= self.tier[anchors]) & ~(self.rating[targets] < self.rating[anchors])
        fits &= self.kind[targets] == self.kind[anchors]
        return steps.only(fits)

    def nearness(self, steps: Directed) -> Array:
        """1 for a price at the low end of the corridor, 0 at the high one."""
        low, high = self.bounds
        times = self.price[steps.targets] / self.price[steps.anchors]
        return (high - times) / (high - low) if high > low else np.zeros(times.size)


def _numbers(values: Iterable[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _joined(steps: Directed, pairs: Neighbours) -> Array:
    """Whether the items of each step are bought together above the floor, in either direction."""
    anchors = np.repeat(np.arange(steps.n_items), np.diff(pairs.offsets))[pairs.above_floor]
    return steps.among(both_ways([direct(steps.n_items, anchors, pairs.items[pairs.above_floor])]))


def _better(steps: Directed, descriptions: Sequence[Description]) -> Directed:
    directed = zip(steps.anchors.tolist(), steps.targets.tolist(), strict=True)
    better = [is_better(descriptions[anchor], descriptions[target]) for anchor, target in directed]
    return steps.only(np.array(better, dtype=bool))


def _share(baskets: Baskets, steps: Directed, together: Array, prior_orders: float) -> Array:
    orders = baskets.item_orders()
    took = orders[steps.targets]
    either = orders[steps.anchors] + took - together
    usual = took.sum() / max(1, either.sum())
    share: Array = (took + prior_orders * usual) / np.maximum(either + prior_orders, 1e-9)
    return share


def _ranked(steps: Directed, score: Array, descriptions: Sequence[Description]) -> Iterator[int]:
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
