"""Add-ons that the groups of an item speak for."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.backoff.evidence import Known, share_within
from pairwell.learn.backoff.groups import Grouped
from pairwell.learn.backoff.offers import Offers, first_of_each, level_number, spread
from pairwell.learn.baskets import Array

_OF_A_GROUP = 5  # items of one group that are offered together with another
_OF_AN_ANCHOR = 40  # of all groups of one level


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """For each group of anchors the items that its partners sell, likeliest first; `edge` is the pair of groups."""

    grouped: Grouped
    first_name: int  # where the names of this level begin among those of all
    offsets: Array
    items: Array
    edge: Array


def fill_shelf(grouped: Grouped, known: Known, families: Array, first_name: int) -> Shelf:
    """Up to 40 items for each group, five of each group bought with it above the evidence floor, one of a family."""
    best = _sellers(grouped, known, families)
    offsets = np.searchsorted(grouped.level.of[best], np.arange(grouped.n_groups + 1))
    edges = np.flatnonzero(grouped.pairs.above_floor)
    anchors = np.repeat(np.arange(grouped.n_groups), np.diff(grouped.pairs.offsets))[edges]
    of, places = spread(grouped.pairs.items[edges].astype(np.int64), offsets)
    edge, items = edges[of], best[places]
    within = share_within(grouped, known.ordinary, grouped.level.of[items], items, known.prior)
    expected = grouped.pairs.together[edge] / grouped.orders[anchors[of]] * within
    order = np.lexsort((items, -expected, anchors[of]))
    kept = order[first_of_each(anchors[of][order], _OF_AN_ANCHOR)]
    return Shelf(
        grouped=grouped,
        first_name=first_name,
        offsets=np.searchsorted(anchors[of][kept], np.arange(grouped.n_groups + 1)),
        items=items[kept],
        edge=edge[kept],
    )


def offer_by_group(shelf: Shelf, known: Known, anchors: Array) -> Offers:
    """What stands on the shelves of the groups of `anchors`."""
    grouped = shelf.grouped
    anchors = anchors[grouped.level.of[anchors] >= 0]
    of, places = spread(grouped.level.of[anchors], shelf.offsets)
    ours, items, edge = anchors[of], shelf.items[places], shelf.edge[places]
    here, there = grouped.level.of[ours], grouped.level.of[items]
    together = grouped.pairs.together[edge].astype(np.int64)
    independent = grouped.orders[here] * grouped.orders[there]
    return Offers(
        anchors=ours,
        items=items,
        level=np.full(ours.size, level_number(grouped.level.kind)),
        anchor_by=here + shelf.first_name,
        item_by=there + shelf.first_name,
        together=together,
        anchor_orders=grouped.orders[here],
        item_orders=grouped.orders[there],
        lift=together * known.n_ordinary / np.maximum(independent, 1),
        p_adjusted=grouped.pairs.p_adjusted[edge],
        expected=known.expect(ours, items),
        effect=grouped.pairs.effect[edge],
        speakers=np.ones(ours.size, dtype=np.int64),
    )


def _sellers(grouped: Grouped, known: Known, families: Array) -> Array:
    """The items of each group that sell best, by group; of a family only the best, and only what was ever bought."""
    items = np.flatnonzero((grouped.level.of >= 0) & (known.ordinary > 0))
    by_family = items[np.lexsort((items, -known.ordinary[items], families[items], grouped.level.of[items]))]
    keys = grouped.level.of[by_family] * (families.max(initial=0) + 1) + families[by_family]
    leading = by_family[first_of_each(keys)]
    order = leading[np.lexsort((leading, -known.ordinary[leading], grouped.level.of[leading]))]
    best: Array = order[first_of_each(grouped.level.of[order], _OF_A_GROUP)]
    return best
