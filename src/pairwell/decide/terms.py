"""What the settings make of an item, worked out once for each revision of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from pairwell.candidates.same import Same
from pairwell.config.settings import Settings, Shop
from pairwell.decide.money import earnings, margin, net_price, service_value
from pairwell.prices import customer_price
from pairwell.records import Item

Objection = tuple[str, dict[str, Any]]  # a reason, and the facts behind it


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """An item's price as the customer pays it, and what a unit earns at it; both amounts are 0 without a price."""

    item: Item
    price_minor: int | None
    margin_minor: float
    earned_minor: float  # by the shop's objective
    service_minor: float  # as much of that is no money
    kept_back: Objection | None  # why a unit of it is not for sale: unpublished, sold out or without a price


class TermsBook:
    """A memory and nothing more: without it the same is worked out again."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._known: dict[str, Terms] = {}

    def of(self, items: Mapping[str, Item]) -> dict[str, Terms]:
        """The terms of items, by id."""
        known, found = self._known, {}
        for item_id, item in items.items():
            terms = known.get(item_id)
            if terms is None or terms.item is not item:
                terms = known[item_id] = _work_out(item, self._shop)
            found[item_id] = terms
        return found


def open_terms(settings: Settings) -> TermsBook:
    """The terms under `settings`."""
    return _opened(Same(settings))


@lru_cache(maxsize=8)
def _opened(same: Same[Settings]) -> TermsBook:
    return TermsBook(same.value.shop)


def _work_out(item: Item, shop: Shop) -> Terms:
    price = customer_price(item, shop)
    net = net_price(price or 0, shop)
    return Terms(
        item=item,
        price_minor=price,
        margin_minor=0.0 if price is None else margin(net, item, shop),
        earned_minor=0.0 if price is None else earnings(net, item, shop),
        service_minor=0.0 if price is None else service_value(item, shop),
        kept_back=_kept_back(item),
    )


def _kept_back(item: Item) -> Objection | None:
    if not item.published:
        return "unpublished", {}
    if item.stock is not None and item.stock < 1:
        return "out_of_stock", {"stock": item.stock}
    return ("no_price", {}) if item.price_minor is None else None
