"""Complements and upgrades of every product, as far as rules and guards that need no customer let them through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.relations import Question, Sources, only_said, related
from pairwell.config.settings import OfferKind, Settings
from pairwell.decide.bounds import Bounds
from pairwell.decide.money import margin, net_price
from pairwell.decide.rules.book import open_book
from pairwell.decide.rules.parts import take_apart
from pairwell.prices import customer_price
from pairwell.records import CuratedRelation, Item, Pair, Relation
from pairwell.shop.exports.naming import Naming

_KINDS: dict[Relation, OfferKind] = {"complement": "cross_sell", "upgrade": "upgrade"}
_ROOM = 4  # times as many as are asked for are looked at, since rules and guards hold some of them back


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A product in the list of another: under its name in the shop system, and the item that brought it there."""

    name: str
    item_id: str
    curated: bool
    score: float


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A product of the shop system with what is shown beside it, best first; what people pinned leads."""

    name: str
    title: str | None
    items: list[str]  # its variants, or itself
    complements: list[Beside]
    upgrades: list[Beside]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """An item that was not put into the list of a product, and why."""

    name: str  # of the product
    item_id: str
    relation: Relation
    reason: str
    curated: bool


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Every product that has something beside it, by name; what was left out; and products that have no name there."""

    products: list[Listed]
    left_out: list[LeftOut]
    nameless: list[str]  # item ids


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """What the lists are made of."""

    items: Mapping[str, Item]
    relations: Sequence[CuratedRelation]
    model: LearnedPairs | None  # None: only what people set
    settings: Settings


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How the lists are made."""

    naming: Naming
    n: int  # so many of a kind beside a product; more where people pinned more
    most: int | None = None  # what the system takes; else pins are all listed, however many
    keep_pins: bool = False  # what people pinned stays, also where a rule or a guard holds it back


def list_products(shelf: Shelf, wanted: Wanted) -> Listing:
    """The lists of all products on sale; those of a product are those of its variants together."""
    lister = _Lister(shelf, wanted)
    groups: dict[str, list[Item]] = {}
    nameless = []
    for item_id in sorted(shelf.items):
        item = shelf.items[item_id]
        name = wanted.naming.product(item)
        if name is None:
            nameless.append(item_id)
        elif item.published:
            groups.setdefault(name, []).append(item)
    products = [lister.list_product(name, groups[name]) for name in sorted(groups)]
    full = [product for product in products if product.complements or product.upgrades]
    return Listing(products=full, left_out=lister.left_out, nameless=nameless)


def count_reasons(listing: Listing) -> dict[str, int]:
    """How many were left out, by reason."""
    return dict(sorted(Counter(left.reason for left in listing.left_out).items()))


class _Lister:
    def __init__(self, shelf: Shelf, wanted: Wanted) -> None:
        self._shelf = shelf
        self._wanted = wanted
        self._ruled = _rules_of_items(shelf.settings)
        self._book = open_book(shelf.settings)
        self._curated: dict[str, list[CuratedRelation]] = {}
        for relation in sorted(shelf.relations, key=lambda one: one.rank):
            self._curated.setdefault(relation.anchor_id, []).append(relation)
        self.left_out: list[LeftOut] = []

    def list_product(self, name: str, items: Sequence[Item]) -> Listed:
        """The lists of one product, sold as `items`."""
        title = self._wanted.naming.title(items[0])
        complements, upgrades = (self._list(name, items, relation) for relation in _KINDS)
        ids = [item.item_id for item in items]
        return Listed(name=name, title=title, items=ids, complements=complements, upgrades=upgrades)

    def _list(self, name: str, items: Sequence[Item], relation: Relation) -> list[Beside]:
        taken: dict[str, tuple[tuple[bool, float], Beside]] = {}
        left: dict[str, LeftOut] = {}
        for anchor in items:
            for place, pair in enumerate(self._pairs(anchor.item_id, relation)):
                beside = self._named(pair)
                if beside is None:
                    if pair.curated:
                        left.setdefault(pair.item_id, _left(name, pair, relation, self._nameless(pair)))
                    continue
                if beside.name == name:
                    continue
                reason = self._objection(anchor, pair.item_id, relation)
                if reason is not None and not (pair.curated and self._wanted.keep_pins):
                    left.setdefault(beside.name, _left(name, pair, relation, reason))
                    continue
                rank = (not pair.curated, float(place) if pair.curated else -pair.score)
                if beside.name not in taken or rank < taken[beside.name][0]:
                    taken[beside.name] = (rank, beside)
        self.left_out += [left[other] for other in sorted(left.keys() - taken.keys())]
        best = [beside for _, beside in sorted(taken.values(), key=lambda one: (one[0], one[1].name))]
        room = self._room(best)
        self.left_out += [_cut(name, beside, relation) for beside in best[room:] if beside.curated]
        return best[:room]

    def _room(self, best: Sequence[Beside]) -> int:
        """How many are listed: pins all, as far as the system takes them; of what was learned no more than asked."""
        pins = sum(beside.curated for beside in best)
        room = max(self._wanted.n, pins)
        return room if self._wanted.most is None else min(room, self._wanted.most)

    def _pairs(self, item_id: str, relation: Relation) -> Iterator[Pair]:
        """What people set, in their order, and what was learned above the floor of evidence."""
        curated = self._curated.get(item_id, [])
        model = self._shelf.model
        if model is None:
            barred = {item_id, *(one.item_id for one in curated if one.relation == "never")}
            said = dict.fromkeys(one.item_id for one in curated if one.relation == relation)
            yield from (
                msgspec.structs.replace(only_said(other), curated=True) for other in said if other not in barred
            )
            return
        room = self._wanted.n * _ROOM + len(curated)
        asked = Question(item_id=item_id, relation=relation, n=room, curated=curated)
        for pair in related(asked, Sources(model=model, items=self._shelf.items)):
            if pair.curated or pair.above_floor or relation == "upgrade":
                yield pair

    def _named(self, pair: Pair) -> Beside | None:
        item = self._shelf.items.get(pair.item_id)
        name = None if item is None else self._wanted.naming.beside(item, pinned=pair.curated)
        if name is None:
            return None
        return Beside(name=name, item_id=pair.item_id, curated=pair.curated, score=pair.score)

    def _nameless(self, pair: Pair) -> str:
        return "no_name" if pair.item_id in self._shelf.items else "unknown_item"

    def _objection(self, anchor: Item, item_id: str, relation: Relation) -> str | None:
        """Why an item is not to be shown beside another, whoever looks at it."""
        item = self._shelf.items[item_id]
        if not item.published:
            return "unpublished"
        if item.stock is not None and item.stock < 1:
            return "out_of_stock"
        if item_id in self._required(anchor.item_id):
            return "required"
        return self._ruled_out(item) or self._guarded(anchor, item, relation)

    def _required(self, item_id: str) -> set[str]:
        """What an item cannot work without: it belongs to its price and is never sprung as an add-on."""
        said = {one.item_id for one in self._curated.get(item_id, ()) if one.relation == "requires"}
        model = self._shelf.model
        return said if model is None else said | {pair.item_id for pair in model.required(item_id)}

    def _ruled_out(self, item: Item) -> str | None:
        holding, failing = self._book.items.of(item)
        return next((reason for place, reason in self._ruled.items() if (holding | failing) >> place & 1), None)

    def _guarded(self, anchor: Item, item: Item, relation: Relation) -> str | None:
        settings = self._shelf.settings
        paid, price = (customer_price(one, settings.shop) for one in (anchor, item))
        if price is None:
            return "price_unknown"
        bounds = Bounds(
            settings.guards, total_minor=paid or 0, priced=paid is not None, paid_minor={anchor.item_id: paid}
        )
        earned = margin(net_price(price, settings.shop), item, settings.shop)
        return bounds.breach(_KINDS[relation], anchor.item_id, price, earned)


def _rules_of_items(settings: Settings) -> dict[int, str]:
    """The rules that an item alone settles, everywhere: place among all -> reason."""
    found = {}
    for place, rule in enumerate(settings.rules):
        parts = take_apart(rule)
        alone = parts.of_item is not None and parts.of_request is None and parts.of_offer is None
        if alone and not rule.placements and not rule.channels:
            found[place] = rule.reason
    return found


def _left(name: str, pair: Pair, relation: Relation, reason: str) -> LeftOut:
    return LeftOut(name=name, item_id=pair.item_id, relation=relation, reason=reason, curated=pair.curated)


def _cut(name: str, beside: Beside, relation: Relation) -> LeftOut:
    return LeftOut(name=name, item_id=beside.item_id, relation=relation, reason="too_many", curated=True)
