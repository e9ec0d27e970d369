"""The overview and the funnel tell of the same visits, and an independent slow path does, too."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.dataset.snapshots import Source
from pairwell.dataset.tables import TABLES
from pairwell.shop.face import Shop, create_shop

Row = dict[str, Any]
_SINCE, _UNTIL = datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 7, tzinfo=UTC)
_FIRST, _STEPS = _SINCE - timedelta(hours=3), 51 * 4  # quarters of an hour, to three hours beyond either end
_PAUSE = timedelta(minutes=30)
_NAMES = [("v1", None), ("v1", "a"), ("v2", "b"), ("v2", "c"), ("v2", None), ("v3", None), (None, "a"), (None, "b")]
_UNSAID: dict[str, Row] = {
    "orders": {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0},
    "order_lines": {"quantity": 1.0, "unit_price_minor": 1_000, "discount_minor": 0},
}


class _Visit(NamedTuple):
    unit: str
    events: list[Row]

    def holds(self, order: Row) -> bool:
        late = self.events[-1]["at"] + _PAUSE
        return f"c:{order['customer_id']}" == self.unit and self.events[0]["at"] <= order["placed_at"] <= late


@st.composite
def _shops(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    # Midnight and its neighbours are drawn more often than by chance.
    near = [12, 12 + 48 * 4]
    moments = st.one_of(st.integers(0, _STEPS), st.sampled_from([at + off for at in near for off in range(-3, 4)]))
    at = moments.map(lambda number: _FIRST + timedelta(minutes=15 * number))
    kind = st.sampled_from(["view", "view", "search", "add_to_cart", "checkout"])
    events: list[Row] = []
    for number in range(draw(st.integers(1, 30))):
        visitor, customer = draw(st.sampled_from(_NAMES))
        said = {"type": draw(kind), "item_id": draw(st.sampled_from("pqr"))}
        events.append({"event_id": f"e{number}", "at": draw(at), "visitor_id": visitor, "customer_id": customer} | said)
    orders = [
        {"order_id": f"o{number}", "customer_id": draw(st.sampled_from("abc")), "placed_at": draw(at)}
        | {"items": draw(st.sampled_from(["p", "pq"]))}
        for number in range(draw(st.integers(1, 12)))
    ]
    return events, orders


def _store(shop: Shop, folder: Path, events: Sequence[Row], orders: Sequence[Row]) -> None:
    heads = [{key: value for key, value in one.items() if key != "items"} for one in orders]
    lines = [
        {"order_id": one["order_id"], "line_no": place, "item_id": item}
        for one in orders
        for place, item in enumerate(one["items"], 1)
    ]
    paths = {}
    for name, rows in (("events", events), ("orders", heads), ("order_lines", lines)):
        paths[name] = folder / f"{name}.parquet"
        told = [_UNSAID.get(name, {}) | row for row in rows]
        pq.write_table(pa.Table.from_pylist(told, schema=TABLES[name].schema), paths[name])
    shop.dataset.merge(paths, source=Source(name="test", files=("test",), at=_SINCE, rows={}), now=_SINCE)


def _visits(events: Sequence[Row]) -> list[_Visit]:
    """One event after the other; a visitor named with one customer only is that customer."""
    owners: dict[str | None, set[str]] = {}
    for event in events:
        if event["visitor_id"] and event["customer_id"]:
            owners.setdefault(event["visitor_id"], set()).add(event["customer_id"])
    found, open_ = list[_Visit](), dict[str, _Visit]()
    for event in sorted(events, key=lambda event: event["at"]):
        owner = owners.get(event["visitor_id"], set())
        whose = event["customer_id"] or (next(iter(owner)) if len(owner) == 1 else None)
        unit = f"c:{whose}" if whose else f"v:{event['visitor_id']}"
        if unit not in open_ or event["at"] - open_[unit].events[-1]["at"] > _PAUSE:
            open_[unit] = _Visit(unit, [])
            found.append(open_[unit])
        open_[unit].events.append(event)
    return found


def _again(order: Row, orders: Sequence[Row]) -> bool:
    return any(
        one["customer_id"] == order["customer_id"]
        and one["placed_at"] < _UNTIL
        and (one["placed_at"], one["order_id"]) > (order["placed_at"], order["order_id"])
        for one in orders
    )


def _slow(events: Sequence[Row], orders: Sequence[Row]) -> tuple[dict[str, int], float | None]:
    steps = dict.fromkeys(("visits", "cart", "order", "add_on", "again"), 0)
    looked, some = list[int](), False
    for visit in _visits(events):
        if not _SINCE <= visit.events[0]["at"] < _UNTIL:
            continue
        bought = [order for order in orders if visit.holds(order)]
        several = [order for order in bought if len(order["items"]) > 1]
        carted = any(event["type"] in {"add_to_cart", "checkout"} for event in visit.events)
        items = {event["item_id"] for event in visit.events if event["type"] == "view"}
        reached = (True, carted or bool(bought), bool(bought), bool(several), any(_again(o, orders) for o in several))
        for step, one in zip(steps, reached, strict=True):
            steps[step] += one
        looked += [len(items)] if bought else []
        some = some or bool(items)
    return steps, median(looked) if looked and some else None


def _daily(events: Sequence[Row], orders: Sequence[Row]) -> dict[str, float | None]:
    """Of each day the share of visits with an order."""
    found = dict[str, float | None]()
    for day in (_SINCE, _SINCE + timedelta(days=1)):
        began = [visit for visit in _visits(events) if visit.events[0]["at"].date() == day.date()]
        bought = sum(any(visit.holds(order) for order in orders) for visit in began)
        found[day.date().isoformat()] = bought / len(began) if began else None
    return found


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(drawn=_shops())
def test_overview_and_funnel_tell_of_the_visits_of_a_slow_path(drawn: tuple[list[Row], list[Row]]) -> None:
    events, orders = drawn
    with tempfile.TemporaryDirectory() as folder:
        stated = Settings(shop=ShopSettings(currency="EUR", timezone="UTC"))
        with create_shop(Path(folder) / "shop", stated) as shop:
            _store(shop, Path(folder), events, orders)
            overview, funnel = (shop.report(name, since=_SINCE, until=_UNTIL) for name in ("overview", "funnel"))
    steps, looked = _slow(events, orders)
    told = {figure.key: figure.value for figure in overview.figures}
    if not steps["visits"]:
        assert told["visits"] is None
        assert not any(table.key == "visits" for table in funnel.tables)
        return
    (table,) = (table for table in funnel.tables if table.key == "visits")
    assert [row["visits"] for row in table.rows] == list(steps.values())
    assert next(figure.value for figure in funnel.figures if figure.key == "viewed_before_order") == looked
    shares = [steps["cart"] / steps["visits"], steps["order"] / steps["visits"]]
    for trend in (table for table in overview.tables if table.key == "over_time"):
        assert {row["day"]: row["conversion"] for row in trend.rows} == _daily(events, orders)
    assert [told["visits"], told["cart_rate"], told["conversion"]] == pytest.approx([steps["visits"], *shares])
