"""Laws of forgetting, on shops whose customers, visitors, orders and items are called alike."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pairwell import create
from pairwell.events import Event, EventLine, EventOrder
from pairwell.ingest.mapping import Mapping
from pairwell.shop.face import Shop

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
_CUSTOMERS = ["1", "17", "171", "536365", "5363651", "c-17", "c-17-1"]
_AROUND = st.sampled_from(["{}", "o-{}", "{}1", "1{}", "77{}", "{}-1", "x{}y"])
_ORDER_ID = st.builds(str.format, _AROUND, st.sampled_from(_CUSTOMERS))
_CUSTOMER = st.one_of(st.none(), st.sampled_from(_CUSTOMERS))
_ORDERS = st.dictionaries(_ORDER_ID, _CUSTOMER, min_size=3, max_size=9)
_ITEMS = ("171", "536365")
_COLUMNS = ("order_id", "customer_id", "item_id", "quantity", "unit_price", "placed_at")
_Told = dict[str, str | None]


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(_ORDERS, _ORDERS, st.sampled_from(_CUSTOMERS))
def test_only_what_is_theirs_changes(by_file: _Told, by_event: _Told, gone: str) -> None:
    """Orders of others keep their ids, customers and lines; each of theirs stays a sale of nobody, found nowhere.

    The files of the others again change nothing.
    """
    by_event = {f"e{order_id}": whose for order_id, whose in by_event.items()}
    with tempfile.TemporaryDirectory() as folder, create(Path(folder) / "shop") as shop:
        _tell(shop, by_file, by_event)
        told = by_file | by_event
        assert _orders(shop) == told
        done = shop.keeping.forget(gone)
        assert done.searched.found == []
        _hold(shop, told, gone)
        _ingest(shop, by_file, but=gone)
        shop.keeping.compact()
        _hold(shop, told, gone)
        assert shop.keeping.search(gone).found == []
        assert shop.keeping.forget(gone).removed.keys() <= {"dataset snapshots", "dataset files"}
        left = next((customer for customer in told.values() if customer not in {gone, None}), None)
        assert left is None or shop.keeping.search(left).found


def _tell(shop: Shop, by_file: _Told, by_event: _Told) -> None:
    _ingest(shop, by_file)
    lines = [EventLine(item_id=item) for item in _ITEMS]
    events = [
        Event(
            event_id=f"of-{number}",
            type="order",
            at=NOW + timedelta(seconds=number),
            customer_id=customer,
            order=EventOrder(order_id=order_id, lines=lines),
        )
        for number, (order_id, customer) in enumerate(by_event.items())
    ]
    assert shop.log_events(events, NOW + timedelta(days=1)).refused == []
    shop.keeping.compact()


def _ingest(shop: Shop, orders: _Told, *, but: str = "") -> None:
    path = shop.workspace.root.parent / "orders.csv"
    rows = [
        f"{order_id},{customer or ''},{item},1,10.00,2026-10-01 10:00:{number:02}"
        for number, (order_id, customer) in enumerate(orders.items())
        for item in _ITEMS
        if customer != but
    ]
    path.write_text("\n".join([",".join(_COLUMNS), *rows, ""]))
    if rows:
        shop.ingest("orders", path, Mapping(table="orders", columns={name: name for name in _COLUMNS}))


def _hold(shop: Shop, told: _Told, gone: str) -> None:
    after = _orders(shop)
    others = {order_id: customer for order_id, customer in told.items() if customer != gone}
    assert others.items() <= after.items()
    theirs = {order_id: customer for order_id, customer in after.items() if order_id not in others}
    assert len(after) == len(told)
    assert all(customer is None for customer in theirs.values())
    assert not any(len(gone) > 5 and gone in order_id for order_id in theirs)
    rows: list[dict[str, Any]] = shop.dataset.history("order_lines").to_pyarrow().to_pylist()
    lines = sorted((row["order_id"], row["item_id"]) for row in rows)
    assert lines == sorted((order_id, item) for order_id in after for item in _ITEMS)


def _orders(shop: Shop) -> dict[str, str | None]:
    rows: list[dict[str, Any]] = shop.dataset.history("orders").to_pyarrow().to_pylist()
    return {row["order_id"]: row["customer_id"] for row in rows}
