from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

import ibis
import pyarrow as pa
import pytest
from tests.unit.ingest.conftest import Loader

from pairwell.config.settings import Settings, Shop
from pairwell.engines.engine import open_engine
from pairwell.ingest import prices
from pairwell.ingest.moments import MOMENT

pytestmark = pytest.mark.usefixtures("facts_at_once")


@pytest.mark.parametrize(("timezone", "price_minor"), [("UTC", 300), ("Europe/Warsaw", 200), ("Asia/Tokyo", 200)])
def test_a_selling_day_begins_and_ends_where_the_shop_is(
    loader: Loader, monkeypatch: pytest.MonkeyPatch, timezone: str, price_minor: int
) -> None:
    monkeypatch.setattr(prices, "_SELLING_DAYS", 1)
    loader.settings = Settings(shop=Shop(timezone=timezone, prices_include_tax=False))
    loader.orders(
        "order_id,item_id,quantity,unit_price,placed_at",
        "1,cup,1,1.00,2026-01-01T23:30:00Z",
        "2,cup,1,3.00,2026-01-02T12:00:00Z",
    )
    assert loader.rows("items", "item_id", "price_minor") == [("cup", price_minor)]
    assert loader.facts.items()["cup"].price_minor == price_minor


def _usual(sold: list[tuple[str, int, datetime]], days: int) -> dict[str, int]:
    usual = {}
    for item_id in {one[0] for one in sold}:
        own = [(at.date(), price) for name, price, at in sold if name == item_id]
        last = sorted({day for day, _ in own})[-days:]
        usual[item_id] = round(median(price for day, price in own if day in last))
    return usual


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("many", [1, 10_000])
def test_prices_do_not_depend_on_whether_the_newest_rows_are_looked_at_first(
    monkeypatch: pytest.MonkeyPatch, many: int, *, apart: bool
) -> None:
    monkeypatch.setattr(prices, "_MANY", many)
    monkeypatch.setattr(prices, "_SELLING_DAYS", 5)
    random, start = Random(1), datetime(2025, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(hours=random.randrange(100 * 24)) for _ in range(300)]
    items = [random.choice("aaaabbbcdefghijklmnopqrstuvwxyz") for _ in range(600)]
    placed = [random.randrange(300) for _ in range(600)]
    amounts = [100 if item_id == "b" else 2 * random.randint(50, 99) for item_id in items]
    sold = list(zip(items, amounts, (moments[order] for order in placed), strict=True))
    engine = open_engine()
    orders = engine.create_table(
        "orders", pa.table({"order_id": [f"{n}" for n in range(300)], "placed_at": pa.array(moments, MOMENT)})
    )
    columns: dict[str, Any] = {"item_id": items, "unit_price_minor": amounts, "quantity": [1.0] * 600}
    dates = (
        {"order_id": [f"{n}" for n in placed]} if apart else {"placed_at": pa.array([one[2] for one in sold], MOMENT)}
    )
    sales = engine.create_table("sales", pa.table(columns | dates))
    found = prices.recent_prices(sales, "UTC", orders=orders if apart else None).to_pyarrow().to_pylist()
    assert {row["item_id"]: row["price_minor"] for row in found} == _usual(sold, 5)
    among = ibis.memtable(pa.table({"item_id": ["a", "d"]}))
    some = prices.recent_prices(sales, "UTC", orders=orders if apart else None, among=among).to_pyarrow()
    assert sorted(some["item_id"].to_pylist()) == ["a", "d"]
    engine.disconnect()
