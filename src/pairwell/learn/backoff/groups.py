"""Which groups of items are bought together, by the same evidence floor as items."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.backoff.chance import draws_of
from pairwell.learn.backoff.levels import Level
from pairwell.learn.baskets import Array, Baskets, make_baskets
from pairwell.learn.mining.chance import above_floor, sure_effect, tail
from pairwell.learn.relations.often import Shelves, often_together
from pairwell.model.neighbours import Neighbours, make_neighbours
from pairwell.several import adjust_array


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """One level with what its groups were bought with; counts are ordinary orders."""

    level: Level
    orders: Array  # with each group
    sizes: Array  # items of each group
    pairs: Neighbours

    @property
    def n_groups(self) -> int:
        return len(self.level.names)

    def place(self, anchors: Array, add_ons: Array) -> Array:
        """Where each pair of groups lies in `pairs`, -1 where it was not kept."""
        keys = np.repeat(np.arange(self.n_groups), np.diff(self.pairs.offsets)) * self.n_groups + self.pairs.items
        order = np.argsort(keys)
        wanted = anchors * self.n_groups + add_ons
        places = np.minimum(np.searchsorted(keys, wanted, sorter=order), max(0, keys.size - 1))
        if not keys.size:
            return np.full(wanted.shape, -1)
        found = (keys[order[places]] == wanted) & (anchors >= 0) & (add_ons >= 0)
        return np.where(found, order[places], -1)


def associate(level: Level, ordinary: Baskets, learn: Learn) -> Grouped:
    """Count every two groups of `level` over ordinary orders, and judge them among all pairs of groups there could be.

    An order holds a group once, however many of its items are in it; a group is never paired with itself. Of pairs
    that were seen in fewer orders than the floor asks nothing is kept.
    """
    baskets = _regroup(ordinary, level)
    orders = baskets.item_orders()
    counts = _count(baskets, learn.min_together)
    draws = draws_of(_sizes(ordinary, level), orders)
    return Grouped(
        level=level,
        orders=orders,
        sizes=np.bincount(level.of[level.of >= 0], minlength=len(level.names)),
        pairs=_judge(counts, draws.expected(counts.anchors, counts.add_ons), learn),
    )


class _Counts(msgspec.Struct, frozen=True, kw_only=True):
    n_groups: int
    anchors: Array
    add_ons: Array
    together: Array


def _count(baskets: Baskets, least: int) -> _Counts:
    places = np.arange(baskets.items.size, dtype=np.int32)  # all differ, and rise within each order
    found = often_together(Shelves(baskets.offsets, baskets.items, places), len(baskets.item_ids), max(1, least))
    one, other, together = found[:, 0], found[:, 1], found[:, 2]
    return _Counts(
        n_groups=len(baskets.item_ids),
        anchors=np.concatenate((one, other)),
        add_ons=np.concatenate((other, one)),
        together=np.tile(together, 2),
    )


def _judge(counts: _Counts, expected: Array, learn: Learn) -> Neighbours:
    effect = sure_effect(counts.together, expected)
    adjusted = _adjusted(tail(counts.together, expected), counts)
    order = np.lexsort((counts.add_ons, -effect, counts.anchors))
    verdict = above_floor(counts.together, effect, adjusted, learn)
    return make_neighbours(
        offsets=np.searchsorted(counts.anchors[order], np.arange(counts.n_groups + 1)),
        items=counts.add_ons[order],
        score=effect[order],
        together=counts.together[order],
        effect=effect[order],
        p_adjusted=adjusted[order],
        above_floor=verdict[order],
    )


def _adjusted(tails: Array, counts: _Counts) -> Array:
    """Tails corrected after Benjamini and Hochberg (1995) for all pairs of groups there could be."""
    possible = counts.n_groups * (counts.n_groups - 1) / 2
    once = np.sort(tails[counts.anchors < counts.add_ons])
    corrected = adjust_array(once, among=possible)
    # Both directions have one tail, but may differ in its last bit.
    places = np.minimum(np.searchsorted(once, tails * (1 - 1e-12)), max(0, once.size - 1))
    adjusted: Array = corrected[places] if once.size else tails
    return adjusted


def _regroup(baskets: Baskets, level: Level) -> Baskets:
    groups = level.of[baskets.items]
    orders = np.repeat(np.arange(baskets.n_orders), baskets.sizes)
    return make_baskets(level.names, orders[groups >= 0], groups[groups >= 0], baskets.placed_at)


def _sizes(baskets: Baskets, level: Level) -> Array:
    orders = np.repeat(np.arange(baskets.n_orders), baskets.sizes)
    return np.bincount(orders[level.of[baskets.items] >= 0], minlength=baskets.n_orders)
