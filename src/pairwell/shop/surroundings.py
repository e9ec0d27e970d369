"""What stands around an item: all its relations, learned and said, with their evidence; and how items are found."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from pairwell.candidates.relations import Question, Sources, find_pairs, only_said
from pairwell.errors import NotFoundError
from pairwell.offer_words import OfferText
from pairwell.records import Borrowed, CuratedRelation, Item, Pair, Relation
from pairwell.said import phrase
from pairwell.shop.named import holds_words, name_items

if TYPE_CHECKING:
    from pairwell.model.model import Model
    from pairwell.shop.parts import Parts

#: Nearest first: what is offered, then what is instead of it, then what follows and what it needs.
RELATIONS: Final[tuple[Relation, ...]] = ("complement", "upgrade", "substitute", "variant", "follow_up", "requires")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An item that was looked for."""

    item_id: str
    title: str | None
    category: str | None
    price_minor: int | None
    orders: int  # with it, of those that were learned from


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What stands to the item in one relation: what people said first, then what was learned, best first."""

    relation: Relation
    pairs: list[Pair]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What people said of the item and another."""

    anchor_id: str
    item_id: str
    title: str | None  # of the other
    relation: Relation
    rank: int


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """An item and everything that stands in a relation to it."""

    item: Item
    orders: int  # with it, of those that were learned from
    model: str | None  # None: nothing was learned yet
    lists: list[Listed]  # one for each relation, empty ones, too
    backoff: list[Borrowed]  # what its likes and groups speak for, where its own evidence is not enough
    said: list[Told]  # by people of what stands beside it
    said_elsewhere: list[Told]  # by people of it, where it stands beside another
    texts: list[OfferText]  # the shop's own, where it is offered


def search_items(shop: Parts, words: str, n: int) -> list[Found]:
    """Up to `n` items whose id, title, category or brand holds all the words; the most bought first.

    The item of exactly that id leads. Without words, the most bought of all.
    """
    model, wanted = shop.model_or_none(), words.casefold().split()
    found = (item for item in shop.facts.items().values() if holds_words(item, wanted))
    best = heapq.nsmallest(
        n, found, key=lambda item: (item.item_id != words.strip(), -_orders(model, item.item_id), item.item_id)
    )
    return [_found(item, model) for item in best]


def surround(shop: Parts, item_id: str, n: int) -> Surroundings:
    """An item with up to `n` others in each relation. Raises `NotFoundError` where nobody knows it."""
    items, model = shop.facts.items(), shop.model_or_none()
    item = items.get(item_id)
    if item is None:
        raise NotFoundError(
            phrase("Item {item_id} is not in the catalogue, nor in any order.", item_id=repr(item_id)),
            hint=name_items(item_id, items),
            field="id",
        )
    curated = shop.facts.relations_of([item_id])
    lists, backoff = [], []
    for relation in RELATIONS:
        asked = Question(item_id=item_id, relation=relation, n=n, curated=curated, inside=True)
        if model is None:
            lists.append(Listed(relation=relation, pairs=_only_said(asked, items)))
            continue
        found = find_pairs(asked, Sources(model=model, items=items))
        lists.append(Listed(relation=relation, pairs=found.pairs))
        backoff += found.backoff
    return Surroundings(
        item=item,
        orders=_orders(model, item_id),
        model=None if model is None else model.id,
        lists=lists,
        backoff=backoff,
        said=[_told(one, items.get(one.item_id)) for one in curated],
        said_elsewhere=[_told(one, items.get(one.anchor_id)) for one in _of(shop, item_id, items)],
        texts=item.texts,
    )


def _found(item: Item, model: Model | None) -> Found:
    return Found(
        item_id=item.item_id,
        title=item.title,
        category=item.category,
        price_minor=item.price_minor,
        orders=_orders(model, item.item_id),
    )


def _orders(model: Model | None, item_id: str) -> int:
    return 0 if model is None else model.orders_of(item_id)


def _only_said(asked: Question, items: Mapping[str, Item]) -> list[Pair]:
    said = [one.item_id for one in asked.curated if one.relation == asked.relation][: asked.n]
    return [
        msgspec.structs.replace(only_said(one, title=items[one].title if one in items else None), curated=True)
        for one in said
    ]


def _of(shop: Parts, item_id: str, items: Mapping[str, Item]) -> list[CuratedRelation]:
    return [one for one in shop.facts.relations_of([*items]) if one.item_id == item_id]


def _told(one: CuratedRelation, other: Item | None) -> Told:
    return Told(
        anchor_id=one.anchor_id,
        item_id=one.item_id,
        title=None if other is None else other.title,
        relation=one.relation,
        rank=one.rank,
    )
