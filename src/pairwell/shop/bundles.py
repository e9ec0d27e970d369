"""Which bundles are worth offering now, at which price, and which of them to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from pairwell.config.settings import Settings
from pairwell.decide.money import customer_price, margin, net_price
from pairwell.model.bundles import LearnedBundle
from pairwell.records import Item

_ALIKE = 0.5  # two bundles that share this part of their items, or more, are not both shown
_OF_AN_ITEM = 2  # bundles that may hold the same item


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
    discount_minor: int
    largest_discount_minor: int  # that keeps the margin floor
    margin_list_minor: int  # without a discount
    margin_minor: int  # at the proposed price
    cost_estimated: bool  # of an item without a cost, by `shop.margin_rate`
    worth_minor: int  # margin at the proposed price over the ordinary orders beyond chance
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


def choose_bundles(
    learned: Iterable[LearnedBundle], items: Mapping[str, Item], settings: Settings, n: int, leaning: Leaning | None
) -> list[Bundle]:
    """Up to `n` bundles, most worth first, none that repeats another; those of a customer's liking lead.

    A bundle with an item that is not on sale, out of stock or without a price is left out, and one that would earn
    nothing. Of two that share half of their items or more the better is kept; an item is in two bundles at most.
    """
    priced = (_priced(bundle, items, settings) for bundle in learned)
    worthy = [bundle for bundle in priced if bundle is not None and bundle.worth_minor > 0]
    if leaning is not None:
        has = set(leaning.has)
        worthy = [_marked(bundle, leaning.likes) for bundle in worthy if not has.intersection(_ids(bundle))]
    worthy.sort(key=lambda bundle: (-_appeal(bundle, leaning), -bundle.worth_minor, _ids(bundle)))
    return list(_apart(worthy, n))


def _priced(bundle: LearnedBundle, items: Mapping[str, Item], settings: Settings) -> Bundle | None:
    held = [items[item_id] for item_id in bundle.item_ids if item_id in items]
    prices = [price for item in held if (price := customer_price(item, settings.shop)) is not None]
    if len(prices) < len(bundle.item_ids) or not all(item.published and item.stock != 0 for item in held):
        return None
    net = [net_price(price, settings.shop) for price in prices]
    earned = sum(margin(paid, item, settings.shop) for paid, item in zip(net, held, strict=True))
    tax = sum(prices) / sum(net) if sum(net) else 1.0
    largest = max(0, int((earned - settings.guards.margin_floor_minor) * tax))
    discount = min(int(sum(prices) * settings.learn.bundle_discount_share), largest)
    left = earned - discount / tax
    return Bundle(
        items=[_shown(item, price) for item, price in zip(held, prices, strict=True)],
        together=bundle.together,
        times_chance=bundle.ordinary / bundle.expected,
        list_minor=sum(prices),
        price_minor=sum(prices) - discount,
        discount_minor=discount,
        largest_discount_minor=largest,
        margin_list_minor=round(earned),
        margin_minor=round(left),
        cost_estimated=any(item.cost_minor is None for item in held),
        worth_minor=round(left * (bundle.ordinary - bundle.expected)),
    )


def _shown(item: Item, price: int) -> BundleItem:
    return BundleItem(item_id=item.item_id, title=item.title, price_minor=price)


def _ids(bundle: Bundle) -> list[str]:
    return [item.item_id for item in bundle.items]


def _marked(bundle: Bundle, likes: Mapping[str, float]) -> Bundle:
    return msgspec.structs.replace(bundle, liked=[item for item in _ids(bundle) if likes.get(item, 0.0) > 0])


def _appeal(bundle: Bundle, leaning: Leaning | None) -> float:
    """Worth times the likelihood of its items; 0 where nothing is known, so that worth alone counts."""
    if leaning is None:
        return 0.0
    return bundle.worth_minor * sum(leaning.likes.get(item, 0.0) for item in _ids(bundle))


def _apart(ranked: Iterable[Bundle], n: int) -> Iterator[Bundle]:
    shown: list[set[str]] = []
    for bundle in ranked:
        if len(shown) == n:
            return
        own = set(_ids(bundle))
        often = any(sum(item in other for other in shown) >= _OF_AN_ITEM for item in own)
        if not often and all(len(own & other) < _ALIKE * len(own | other) for other in shown):
            shown.append(own)
            yield bundle
