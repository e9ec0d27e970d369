from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.orders import LATER, START, stage

from pairwell.config.settings import Shop
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.sold import Buyers, read_lines, share_out
from pairwell.measure.period import Period

_SHOP = Shop(margin_rate=0.3, margin_rates={"Home": 0.5})
_UNITS = ("v:1", "c:1", "c:2")
_ITEMS: list[dict[str, Any]] = [
    {"item_id": "costed", "price_minor": 500, "cost_minor": 300, "category": "Home"},
    {"item_id": "lamp", "price_minor": 200, "category": "Home > Lighting"},
    {"item_id": "thing"},
]


def _fill(
    workspace: Workspace, lines: list[dict[str, Any]], returns: list[dict[str, Any]] | None = None, *, discount: int = 0
) -> Dataset:
    """One order "o-1" of customer 1."""
    dataset = Dataset(workspace)
    tables = {
        "orders": [{"order_id": "o-1", "placed_at": START, "customer_id": "1", "discount_minor": discount}],
        "order_lines": [{"order_id": "o-1", "line_no": number, **line} for number, line in enumerate(lines, start=1)],
        "items": _ITEMS,
        "returns": [{"order_id": "o-1", "at": START + timedelta(days=1), **back} for back in returns or []],
    }
    staged = {name: stage(workspace.root, name, rows) for name, rows in tables.items() if rows}
    dataset.merge(staged, source=Source(name="t", files=("t",), at=START, rows={}), now=START)
    return dataset


def _read(dataset: Dataset, shop: Shop = _SHOP, visitors: Mapping[str, str] | None = None) -> Lines:
    return read_lines(dataset, Buyers(units=_UNITS, visitors=visitors or {}), Period(START, LATER), shop)


def test_a_line_earns_its_price_less_discount_and_cost(workspace: Workspace) -> None:
    lines = _read(
        _fill(
            workspace,
            [
                {"item_id": "costed", "quantity": 3.0, "unit_price_minor": 450, "discount_minor": 50},
                {"item_id": "costed", "unit_price_minor": 450, "unit_cost_minor": 100},
                {"item_id": "lamp", "unit_price_minor": 180},
                {"item_id": "thing", "unit_price_minor": 100},
            ],
        )
    )
    assert [lines.items[item] for item in lines.item] == ["costed", "costed", "lamp", "thing"]
    assert lines.unit.tolist() == [1, 1, 1, 1]
    assert lines.revenue.tolist() == [1_300, 450, 180, 100]
    assert lines.margin.tolist() == [400, 350, 90, 30]  # the item's cost, the line's, Home's rate, the shop's rate
    assert lines.cost_known.tolist() == [True, True, False, False]


def test_a_line_whose_price_nobody_told_counts_without_money(workspace: Workspace) -> None:
    untold: list[dict[str, Any]] = [
        {"item_id": "lamp", "unit_price_minor": None},
        {"item_id": "lamp", "unit_price_minor": 200},
    ]
    lines = _read(_fill(workspace, untold))
    assert lines.gross.tolist() == [0, 200]
    assert lines.priced.tolist() == [False, True]
    assert lines.margin.tolist() == [0, 100]


def test_a_line_discount_does_not_make_an_unknown_cost_smaller(workspace: Workspace) -> None:
    lines = _read(_fill(workspace, [{"item_id": "lamp", "unit_price_minor": 200, "discount_minor": 60}]))
    assert (lines.revenue.tolist(), lines.margin.tolist()) == ([140], [40])


def test_a_refund_counts_as_it_was_stated(workspace: Workspace) -> None:
    sold = [{"item_id": "costed", "quantity": 2.0, "unit_price_minor": 500}]
    lines = _read(_fill(workspace, sold, [{"line_no": 1, "quantity": 1.0, "refund_minor": 120}]))
    assert (lines.gross.tolist(), lines.revenue.tolist(), lines.margin.tolist()) == ([1_000], [880], [580])


def test_lines_bear_the_discount_of_their_order_by_what_they_bring(workspace: Workspace) -> None:
    sold = [{"item_id": "thing", "unit_price_minor": price} for price in (200, 100, None)]
    lines = _read(_fill(workspace, sold, discount=50))
    assert lines.revenue.tolist() == [200, 100, 0]  # as in the overview, before discounts of whole orders
    assert lines.margin.tolist() == [60 - 33, 30 - 17, 0]


def test_shares_of_an_amount_add_up_to_it() -> None:
    order = np.array([0, 0, 0, 1, 2, 2, 3, 3, 3])
    by = np.array([1.0, 1, 1, 5, 0, -4, -7, 2, 6])
    found = share_out(np.array([100.0, 40, 7, 9])[order], by, order)
    assert found.tolist() == [33, 34, 33, 40, 4, 3, 0, 2, 7]


def test_what_came_back_is_taken_off_by_quantity_and_costs_what_the_settings_say(workspace: Workspace) -> None:
    dataset = _fill(
        workspace,
        [{"item_id": "costed", "quantity": 4.0, "unit_price_minor": 500}, {"item_id": "thing", "quantity": 1.0}],
        [{"line_no": 1, "quantity": 1.0}, {"line_no": 2, "quantity": 1.0}],
    )
    lines = _read(dataset, msgspec.structs.replace(_SHOP, return_cost_minor=70.0))
    assert lines.kept.tolist() == [3, 0]
    assert lines.gross.tolist() == [2_000, 100]
    assert lines.revenue.tolist() == [1_500, 0]
    assert lines.margin.tolist() == pytest.approx([3 * 200 - 70, -70])


def test_orders_of_others_and_cancelled_ones_are_left_out(workspace: Workspace) -> None:
    dataset = _fill(workspace, [{"item_id": "lamp"}])
    orders = [{"order_id": "o-2", "placed_at": START, "customer_id": "9"}, {"order_id": "o-3", "placed_at": START}]
    lines = [{"order_id": one["order_id"], "line_no": 1, "item_id": "lamp"} for one in orders]
    staged = {
        "orders": stage(workspace.root, "orders", orders),
        "order_lines": stage(workspace.root, "order_lines", lines),
    }
    dataset.merge(staged, source=Source(name="u", files=("u",), at=START, rows={}), now=START)
    assert _read(dataset).unit.tolist() == [1]
    assert sorted(_read(dataset, visitors={"o-3": "v:1"}).unit.tolist()) == [0, 1]
    assert read_lines(dataset, Buyers(units=[], visitors={}), Period(START, LATER), _SHOP).size == 0
