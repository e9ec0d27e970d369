"""What an item costs the customer and earns the shop, in minor units."""

from __future__ import annotations

from pairwell.config.settings import Shop
from pairwell.records import Item


def customer_price(item: Item, shop: Shop) -> int | None:
    """What the customer pays for one unit, tax included where the shop shows prices so; None if unknown."""
    if item.price_minor is None:
        return None
    return round(item.price_minor * (1 + shop.tax_rate)) if shop.prices_include_tax else item.price_minor


def net_price(price_minor: int, shop: Shop, discount_minor: int = 0) -> float:
    """The price without tax of what the customer pays `price_minor` for, less a discount."""
    paid = price_minor - discount_minor
    return paid / (1 + shop.tax_rate) if shop.prices_include_tax else float(paid)


def margin(net_minor: float, item: Item | None, shop: Shop) -> float:
    """What a unit sold at `net_minor` earns; by the shop's `margin_rate` where its cost is unknown."""
    if item is None or item.cost_minor is None:
        return net_minor * shop.margin_rate
    return net_minor - item.cost_minor


def earnings(net_minor: float, item: Item | None, shop: Shop) -> float:
    """What a unit sold at `net_minor` is worth by the shop's objective: its margin, or its net price."""
    return net_minor if shop.objective == "revenue" else margin(net_minor, item, shop)


def after_returns(earned_minor: float, kept: float, shop: Shop) -> float:
    """What a sold unit is worth where a share `kept` of them stays sold, and the others come back at a cost."""
    return kept * earned_minor - (1 - kept) * shop.return_cost_minor
