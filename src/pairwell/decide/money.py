"""What an item costs the customer and earns the shop, in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pairwell.candidates.same import Same
from pairwell.config.categories import ByCategory
from pairwell.config.settings import Shop
from pairwell.records import Item


def net_price(paid_minor: int, shop: Shop) -> float:
    """The price without tax of what the customer pays `paid_minor` for."""
    return paid_minor / (1 + shop.tax_rate) if shop.prices_include_tax else float(paid_minor)


def margin(net_minor: float, item: Item | None, shop: Shop) -> float:
    """What a unit sold at `net_minor` earns; by the margin rate of its category where its cost is unknown."""
    if item is None or item.cost_minor is None:
        return net_minor * margin_rate(item, shop)
    return net_minor - item.cost_minor


def margin_rate(item: Item | None, shop: Shop) -> float:
    """The share of the net price that is taken for margin where nobody states a cost."""
    if item is None or not shop.margin_rates:
        return shop.margin_rate
    stated = _by_category(Same(shop.margin_rates)).of(item.category)
    return shop.margin_rate if stated is None else stated


def service_value(item: Item | None, shop: Shop) -> float:
    """What it is worth beside money that a customer gets a unit: by its purpose, else by its category.

    Nothing, unless the shop's objective is service.
    """
    if item is None or shop.objective != "service":
        return 0.0
    stated = _by_category(Same(shop.service_values))
    of_purpose = stated.of(item.attributes.get("purpose"))
    return (stated.of(item.category) or 0.0) if of_purpose is None else of_purpose


def earnings(net_minor: float, item: Item | None, shop: Shop) -> float:
    """What a unit sold at `net_minor` is worth by the objective: its margin, with its service too, or its net price."""
    if shop.objective == "revenue":
        return net_minor
    earned = margin(net_minor, item, shop)
    return earned + service_value(item, shop) if shop.objective == "service" else earned


def after_returns(earned_minor: float, kept: float, shop: Shop) -> float:
    """What a sold unit is worth where a share `kept` of them stays sold, and the others come back at a cost."""
    return kept * earned_minor - (1 - kept) * shop.return_cost_minor


@lru_cache(maxsize=16)
def _by_category(stated: Same[Mapping[str, float]]) -> ByCategory:
    return ByCategory(stated.value)
