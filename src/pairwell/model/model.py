"""The questions a model answers, all of them without side effects."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import msgspec
import numpy as np

from pairwell.config.settings import OfferKind
from pairwell.model.association import Together, confidence, lift, log_likelihood_ratio
from pairwell.model.backoff import Backoff
from pairwell.model.bundles import Bundles, LearnedBundle
from pairwell.model.completion import Completion
from pairwell.model.manifest import Manifest
from pairwell.model.neighbours import Array, Neighbours, from_arrays
from pairwell.model.related import Alternatives, FollowUps, Related
from pairwell.model.sessions import Onward, Orders, followers_from_arrays
from pairwell.records import Borrowed, Evidence, Looked, Pair, Ranked


class ItemNames(msgspec.Struct, frozen=True, kw_only=True):
    """Ids in ascending order; the place of an id is the item's number in every array."""

    ids: list[str]
    titles: list[str | None]


_NONE = np.empty(0)
_REMEMBERED = 20_000  # items with what stands in for them, which is little or nothing


class Model:
    """What was learned up to `manifest.as_of`."""

    def __init__(self, manifest: Manifest, names: ItemNames, arrays: Mapping[str, Array]) -> None:
        self.manifest = manifest
        self.id = manifest.id
        self.n_orders = manifest.orders
        self.item_ids: Sequence[str] = [*map(sys.intern, names.ids)]
        self._titles = names.titles
        self._codes = {item_id: code for code, item_id in enumerate(self.item_ids)}
        self._orders = arrays["orders"]
        self._bought_once = arrays["bought_once"]
        self._kept_shares: list[float] = arrays["kept"].tolist()
        self._popular = arrays["popular"]
        self._pairs = from_arrays(dict(arrays), "pair")
        self._upgrades = from_arrays(dict(arrays), "upgrade")
        self._related = Related(arrays, len(names.ids))
        self._bundles = Bundles(arrays, names.ids)
        self._backoff = Backoff(arrays, names.ids, names.titles)
        by_order = Orders(pairs=self._pairs, item_orders=self._orders, n_orders=self.n_orders, popular=self._popular)
        self._onward = Onward(followers_from_arrays(arrays, len(names.ids)), by_order, manifest.settings)
        # Decisions ask for the same items again and again.
        self._recall_stand_ins = lru_cache(_REMEMBERED)(self._find_stand_ins)
        self._prior_orders = float(manifest.settings["prior_orders"])
        self._completion = Completion(
            pairs=self._pairs,
            popular=self._popular,
            affinity=bool(arrays["affinity"].all()),
            growth=float(manifest.settings["power_growth"]),
            linear=arrays.get("pair_linear", _NONE),  # models published before there were any have none
            share=float(arrays.get("linear_share", _NONE).sum()),
        )

    def bundles(self) -> Iterator[LearnedBundle]:
        """Sets of items bought together, those most often so beyond chance first."""
        return iter(self._bundles)

    def knows(self, item_id: str) -> bool:
        """Whether the item was in the catalogue or in an order that was learned from."""
        return item_id in self._codes

    def orders_of(self, item_id: str) -> int:
        """Orders with the item; 0 for an unknown one."""
        code = self._codes.get(item_id)
        return 0 if code is None else int(self._orders[code])

    def bought_once(self, item_id: str) -> bool:
        """Whether customers buy the item once and not again, as far as is known."""
        code = self._codes.get(item_id)
        return code is not None and bool(self._bought_once[code])

    def kept(self, item_id: str) -> float:
        """The share of its sales that is not sent back, 0..1; the shop's for an unknown item."""
        code = self._codes.get(item_id)
        return self.manifest.kept_share if code is None else self._kept_shares[code]

    def pairs(self, item_id: str, *, n: int = 10, above_floor: bool = False) -> list[Pair]:
        """Up to `n` add-ons of an anchor, best score first; an unknown anchor has none."""
        code = self._codes.get(item_id)
        if code is None:
            return []
        return self._listed(self._pairs, code, self._kept(self._pairs, code, above_floor=above_floor)[:n])

    def evidence(self, anchor_id: str, item_id: str) -> Evidence | None:
        """What is known of the pair, or None where it was not kept."""
        anchor, item = self._codes.get(anchor_id), self._codes.get(item_id)
        if anchor is None or item is None:
            return None
        place = self._pairs.place(anchor, item)
        return None if place is None else next(self._evidence(self._pairs, anchor, np.array([place])))

    def upgrades(self, item_id: str, *, n: int = 10) -> list[Pair]:
        """Up to `n` comparable, dearer items, best first; `confidence` is the share of those who took the dearer."""
        code = self._codes.get(item_id)
        if code is None:
            return []
        return self._listed(self._upgrades, code, self._kept(self._upgrades, code, above_floor=False)[:n])

    def ranked(self, item_id: str, kind: OfferKind, *, n: int) -> list[Ranked]:
        """Up to `n` upgrades, or add-ons above the evidence floor, best first; what offers are made of."""
        code = self._codes.get(item_id)
        if code is None:
            return []
        neighbours = self._upgrades if kind == "upgrade" else self._pairs
        places = self._kept(neighbours, code, above_floor=kind == "cross_sell")[:n]
        items, scores = neighbours.items[places].tolist(), neighbours.score[places].tolist()
        rows = zip(items, scores, self._evidence(neighbours, code, places), strict=True)
        return [Ranked(self.item_ids[item], score, evidence) for item, score, evidence in rows]

    def substitutes(self, item_id: str, *, n: int = 10) -> list[Pair]:
        """Up to `n` items bought instead of it, likest first, of each other product one."""
        return self._told(self._related.substitutes, item_id, n)

    def variants(self, item_id: str, *, n: int = 10) -> list[Pair]:
        """Up to `n` other sizes, colours and numbers of the same product, likest first."""
        return self._told(self._related.variants, item_id, n)

    def follow_ups(self, item_id: str, *, n: int = 10) -> list[Pair]:
        """Up to `n` items that its buyers come back for on a later day; counts of the test are of customers."""
        return self._told(self._related.follow_ups, item_id, n)

    def bundles_with(self, item_id: str, *, n: int = 10) -> list[LearnedBundle]:
        """Up to `n` sets that hold the item, those most often together beyond chance first."""
        code = self._codes.get(item_id)
        return [] if code is None else list(self._bundles.holding(code, n))

    def required(self, item_id: str, *, n: int = 10) -> list[Pair]:
        """Up to `n` items of what the catalogue says it cannot work without, those bought along first."""
        code = self._codes.get(item_id)
        if code is None:
            return []
        requires = self._related.requires
        return self._listed(requires, code, self._kept(requires, code, above_floor=False)[:n])

    def stand_ins(self, item_id: str) -> Mapping[str, Literal["variant", "substitute"]]:
        """What was learned to stand for an item and is not bought together with it, by id."""
        return self._recall_stand_ins(item_id)

    def backoff(self, item_id: str, *, n: int = 10) -> list[Borrowed]:
        """Up to `n` add-ons that likes and groups speak for, where an item has too few of its own; best first."""
        code = self._codes.get(item_id)
        return [] if code is None else self._backoff.of(code, n=n)

    def bought_together(self) -> Iterator[tuple[str, str]]:
        """Every (anchor, add-on) above the evidence floor, by anchor."""
        anchors = np.repeat(np.arange(len(self.item_ids)), np.diff(self._pairs.offsets))
        above = self._pairs.above_floor
        for anchor, add_on in zip(anchors[above].tolist(), self._pairs.items[above].tolist(), strict=True):
            yield self.item_ids[anchor], self.item_ids[add_on]

    def complete(self, baskets: Sequence[Sequence[str]], *, n: int = 20) -> list[list[tuple[str, float]]]:
        """For each basket the `n` best of everything learned, with scores, nothing already in it.

        Scores are raised to a power that grows with the basket and summed over it; popularity fills up at score 0, and
        ranks alone where nothing goes with anything; ties go by item id. No rule, guard or floor is applied.
        """
        known = (np.unique([self._codes[item] for item in basket if item in self._codes]) for basket in baskets)
        return [
            [(self.item_ids[code], score) for code, score in self._completion.rank(inside.astype(np.intp), n)]
            for inside in known
        ]

    def next_items(self, visits: Sequence[Sequence[tuple[str, str]]], *, n: int = 20) -> list[list[tuple[str, float]]]:
        """For each visit, (type of event, item id) newest last, the `n` items it leads to; see `Onward.lead`."""
        known = ([(kind, self._codes[item]) for kind, item in visit if item in self._codes] for visit in visits)
        return [[(self.item_ids[code], score) for code, score in self._onward.lead(visit, n)] for visit in known]

    def looked(self, item_id: str) -> Looked | None:
        """What became of looking at an item; None where no visit to it is known."""
        code = self._codes.get(item_id)
        return None if code is None else self._onward.looked(code)

    def visits_with_both(self, item_id: str, later_id: str) -> int:
        """Visits that were learned from in which `later_id` came after `item_id`; 0 where that was not kept."""
        code, later = self._codes.get(item_id), self._codes.get(later_id)
        return 0 if code is None or later is None else self._onward.followers.visits_with_both(code, later)

    def popular(self, n: int) -> list[str]:
        """The `n` items bought most, newer orders counting more."""
        return [self.item_ids[code] for code in self._popular[:n].tolist()]

    def _find_stand_ins(self, item_id: str) -> Mapping[str, Literal["variant", "substitute"]]:
        code = self._codes.get(item_id)
        found = {} if code is None else self._related.stand_ins(code)
        return {self.item_ids[other]: how for other, how in found.items()}

    def _kept(self, neighbours: Neighbours, code: int, *, above_floor: bool) -> Array:
        row = neighbours.row(code)
        places = np.arange(row.start, row.stop)
        return places[neighbours.above_floor[row]] if above_floor else places

    def _told(self, related: Alternatives | FollowUps, item_id: str, n: int) -> list[Pair]:
        code = self._codes.get(item_id)
        if code is None:
            return []
        row = related.neighbours.row(code)
        shown = [place for place in range(row.start, row.stop) if related.shows(place)][:n]
        pairs = self._listed(related.neighbours, code, np.array(shown, np.intp))
        return [msgspec.structs.replace(pair, **related.told(place)) for pair, place in zip(pairs, shown, strict=True)]

    def _listed(self, neighbours: Neighbours, code: int, places: Array) -> list[Pair]:
        items, scores = neighbours.items[places].tolist(), neighbours.score[places].tolist()
        return [
            Pair(
                item_id=self.item_ids[item],
                title=self._titles[item],
                score=score,
                together=evidence.together,
                anchor_orders=evidence.anchor_orders,
                item_orders=evidence.item_orders,
                confidence=evidence.confidence,
                lift=evidence.lift,
                effect=evidence.effect,
                llr=log_likelihood_ratio(self._counts(evidence.together, evidence.anchor_orders, evidence.item_orders)),
                p_adjusted=evidence.p_adjusted,
                above_floor=evidence.above_floor,
            )
            for item, score, evidence in zip(items, scores, self._evidence(neighbours, code, places), strict=True)
        ]

    def _evidence(self, neighbours: Neighbours, code: int, places: Array) -> Iterator[Evidence]:
        """What is known of the pairs in `places`, whose columns are read at once: number by number is far dearer."""
        anchor_orders = int(self._orders[code])
        shares = neighbours.share[places].tolist() if neighbours.share.size else [None] * len(places)
        for together, item_orders, effect, p_adjusted, above_floor, share in zip(
            neighbours.together[places].tolist(),
            self._orders[neighbours.items[places]].tolist(),
            neighbours.effect[places].tolist(),
            neighbours.p_adjusted[places].tolist(),
            neighbours.above_floor[places].tolist(),
            shares,
            strict=True,
        ):
            counts = self._counts(together, anchor_orders, item_orders)
            yield Evidence(
                together=together,
                anchor_orders=anchor_orders,
                item_orders=item_orders,
                confidence=confidence(counts, prior_orders=self._prior_orders) if share is None else share,
                lift=lift(counts),
                effect=effect,
                p_adjusted=p_adjusted,
                above_floor=above_floor,
            )

    def _counts(self, together: int, anchor_orders: int, item_orders: int) -> Together:
        return Together(together=together, anchor_orders=anchor_orders, item_orders=item_orders, n_orders=self.n_orders)
