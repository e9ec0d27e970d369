"""Add-ons that an item alike speaks for, on either side."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.learn.backoff.alike import Described, Likes, find_likes
from pairwell.learn.backoff.evidence import Known
from pairwell.learn.backoff.offers import Offers, first_of_each, level_number, spread
from pairwell.learn.baskets import Array
from pairwell.records import BackoffLevel

NEW_BELOW = 20  # orders; with more of its own, an item would have been seen with its like's company
_LENDERS, _HEIRS = 3, 3  # items that lend to one; items that one lends to
_LEADING = 20  # pairs of an item that are lent


class _Loan(msgspec.Struct, frozen=True, kw_only=True):
    """A kept pair `place` that speaks for the pair anchor → item, as far as the likeness goes."""

    place: Array
    likeness: Array
    anchors: Array
    items: Array


def lend_to_anchors(shop: Described, known: Known, thin: Array) -> Offers:
    """For each of the items `thin` what its likest items are bought with above the floor."""
    places, anchors = _leading(known)
    likes = find_likes(shop, thin, np.unique(anchors), most=_LENDERS)
    offsets = np.searchsorted(anchors, np.arange(known.n_items + 1))
    of, found = spread(likes.lenders, offsets)
    place = places[found]
    items = known.pairs.items[place].astype(np.int64)
    loan = _Loan(place=place, likeness=likes.likeness[of], anchors=likes.items[of], items=items)
    return _offers(known, loan, "alike_anchor")


def lend_to_add_ons(shop: Described, known: Known) -> Offers:
    """For each item what was hardly bought so far and is like its add-ons above the floor."""
    places, anchors = _leading(known)
    new = np.flatnonzero(known.orders < NEW_BELOW)
    add_ons = known.pairs.items[places].astype(np.int64)
    likes = _few_heirs(find_likes(shop, new, np.setdiff1d(add_ons, new), most=1))
    order = np.argsort(add_ons, kind="stable")
    of, found = spread(likes.lenders, np.searchsorted(add_ons[order], np.arange(known.n_items + 1)))
    chosen = order[found]
    loan = _Loan(place=places[chosen], likeness=likes.likeness[of], anchors=anchors[chosen], items=likes.items[of])
    return _offers(known, loan, "alike_item")


def _leading(known: Known) -> tuple[Array, Array]:
    """The pairs that can be lent, by anchor, and their anchors."""
    above = np.flatnonzero(known.pairs.above_floor)
    places = above[first_of_each(known.anchors[above], _LEADING)]
    return places, known.anchors[places]


def _few_heirs(likes: Likes) -> Likes:
    order = np.lexsort((likes.items, -likes.likeness, likes.lenders))
    kept = order[first_of_each(likes.lenders[order], _HEIRS)]
    return Likes(items=likes.items[kept], lenders=likes.lenders[kept], likeness=likes.likeness[kept])


def _offers(known: Known, loan: _Loan, level: BackoffLevel) -> Offers:
    pairs, weight = known.pairs, loan.likeness
    anchor_by, item_by = known.anchors[loan.place], pairs.items[loan.place].astype(np.int64)
    together = pairs.together[loan.place].astype(np.int64)
    lent = weight * known.confidence(loan.place, anchor_by)
    return Offers(
        anchors=loan.anchors,
        items=loan.items,
        level=np.full(loan.place.size, level_number(level)),
        anchor_by=anchor_by,
        item_by=item_by,
        together=together,
        anchor_orders=known.orders[anchor_by],
        item_orders=known.orders[item_by],
        lift=together * known.n_orders / np.maximum(known.orders[anchor_by] * known.orders[item_by], 1),
        p_adjusted=pairs.p_adjusted[loan.place],
        expected=lent + (1 - weight) * known.expect(loan.anchors, loan.items),
        effect=1 + weight * (pairs.effect[loan.place] - 1),
        speakers=np.ones(loan.place.size, dtype=np.int64),
    )
