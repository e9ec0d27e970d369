"""Which bundles are worth offering now, at which price, and which of them to whom."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from pairwell.config.settings import Settings
from pairwell.decide.money import margin, net_price
from pairwell.facts.store import FactStore
from pairwell.model.bundles import LearnedBundle
from pairwell.model.model import Model
from pairwell.prices import customer_price
from pairwell.records import Item

_ALIKE = 0.5  # two bundles that share this part of their products, or more, are not both shown
_OF_A_PRODUCT = 2  # bundles that may hold the same product


class BundleItem(msgspec.Struct, frozen=True, kw_only=True):
    item_id: str
    title: str | None
    price_minor: int  # as the customer pays it alone


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Items bought together, and a price for all of them. Prices are what the customer pays, margins net of tax."""

    items: list[BundleItem]
    together: int  # orders with all of them
    times_chance: float  # ordinary orders with all of them, against what their best part and chance foretell
    list_minor: int  # sum of the prices
    price_minor: int  # proposed
    discount_minor: int  # a share of everything but the dearest item
    largest_discount_minor: int  # that leaves the items added to the dearest one the margin floor
    margin_list_minor: int  # without a discount
    margin_minor: int  # at the proposed price
    cost_estimated: bool  # of an item without a cost, by `shop.margin_rate`
    worth_minor: int  # margin of the added items after the discount, over the ordinary orders beyond chance
    liked: list[str] | msgspec.UnsetType = msgspec.UNSET  # items the customer buys or is likely to


class Leaning(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one customer: a likelihood of items, 0 to 1, and items that are bought once and owned."""

    likes: Mapping[str, float]
    has: Collection[str]


def lean(taste: Sequence[tuple[str, float]], owned: Collection[str], once: Collection[str]) -> Leaning:
    """What a customer leans to: what comes in the next basket, against the likeliest, and what was bought, fully."""
    most = max((score for _, score in taste), default=0.0)
    likes = {item_id: score / most for item_id, score in taste} if most > 0 else {}
    return Leaning(likes={**likes, **dict.fromkeys(owned, 1.0)}, has=once)


def find_leaning(
    customer_id: str, model: Model, facts: FactStore, taste_of: Callable[[str], Sequence[tuple[str, float]]]
) -> Leaning | None:
    """What a customer leans to; None for one who bought nothing that is in a bundle. `taste_of` is the next basket."""
    owned = facts.owned(customer_id, {item_id for bundle in model.bundles() for item_id in bundle.item_ids})
    if not owned:
        return None
    return lean(taste_of(customer_id), owned, {item_id for item_id in owned if model.bought_once(item_id)})


def choose_bundles(
    learned: Iterable[LearnedBundle], items: Mapping[str, Item], settings: Settings, n: int, leaning: Leaning | None
) -> list[Bundle]:
    """Up to `n` bundles, most worth first, none that repeats another; those of a customer's liking lead.

    A bundle with an item that is not on sale, out of stock or without a price is left out, and one whose added items
    earn nothing. Of two that share half of their products or more the better is kept; a product is in two at most.
    """
    has = set() if leaning is None else set(leaning.has)
    likes = {} if leaning is None else leaning.likes
    open_to = (bundle for bundle in learned if has.isdisjoint(bundle.item_ids))
    ranked = [_Ranked(priced, set(one.products)) for one in open_to if (priced := _priced(one, items, settings))]
    if leaning is not None:
        ranked = [_Ranked(_marked(bundle, likes), products) for bundle, products in ranked]
    ranked.sort(key=lambda one: (-_appeal(one.bundle, likes), -one.bundle.worth_minor, _ids(one.bundle)))
    return list(_apart(ranked, n))


class _Ranked(NamedTuple):
    bundle: Bundle
    products: set[int]


def _priced(bundle: LearnedBundle, items: Mapping[str, Item], settings: Settings) -> Bundle | None:
    """The bundle at today's prices; None where it cannot be sold, or the items beside its dearest earn nothing."""
    held = [items[item_id] for item_id in bundle.item_ids if item_id in items]
    prices = [price for item in held if (price := customer_price(item, settings.shop)) is not None]
    if len(prices) < len(bundle.item_ids) or not all(item.published and item.stock != 0 for item in held):
        return None
    margins = [
        margin(net_price(price, settings.shop), item, settings.shop) for price, item in zip(prices, held, strict=True)
    ]
    dearest = max(range(len(prices)), key=prices.__getitem__)
    added = sum(prices) - prices[dearest]
    earned = sum(margins) - margins[dearest]
    tax = 1 / net_price(1, settings.shop)  # what the customer pays for one minor unit net
    largest = max(0, math.floor((earned - settings.guards.margin_floor_minor) * tax))
    discount = min(math.floor(added * settings.learn.bundle_discount_share), largest)
    worth = (earned - discount / tax) * (bundle.ordinary - bundle.expected)
    if worth <= 0:
        return None
    return Bundle(
        items=[_shown(item, price) for item, price in zip(held, prices, strict=True)],
        together=bundle.together,
        times_chance=bundle.ordinary / bundle.expected,
        list_minor=sum(prices),
        price_minor=sum(prices) - discount,
        discount_minor=discount,
        largest_discount_minor=largest,
        margin_list_minor=round(sum(margins)),
        margin_minor=round(sum(margins) - discount / tax),
        cost_estimated=any(item.cost_minor is None for item in held),
        worth_minor=round(worth),
    )


def _shown(item: Item, price: int) -> BundleItem:
    return BundleItem(item_id=item.item_id, title=item.title, price_minor=price)


def _ids(bundle: Bundle) -> list[str]:
    return [item.item_id for item in bundle.items]


def _marked(bundle: Bundle, likes: Mapping[str, float]) -> Bundle:
    return msgspec.structs.replace(bundle, liked=[item for item in _ids(bundle) if likes.get(item, 0.0) > 0])


def _appeal(bundle: Bundle, likes: Mapping[str, float]) -> float:
    """Worth times the likelihood of its items; 0 where nothing is known, so that worth alone counts."""
    return bundle.worth_minor * sum(likes.get(item, 0.0) for item in _ids(bundle))


def _apart(ranked: Iterable[_Ranked], n: int) -> Iterator[Bundle]:
    shown: list[set[int]] = []
    for bundle, own in ranked:
        if len(shown) == n:
            return
        often = any(sum(product in other for other in shown) >= _OF_A_PRODUCT for product in own)
        if not often and all(len(own & other) < _ALIKE * len(own | other) for other in shown):
            shown.append(own)
            yield bundle
