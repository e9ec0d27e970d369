"""What the orders say of items, groups and pairs, as far as backing off asks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.learn.backoff.groups import Grouped
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.model.neighbours import Neighbours


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of orders, and the pairs that were kept; `grouped` goes from the nearest level to the widest."""

    orders: Array  # with each item
    since: Array  # share of all orders that were placed since each item was first bought; 0 where it never was
    ordinary: Array  # ordinary orders with each item
    n_ordinary: int
    n_orders: int
    prior: float  # orders that the wider level counts
    pairs: Neighbours
    grouped: Sequence[Grouped]

    @property
    def n_items(self) -> int:
        return self.orders.size

    @property
    def anchors(self) -> Array:
        """The anchor of each kept pair."""
        return np.repeat(np.arange(self.n_items), np.diff(self.pairs.offsets))

    def usual(self, items: Array) -> Array:
        """Share of all orders with each of `items`."""
        share: Array = self.orders[items] / max(1, self.n_orders)
        return share

    def confidence(self, places: Array, anchors: Array) -> Array:
        """P(add-on | anchor) of kept pairs, shrunk towards the shop as the model shows it."""
        usual = self.usual(self.pairs.items[places])
        share: Array = (self.pairs.together[places] + self.prior * usual) / (self.orders[anchors] + self.prior)
        return share

    def expect(self, anchors: Array, items: Array) -> Array:
        """P(item | anchor) by the groups of both: the shop's rate, corrected by each level from the widest inwards.

        `π = (T·s + k·π_wider) / (n + k)`: T orders with both groups, n with the anchor's, s the share of the add-on in
        its own group's orders. A level that does not know both groups, or has them in one, leaves π as it is.
        """
        expected = self.usual(items)
        for grouped in reversed(self.grouped):
            expected = self._at_level(grouped, anchors, items, expected)
        return expected

    def _at_level(self, grouped: Grouped, anchors: Array, items: Array, wider: Array) -> Array:
        ours, theirs = grouped.level.of[anchors], grouped.level.of[items]
        places = grouped.place(ours, theirs)
        known = places >= 0
        if not known.any():
            return wider
        together = grouped.pairs.together[places] * share_within(grouped, self.ordinary, theirs, items, self.prior)
        nearer = (together + self.prior * wider) / np.maximum(grouped.orders[ours] + self.prior, 1e-9)
        return np.where(known, nearer, wider)


def share_within(grouped: Grouped, ordinary: Array, groups: Array, items: Array, prior: float) -> Array:
    """Share of the orders with a group that hold one of its items, as if `prior` more were spread over all of them."""
    even = prior / np.maximum(grouped.sizes[groups], 1)
    share: Array = (ordinary[items] + even) / np.maximum(grouped.orders[groups] + prior, 1e-9)
    return share


def know(baskets: Baskets, learned: LearnedPairs, grouped: Sequence[Grouped], prior: float) -> Known:
    """Count what `Known` holds."""
    first = np.full(len(baskets.item_ids), baskets.n_orders)
    np.minimum.at(first, baskets.items, np.repeat(np.arange(baskets.n_orders), baskets.sizes))
    return Known(
        orders=baskets.item_orders(),
        since=1 - first / max(1, baskets.n_orders),
        ordinary=learned.ordinary.item_orders(),
        n_ordinary=learned.ordinary.n_orders,
        n_orders=baskets.n_orders,
        prior=prior,
        pairs=learned.neighbours,
        grouped=grouped,
    )
