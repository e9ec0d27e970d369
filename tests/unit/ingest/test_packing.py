from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import ibis
import msgspec
import pyarrow as pa
import pytest

from pairwell.clock import to_micros
from pairwell.engines.engine import open_engine
from pairwell.facts.ownership import Purchases
from pairwell.ingest import packing
from pairwell.ingest.moments import MOMENT
from pairwell.ingest.packing import Bought, pack

START = datetime(2026, 1, 1, tzinfo=UTC)
Order = tuple[str, str, datetime, tuple[str, ...]]  # order, customer, moment, items


def _orders(rng: random.Random, count: int) -> list[Order]:
    items = ["cup", 'the "pot"', "a\\b", "чай", "tab\there", "x"]
    return [
        (
            f"o{number}",
            f"c{rng.randrange(9)}",
            START + timedelta(hours=rng.randrange(40)),
            tuple(rng.choices(items, k=rng.randint(0, 5))),
        )
        for number in range(count)
    ]


def _expected(orders: Iterable[Order]) -> dict[str, dict[str, tuple[int, int]]]:
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for _, customer, moment, items in orders:
        for item in set(items):
            last, count = found.setdefault(customer, {}).get(item, (0, 0))
            found[customer][item] = max(last, to_micros(moment)), count + 1
    return found


def _packed(orders: Iterable[Order]) -> list[tuple[str, Purchases]]:
    engine = open_engine()
    heads = [{"order_id": order, "customer_id": who, "placed_at": at} for order, who, at, _ in orders]
    lines = [{"order_id": order, "item_id": item} for order, _, _, items in orders for item in items]
    known = pa.schema([("order_id", pa.string()), ("customer_id", pa.string()), ("placed_at", MOMENT)])
    sold = pa.schema([("order_id", pa.string()), ("item_id", pa.string())])
    bought = Bought(
        lines=engine.create_table("sold", pa.Table.from_pylist([*lines, {"order_id": "guest", "item_id": "x"}], sold)),
        orders=engine.create_table("known", pa.Table.from_pylist(heads, known)),
    )
    assert isinstance(bought.rows(), ibis.Table)
    return [(one.customer_id, msgspec.json.decode(one.purchases, type=Purchases)) for one in pack(bought)]


@pytest.mark.parametrize("lines_at_a_time", [1, 7, 1_000_000])
def test_each_customers_purchases_are_counted_by_order(lines_at_a_time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_LINES_AT_A_TIME", lines_at_a_time)
    orders = _orders(random.Random(lines_at_a_time), 60)
    packed = _packed(orders)
    assert {customer: purchases.by_item() for customer, purchases in packed} == _expected(orders)
    assert [customer for customer, _ in packed] == sorted(_expected(orders))


def test_many_customers_with_deep_histories_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_MOST_KEYS", 1)  # as if one number could tell one customer's purchases only
    orders = _orders(random.Random(3), 60)
    assert {customer: purchases.by_item() for customer, purchases in _packed(orders)} == _expected(orders)


def test_nothing_bought_is_nothing_packed() -> None:
    assert _packed([]) == []
    assert _packed([("o", "ann", START, ())]) == []
