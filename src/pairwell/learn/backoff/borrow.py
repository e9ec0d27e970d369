"""From groups and likes to the rows that a model publishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.backoff.alike import describe_all
from pairwell.learn.backoff.by_group import Shelf, fill_shelf, offer_by_group
from pairwell.learn.backoff.by_likeness import lend_to_add_ons, lend_to_anchors
from pairwell.learn.backoff.evidence import Known, know
from pairwell.learn.backoff.groups import associate
from pairwell.learn.backoff.levels import families, find_levels
from pairwell.learn.backoff.offers import Offers, first_of_each, join, no_offers
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.listings.describe import Description
from pairwell.learn.mining.pairs import LearnedPairs
from pairwell.model.backoff import ENOUGH, BackoffRows, make_rows
from pairwell.model.neighbours import Neighbours

KEPT = 20  # add-ons for one item
_ANCHORS = 5_000  # at a time; bounds memory, changes no result
_DEAREST = 2.0  # times the anchor's price; nobody adds a bicycle to socks


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Offers with what can be told of each pair itself."""

    offers: Offers
    confidence: Array
    effect: Array

    @property
    def score(self) -> Array:
        """What ranks them: likely, surely more than by chance, and by the word of several."""
        score: Array = self.confidence * np.sqrt(self.effect * self.offers.speakers)
        return score

    def only(self, chosen: Array) -> _Judged:
        return _Judged(offers=self.offers.only(chosen), confidence=self.confidence[chosen], effect=self.effect[chosen])


class _Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What offers are drawn from and held against."""

    known: Known
    learn: Learn
    families: Array
    prices: Array  # NaN where unknown
    thin: Array
    lent: Offers
    shelves: Sequence[Shelf]
    apart: Sequence[Neighbours]


def learn_backoff(
    items: Sequence[Description],
    baskets: Baskets,
    learned: LearnedPairs,
    learn: Learn,
    apart: Sequence[Neighbours] = (),
) -> BackoffRows:
    """Find for each item up to 20 add-ons that others speak for.

    An item with fewer than five add-ons above the floor borrows from the items most like it and from its groups; any
    item may borrow what is new and like its own add-ons. Nothing is borrowed that is `apart` (variants, substitutes),
    of the anchor's family, more than twice as dear, or above the floor by itself.
    """
    listings = [item.listing for item in items]
    levels = find_levels(listings)
    known = know(baskets, learned, [associate(level, learned.ordinary, learn) for level in levels], learn.prior_orders)
    thin = _thin(known)
    own, shop = families(listings), describe_all(items)
    ends = np.cumsum([0, *(len(level.names) for level in levels)])
    ground = _Ground(
        known=known,
        learn=learn,
        families=own,
        prices=shop.prices,
        thin=thin,
        lent=join([lend_to_anchors(shop, known, thin), lend_to_add_ons(shop, known)]),
        shelves=[
            fill_shelf(grouped, known, own, int(end)) for grouped, end in zip(known.grouped, ends[:-1], strict=True)
        ],
        apart=apart,
    )
    kept = [_best(ground, first) for first in range(0, known.n_items, _ANCHORS)]
    return _rows(kept, [name for level in levels for name in level.names], known.n_items)


def _thin(known: Known) -> Array:
    above = np.bincount(known.anchors[known.pairs.above_floor], minlength=known.n_items)
    return np.flatnonzero(above < ENOUGH)


def _best(ground: _Ground, first: int) -> _Judged:
    """The best of everything offered to a block of anchors, by anchor."""
    judged = _judge(_allowed(join(list(_offered(ground, first))), ground, first), ground, first)
    offers = judged.offers
    order = np.lexsort((offers.items, -judged.score, offers.anchors))
    return judged.only(order[first_of_each(offers.anchors[order], KEPT)])


def _offered(ground: _Ground, first: int) -> Iterator[Offers]:
    yield no_offers()
    here = (ground.lent.anchors >= first) & (ground.lent.anchors < first + _ANCHORS)
    yield ground.lent.only(here)
    thin = ground.thin[(ground.thin >= first) & (ground.thin < first + _ANCHORS)]
    for shelf in ground.shelves:
        yield offer_by_group(shelf, ground.known, thin)


def _allowed(offers: Offers, ground: _Ground, first: int) -> Offers:
    """Each pair once, by the nearest who speaks for it; nothing too dear, nothing that must not stand by the anchor."""
    apart = ground.families[offers.anchors] != ground.families[offers.items]
    apart &= ~(ground.prices[offers.items] > _DEAREST * ground.prices[offers.anchors])
    for neighbours in ground.apart:
        apart &= _place(neighbours, offers, first) < 0
    offers = offers.only(apart & (offers.anchors != offers.items))
    order = np.lexsort((-offers.expected, offers.level, offers.items, offers.anchors))
    keys = offers.anchors[order] * ground.known.n_items + offers.items[order]
    nearest = first_of_each(keys)
    speakers = np.bincount(np.cumsum(nearest) - 1) if keys.size else keys
    return msgspec.structs.replace(offers.only(order[nearest]), speakers=speakers)


def _judge(offers: Offers, ground: _Ground, first: int) -> _Judged:
    """Count each pair's own orders in, as many as could hold the add-on since it is sold.

    `confidence = (t + k·π) / (n + k)`; the effect is the smaller of the speakers' and of confidence over the usual
    rate. What is not above `min_effect` then, or is above the floor by itself, is left out.
    """
    known = ground.known
    place = _place(known.pairs, offers, first)
    kept, at = place >= 0, np.maximum(place, 0)
    together = np.where(kept, known.pairs.together[at], 0) if known.pairs.items.size else np.zeros(place.size)
    own = kept & known.pairs.above_floor[at] if known.pairs.items.size else kept
    orders = known.orders[offers.anchors] * known.since[offers.items]
    confidence = (together + known.prior * offers.expected) / np.maximum(orders + known.prior, 1e-9)
    usual = known.usual(offers.items)
    times = np.divide(confidence, usual, out=np.full(usual.shape, np.inf), where=usual > 0)
    judged = _Judged(offers=offers, confidence=confidence, effect=np.minimum(offers.effect, times))
    return judged.only(~own & (judged.effect > ground.learn.min_effect))


def _place(neighbours: Neighbours, offers: Offers, first: int) -> Array:
    """Where each pair lies among `neighbours`, -1 where it does not; all anchors are of the block from `first` on."""
    n_items = neighbours.offsets.size - 1
    last = min(n_items, first + _ANCHORS)
    start, stop = int(neighbours.offsets[first]), int(neighbours.offsets[last])
    anchors = np.repeat(np.arange(first, last), np.diff(neighbours.offsets[first : last + 1]))
    keys = anchors * n_items + neighbours.items[start:stop]
    if not keys.size:
        return np.full(offers.anchors.shape, -1)
    order = np.argsort(keys)
    wanted = offers.anchors * n_items + offers.items
    places = np.minimum(np.searchsorted(keys, wanted, sorter=order), keys.size - 1)
    return np.where(keys[order[places]] == wanted, order[places] + start, -1)


def _rows(kept: Sequence[_Judged], names: Sequence[str], n_items: int) -> BackoffRows:
    offers = join([no_offers(), *(part.offers for part in kept)])
    judged = {
        name: np.concatenate([np.empty(0), *(getattr(part, name) for part in kept)])
        for name in ("confidence", "effect", "score")
    }
    offered = {name: getattr(offers, name) for name in Offers.__struct_fields__}
    return make_rows(names, **{**offered, **judged, "offsets": np.searchsorted(offers.anchors, np.arange(n_items + 1))})
