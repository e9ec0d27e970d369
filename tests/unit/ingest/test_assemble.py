from __future__ import annotations

import pytest
from tests.unit.ingest.conftest import Loader

from pairwell.config.settings import Settings, Shop
from pairwell.ingest import assemble


@pytest.mark.parametrize(("timezone", "price_minor"), [("UTC", 300), ("Europe/Warsaw", 200), ("Asia/Tokyo", 200)])
def test_a_selling_day_begins_and_ends_where_the_shop_is(
    loader: Loader, monkeypatch: pytest.MonkeyPatch, timezone: str, price_minor: int
) -> None:
    monkeypatch.setattr(assemble, "_SELLING_DAYS", 1)
    loader.settings = Settings(shop=Shop(timezone=timezone, prices_include_tax=False))
    loader.orders(
        "order_id,item_id,quantity,unit_price,placed_at",
        "1,cup,1,1.00,2026-01-01T23:30:00Z",
        "2,cup,1,3.00,2026-01-02T12:00:00Z",
    )
    assert loader.rows("items", "item_id", "price_minor") == [("cup", price_minor)]
    assert loader.facts.items()["cup"].price_minor == price_minor
