"""How well the relations that were planted in a simulated shop are told apart by a model that learned its orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.learn.assemble import learn_parts
from pairwell.learn.baskets import make_baskets
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.model.model import Model
from pairwell.records import Item
from pairwell.simulate.history import history
from pairwell.simulate.truth import Truth
from pairwell.simulate.world import World

Link = tuple[str, str]
ENOUGH_ORDERS = 10  # with each of two items that replace each other


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of directed pairs in one relation."""

    planted: int  # those with enough data
    found: int  # of them listed in the relation
    listed: int
    right: int  # of those listed that the truth knows, with or without enough data

    @property
    def recall(self) -> float:
        return self.found / max(1, self.planted)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.listed)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of what was planted. A pair the truth knows in either direction counts as known."""

    complements: Found  # listed: above the evidence floor
    substitutes: Found  # right: bought for the same need
    variants: Found
    upgrades: Found  # by family of the dearer one; right: for the same need, of a higher tier
    complements_as_substitutes: int
    substitutes_as_complements: int
    r_precision: float  # of complements: among as many of an anchor's best as it has findable ones

    @property
    def told_apart(self) -> float:
        """Share of planted complements and substitutes with enough data that are listed as what they are alone."""
        right = self.complements.found + self.substitutes.found
        wrong = self.complements_as_substitutes + self.substitutes_as_complements
        return (right - wrong) / max(1, self.complements.planted + self.substitutes.planted)


def history_of(world: World, *, bare: bool = False) -> History:
    """The orders of a world as learning reads them; `bare` keeps nothing of the catalogue but titles and prices."""
    lines = history(world)
    items = {item.item_id: item for item in world.items}
    ids = sorted(items)
    codes = {item_id: code for code, item_id in enumerate(ids)}
    names, first, number = np.unique(
        np.array(lines["order_id"].to_pylist(), dtype=np.int64), return_index=True, return_inverse=True
    )
    customers = np.unique(np.array(lines["customer_id"].to_pylist()), return_inverse=True)[1]
    placed_at = np.array([to_micros(moment) for moment in lines["placed_at"].to_pylist()], dtype=np.int64)
    return History(
        baskets=make_baskets(ids, number, np.array([codes[i] for i in lines["item_id"].to_pylist()]), placed_at[first]),
        order_ids=[str(name) for name in names.tolist()],
        customers=customers[first],
        listings=[_listing(items[item_id], bare=bare) for item_id in ids],
    )


def _listing(item: Item, *, bare: bool) -> Listing:
    if bare:
        return Listing(item_id=item.item_id, title=item.title, price_minor=item.price_minor)
    return msgspec.convert(item, Listing, from_attributes=True)


def learn_world(past: History, settings: Settings) -> Model:
    """The model that learning would publish, without storing it."""
    parts = learn_parts(past, settings)
    return Model(parts.manifest, parts.names, parts.arrays)


def relations_told(truth: Truth, model: Model, corridor: tuple[float, float]) -> Told:
    """Hold what a model lists against what was planted; `corridor` says which upgrades are asked for."""
    ids = [item.item_id for item in truth.catalogue.items]
    sold = {item_id for item_id in ids if model.orders_of(item_id) >= ENOUGH_ORDERS}
    findable = {(pair.anchor_id, pair.item_id) for pair in truth.findable()}
    planted = {(pair.anchor_id, pair.item_id) for pair in truth.planted()}
    above = set(model.bought_together())
    listed = {(one, other) for one in ids for other, how in model.stand_ins(one).items() if how == "substitute"}
    substitutes = {(one, other) for one in ids for other in truth.substitutes(one) if {one, other} <= sold}
    return Told(
        complements=_found(findable, above, planted | {(other, one) for one, other in planted}),
        substitutes=_found(substitutes, listed, {(one, other) for one in ids for other in truth.same_need(one)}),
        variants=_whole(
            ((one, other) for one in ids for other in truth.variants(one)),
            ((one, pair.item_id) for one in ids for pair in model.variants(one, n=len(ids))),
        ),
        upgrades=_upgrades(truth, model, corridor),
        complements_as_substitutes=len(findable & listed),
        substitutes_as_complements=len(substitutes & above),
        r_precision=_r_precision(findable, model),
    )


def _found(planted: set[Link], listed: set[Link], known: set[Link]) -> Found:
    return Found(planted=len(planted), found=len(planted & listed), listed=len(listed), right=len(listed & known))


def _whole(planted: Iterator[Link], listed: Iterator[Link]) -> Found:
    links = set(planted)
    return _found(links, set(listed), links)


def _upgrades(truth: Truth, model: Model, corridor: tuple[float, float]) -> Found:
    goods = truth.catalogue
    at = goods.index

    def better(one: str, others: Iterable[str]) -> set[Link]:
        dearer = (other for other in others if goods.tier[at[other]] > goods.tier[at[one]])
        return {
            (one, str(goods.items[at[other]].family)) for other in dearer if low <= price(other) / price(one) <= high
        }

    def price(item_id: str) -> int:
        return int(goods.price[at[item_id]])

    low, high = corridor
    planted: set[Link] = set().union(*(better(one, truth.upgrades(one)) for one in at))
    known: set[Link] = set().union(*(better(one, truth.same_need(one)) for one in at))
    listed = {(one, str(goods.items[at[pair.item_id]].family)) for one in at for pair in model.upgrades(one, n=50)}
    return _found(planted, listed, known)


def _r_precision(wanted: Iterable[Link], model: Model) -> float:
    by_anchor: defaultdict[str, set[str]] = defaultdict(set)
    for anchor, item_id in wanted:
        by_anchor[anchor].add(item_id)
    found = [
        len(add_ons & {pair.item_id for pair in model.pairs(anchor, n=len(add_ons))})
        for anchor, add_ons in by_anchor.items()
    ]
    return sum(found) / max(1, sum(map(len, by_anchor.values())))
