from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pairwell.config.settings import Learn
from pairwell.dataset.gates import describe
from pairwell.dataset.holdings import Gate, Holdings
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.dataset.tables import TABLES

Merge = Callable[..., MergeResult]
MAY = datetime(2024, 5, 1, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)


def _gate(dataset: Dataset, name: str) -> Gate:
    return next(gate for gate in describe(dataset).gates if gate.name == name)


def _line(order_id: str, line_no: int, item_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "line_no": line_no, "item_id": item_id}


def test_an_empty_workspace_opens_nothing_and_says_how_to_begin(dataset: Dataset) -> None:
    holdings = describe(dataset)
    assert holdings.tables == dict.fromkeys(TABLES, 0)
    assert (holdings.orders, holdings.customers, holdings.items) == (0, 0, 0)
    assert (holdings.first_order, holdings.last_order) == (None, None)
    assert not [gate.name for gate in holdings.gates if gate.open]
    assert all(gate.found and gate.needed and gate.next_step for gate in holdings.gates)
    assert "pairwell ingest orders" in holdings.gates[0].next_step


def test_an_open_gate_asks_for_nothing(merge: Merge, dataset: Dataset) -> None:
    merge(orders=[{"order_id": "1"}])
    assert all(gate.open == (not gate.next_step) for gate in describe(dataset).gates)


def test_things_are_counted_once(merge: Merge, dataset: Dataset) -> None:
    merge(
        orders=[
            {"order_id": "1", "customer_id": "c", "placed_at": MAY},
            {"order_id": "2", "customer_id": "c", "placed_at": JUNE},
            {"order_id": "3"},
        ],
        order_lines=[_line("1", 1, "a"), _line("1", 2, "a"), _line("2", 1, "b")],
        customers=[{"customer_id": "c"}, {"customer_id": "d", "attributes": '{"industry":"it","kind":"firm"}'}],
        items=[{"item_id": "a", "derived": True}, {"item_id": "a"}, {"item_id": "z"}],
    )
    holdings = describe(dataset)
    assert holdings == Holdings(
        tables=dict.fromkeys(TABLES, 0) | {"items": 2, "customers": 2, "orders": 3, "order_lines": 3},
        first_order=MAY,
        last_order=JUNE,
        orders=3,
        customers=2,
        items=3,
        accounts=1,
        gates=holdings.gates,
    )


@pytest.mark.parametrize(("baskets", "is_open"), [(2, False), (3, True)])
def test_pairs_need_orders_of_different_items(merge: Merge, dataset: Dataset, baskets: int, is_open: bool) -> None:
    lines = [_line(str(n), line_no, item) for n in range(baskets) for line_no, item in enumerate("ab")]
    repeated = [_line("twice", line_no, "a") for line_no in (1, 2)]
    merge(orders=[{"order_id": "x"}], order_lines=lines + repeated)
    gate = _gate(dataset, "pairs")
    assert gate.open is is_open
    assert gate.found == f"{baskets} orders with two or more different items"


def test_as_many_orders_are_asked_for_as_the_settings_say(merge: Merge, dataset: Dataset) -> None:
    merge(order_lines=[_line(str(n), line_no, item) for n in range(4) for line_no, item in enumerate("ab")])
    _, strict = describe(dataset, Learn(min_together=5)).gates[:2]
    _, eased = describe(dataset, Learn(min_together=4)).gates[:2]
    assert (strict.name, strict.open, strict.needed) == ("pairs", False, "5 such orders at the very least")
    assert (eased.name, eased.open) == ("pairs", True)


def test_customers_are_known_by_the_orders_that_name_them(merge: Merge, dataset: Dataset) -> None:
    merge(orders=[{"order_id": "1"}], customers=[{"customer_id": "c"}])
    assert not _gate(dataset, "customers").open
    merge(orders=[{"order_id": "2", "customer_id": "c"}])
    gate = _gate(dataset, "customers")
    assert gate.open
    assert gate.found == "1 of 2 orders (50 %); 1 customer known"


def test_an_order_of_rows_is_no_date(merge: Merge, dataset: Dataset) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    merge(orders=[{"order_id": str(n), "placed_at": epoch + timedelta(microseconds=n)} for n in range(3)])
    holdings = describe(dataset)
    assert not _gate(dataset, "times").open
    assert (holdings.first_order, holdings.last_order) == (None, None)


@pytest.mark.parametrize(
    ("gate", "column", "value"),
    [
        ("prices", "price_minor", 100),
        ("costs", "cost_minor", 50),
        ("upgrades and variants", "category", "Tents"),
        ("upgrades and variants", "family", "Dome"),
    ],
)
def test_a_gate_on_items_opens_at_half_of_them(
    merge: Merge, dataset: Dataset, gate: str, column: str, value: object
) -> None:
    merge(items=[{"item_id": "a", column: value}, {"item_id": "b"}, {"item_id": "c"}])
    assert not _gate(dataset, gate).open
    assert _gate(dataset, gate).found == "1 of 3 items (33 %)"
    merge(items=[{"item_id": "b", column: value}])
    assert _gate(dataset, gate).open


def test_a_price_of_nothing_is_no_price(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": "a", "price_minor": 0}])
    assert not _gate(dataset, "prices").open


def test_items_that_were_only_sold_count_as_unknown(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": "a", "price_minor": 10}], order_lines=[_line("1", n, str(n)) for n in range(3)])
    assert _gate(dataset, "prices").found == "1 of 4 items (25 %)"


def test_rounding_writes_neither_some_as_none_nor_most_as_all(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": str(n), "price_minor": None if n == 0 else 5} for n in range(1000)])
    assert _gate(dataset, "prices").found == "999 of 1,000 items (99 %)"
    merge(items=[{"item_id": "0", "price_minor": 5, "cost_minor": 3}])
    assert _gate(dataset, "prices").found == "1,000 of 1,000 items (100 %)"
    assert _gate(dataset, "costs").found == "1 of 1,000 items (1 %)"


def test_returns_open_their_gate(merge: Merge, dataset: Dataset) -> None:
    merge(returns=[{"order_id": "1"}])
    assert _gate(dataset, "returns").open
    assert _gate(dataset, "returns").found == "1 returned line"


def test_events_must_name_an_item_and_somebody(merge: Merge, dataset: Dataset) -> None:
    merge(events=[{"event_id": "1", "item_id": "a"}, {"event_id": "2", "visitor_id": "v"}])
    assert not _gate(dataset, "sessions").open
    merge(events=[{"event_id": "3", "item_id": "a", "visitor_id": "v"}])
    assert _gate(dataset, "sessions").open
    assert _gate(dataset, "sessions").found.startswith("1 of 3 events (33 %), ")
