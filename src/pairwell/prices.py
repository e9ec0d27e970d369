"""What an item costs the customer, in minor units."""

from __future__ import annotations

from pairwell.config.settings import Shop
from pairwell.records import Item


def customer_price(item: Item, shop: Shop) -> int | None:
    """What the customer pays for one unit, tax included where the shop shows prices so; None if unknown."""
    if item.price_minor is None:
        return None
    return round(item.price_minor * (1 + shop.tax_rate)) if shop.prices_include_tax else item.price_minor
