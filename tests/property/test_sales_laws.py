"""Reports of orders say the same as an independent slow path over raw rows, to the last minor unit."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES
from pairwell.measure.offers.sold import Buyers, read_lines
from pairwell.measure.period import Period
from pairwell.measure.sales.metrics import METRICS
from pairwell.report.record import Cell, Report, Table
from pairwell.said import plain
from pairwell.shop.face import Shop, create_shop

from .slow_sales import Row, SlowShop, measure, whole

ZONE = "Europe/Berlin"
_BERLIN = ZoneInfo(ZONE)
SINCE = datetime(2024, 3, 25, tzinfo=_BERLIN)
UNTIL = datetime(2024, 4, 4, tzinfo=_BERLIN)  # the clocks go forward on 2024-03-31
RATES, RATE = {"Toys": 0.25}, 0.4
_START = datetime(2024, 3, 12, 20, 30, tzinfo=UTC)
_FEW = st.integers(0, 300)
_MAYBE = st.none() | _FEW
_QUARTERS = st.integers(1, 12).map(lambda number: number / 4)


def _orders(draw: st.DrawFn, number: int) -> tuple[Row, list[Row]]:
    name = f"o{number}"
    head: Row = {
        "order_id": name,
        "customer_id": draw(st.none() | st.sampled_from("abc")),
        "placed_at": _START + timedelta(hours=draw(st.integers(0, 24 * 26))),
        "channel": draw(st.none() | st.sampled_from(["web", "store"])),
        "discount_minor": draw(st.just(0) | _FEW),
        "shipping_minor": 5,
        "tax_minor": 7,
        "currency": draw(st.sampled_from(["EUR", "EUR", "USD"])),
        "rate": 0.9,
    }
    lines: list[Row] = [
        {
            "order_id": name,
            "line_no": place,
            "item_id": draw(st.sampled_from("pqrs")),
            "quantity": draw(_QUARTERS),
            "unit_price_minor": draw(_MAYBE),
            "discount_minor": draw(st.just(0) | _FEW),
            "unit_cost_minor": draw(_MAYBE),
            "role": draw(st.sampled_from([None, None, "primary", "added"])),
        }
        for place in range(1, draw(st.integers(1, 4)) + 1)
    ]
    return head, lines


@st.composite
def _shops(draw: st.DrawFn) -> dict[str, list[Row]]:
    drawn = [_orders(draw, number) for number in range(draw(st.integers(2, 10)))]
    lines = [line for _, some in drawn for line in some]
    back = draw(st.lists(st.sampled_from(lines), max_size=3, unique_by=id))
    gone = draw(st.lists(st.sampled_from(drawn), max_size=2, unique_by=id))
    return {
        "items": [
            {"item_id": "p", "category": "Toys", "cost_minor": 90},
            {"item_id": "q", "category": "Toys", "cost_minor": None},
            {"item_id": "r", "category": "Games", "cost_minor": None},
        ],
        "orders": [head for head, _ in drawn],
        "order_lines": lines,
        "returns": [
            {
                "order_id": line["order_id"],
                "line_no": line["line_no"],
                "quantity": line["quantity"] / draw(st.sampled_from([1, 2])),
                "at": datetime(2024, 5, 1, tzinfo=UTC),
                "refund_minor": draw(_MAYBE),
            }
            for line in back
        ],
        "order_status": [
            {"order_id": head["order_id"], "status": draw(st.sampled_from(["cancelled", "completed"])), "at": _START}
            for head, _ in gone
        ],
    }


def _store(shop: Shop, tables: dict[str, list[Row]], folder: Path) -> None:
    said = {"items": {"valid_from": _START, "derived": False, "published": True}}
    paths = {}
    for name, rows in tables.items():
        if rows:
            paths[name] = folder / f"{name}.parquet"
            table = pa.Table.from_pylist([said.get(name, {}) | row for row in rows], schema=TABLES[name].schema)
            pq.write_table(table, paths[name])
    shop.dataset.merge(paths, source=Source(name="test", files=("test",), at=_START, rows={}), now=_START)


def _report(shop: Shop, name: str, **asked: Any) -> Report:
    found = shop.report(name, since=SINCE, until=UNTIL, **asked)
    return msgspec.json.decode(msgspec.json.encode(found, enc_hook=plain), type=Report)


def _table(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


def _rows(report: Report, key: str) -> dict[Cell, dict[str, Cell]]:
    table = _table(report, key)
    return {row[table.columns[0].key]: dict(row) for row in table.rows}


def _before(orders: Sequence[Row]) -> datetime:
    """When the period before begins, on the clocks of Berlin: it has as many days as the newest order is known of."""
    last = max(order["placed_at"] for order in orders).astimezone(_BERLIN).date()
    end = min(UNTIL.date(), last + timedelta(days=1)) if last >= SINCE.date() else UNTIL.date()
    return SINCE - (end - SINCE.date())


def _agrees(report: Report, now: Sequence[Row], before: Sequence[Row], *, returns: bool) -> None:
    expected, earlier = measure(now), measure(before)
    of_orders = [figure for figure in report.figures if figure.key in {metric.key for metric in METRICS}]
    assert len(of_orders) == len(METRICS)
    for figure in of_orders:
        if figure.key in {"return_rate", "refunds"} and not returns:
            assert figure.refusal is not None
        elif figure.refusal is not None:
            assert (
                figure.key not in expected
                or not any(line["revenue"] is not None for order in now for line in order["lines"])
                or not expected["revenue"]
            )
        else:
            assert figure.value == pytest.approx(expected[figure.key], rel=1e-12), figure.key
            if figure.unit == "money" and figure.key not in {"aov", "revenue_per_customer", "add_on_spend_per_order"}:
                assert figure.value == expected[figure.key]
            if figure.previous is not None:
                assert figure.previous == pytest.approx(earlier[figure.key], rel=1e-12), figure.key


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(tables=_shops())
def test_reports_of_orders_agree_with_a_slow_path(tables: dict[str, list[Row]]) -> None:
    stated = Settings(shop=ShopSettings(currency="EUR", timezone=ZONE, margin_rate=RATE, margin_rates=RATES))
    slow = SlowShop({name: tables[name] for name in tables}, zone=ZONE, rates=RATES, rate=RATE)
    now, before = slow.between(SINCE, UNTIL), slow.between(_before(tables["orders"]), SINCE)
    with tempfile.TemporaryDirectory() as folder, create_shop(Path(folder) / "shop", stated) as shop:
        _store(shop, tables, Path(folder))
        overview = _report(shop, "overview")
        if not slow.orders:
            assert overview.period is None
            return
        _agrees(overview, now, before, returns=bool(tables["returns"]))
        _agrees_with_what_offers_earned(shop, now)
        if now:
            _agrees_by_day_and_kind(overview, now)
            _agrees_by_goods(shop, slow, now)
            _agrees_in_pairs(_report(shop, "pairs"), now)


def _agrees_with_what_offers_earned(shop: Shop, now: Sequence[Row]) -> None:
    """The lines that offers are measured by come to the overview's money, in all and order by order."""
    units = ["c:a", "c:b", "c:c", "v:x"]
    buyers = Buyers(units=units, visitors={order["order_id"]: "v:x" for order in now if order["customer_id"] is None})
    stated = ShopSettings(currency="EUR", timezone=ZONE, margin_rate=RATE, margin_rates=RATES)
    lines = read_lines(shop.dataset, buyers, Period(SINCE, UNTIL), stated)
    told = measure(now)
    assert float(lines.gross.sum()) == told["revenue"]
    assert float(lines.gross.sum() - lines.revenue.sum()) == told["refunds"]
    found = sorted(lines.margin[lines.order == order].sum() for order in np.unique(lines.order))
    assert found == sorted(order["margin"] for order in now)


def _agrees_by_day_and_kind(overview: Report, now: Sequence[Row]) -> None:
    days = _rows(overview, "over_time")
    assert len(days) == (UNTIL - SINCE).days
    for day, row in days.items():
        mine = measure([order for order in now if order["local_day"].isoformat() == day])
        assert row["orders"] == mine["orders"]
        assert row["revenue"] in {mine["revenue"], None}
    for kind, row in _rows(overview, "kinds").items():
        mine = measure([order for order in now if order["kind"] == kind])
        assert (row["orders"], row["buyers"]) == (mine["orders"], mine["buyers"])
        assert row["margin"] in {mine["margin"], None}


def _agrees_by_goods(shop: Shop, slow: SlowShop, now: Sequence[Row]) -> None:
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for order in now:
        held = {slow.items.get(item, {}).get("category") or "(unknown)" for item in order["items"]}
        for name in held:
            expected[name]["orders"] += 1
        for line in order["lines"]:
            sums = expected[slow.items.get(line["item_id"], {}).get("category") or "(unknown)"]
            sums["revenue"] += line["revenue"] or 0
            sums["margin"] += line["margin"]
            sums["refunds"] += line["refund"]
    found = _rows(_report(shop, "categories"), "categories")
    assert found.keys() == expected.keys()
    for name, row in found.items():
        sums = expected[str(name)]
        assert {key: row[key] for key in ("orders", "revenue", "margin", "refunds")} == {
            key: sums[key] for key in ("orders", "revenue", "margin", "refunds")
        }


def _agrees_in_pairs(pairs: Report, now: Sequence[Row]) -> None:
    primaries = Counter(order["primary"] for order in now)
    added = Counter((order["primary"], item) for order in now for item in order["items"] if item != order["primary"])
    together = Counter((one, two) for order in now for one in order["items"] for two in order["items"] if one < two)
    assert {name: row["orders"] for name, row in _rows(pairs, "primary_items").items()} == primaries
    rows = _table(pairs, "added").rows
    assert {(row["item_id"], row["added_id"]): row["orders"] for row in rows} == added
    assert all(row["attach_rate"] == added[row["item_id"], row["added_id"]] / primaries[row["item_id"]] for row in rows)
    assert {(row["item_id"], row["with_id"]): row["orders"] for row in _table(pairs, "together").rows} == together


def test_the_slow_path_rounds_halves_away_from_zero() -> None:
    assert [whole(amount) for amount in (0.5, 1.5, 2.5, -0.5)] == [1, 2, 3, -1]
