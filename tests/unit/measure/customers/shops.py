"""Small shops, told as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from tests.orders import stage

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES

START = datetime(2024, 1, 31, 12, tzinfo=UTC)


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """One order of one or more items, each once at the price."""

    who: str | None
    day: float  # after START
    items: tuple[str, ...] = ("A",)
    price: int | None = 100
    quantity: float = 1.0
    back: float = 0.0  # units that came back, of the first line, a day later
    refund: int | None = None
    discount: int = 0  # of the order


def open_shop(
    workspace: Workspace,
    bought: Sequence[Bought],
    *,
    items: Sequence[dict[str, Any]] = (),
    customers: dict[str, dict[str, str]] | None = None,
) -> Dataset:
    """A dataset that holds these orders, items and attributes of customers."""
    dataset = Dataset(workspace)
    tables = {
        "orders": [_head(number, order) for number, order in enumerate(bought)],
        "order_lines": [line for number, order in enumerate(bought) for line in _lines(number, order)],
        "returns": [_back(number, order) for number, order in enumerate(bought) if order.back],
        "items": list(items),
    }
    staged = {name: stage(workspace.root, name, rows) for name, rows in tables.items() if rows}
    if customers:
        rows = [
            {"customer_id": name, "valid_from": START, "attributes": msgspec.json.encode(said).decode()}
            for name, said in customers.items()
        ]
        staged["customers"] = workspace.root / "staged-customers.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=TABLES["customers"].schema), staged["customers"])
    if staged:
        dataset.merge(staged, source=Source(name="test", files=("test",), at=START, rows={}), now=START)
    return dataset


def _head(number: int, order: Bought) -> dict[str, Any]:
    at = START + timedelta(days=order.day)
    return {
        "order_id": f"o{number:05}", "customer_id": order.who, "placed_at": at, "discount_minor": order.discount,
    }  # fmt: skip


def _lines(number: int, order: Bought) -> list[dict[str, Any]]:
    return [
        {
            "order_id": f"o{number:05}", "line_no": line, "item_id": item,
            "quantity": order.quantity, "unit_price_minor": order.price,
        }
        for line, item in enumerate(order.items, start=1)
    ]  # fmt: skip


def _back(number: int, order: Bought) -> dict[str, Any]:
    return {
        "order_id": f"o{number:05}", "line_no": 1, "quantity": order.back,
        "at": START + timedelta(days=order.day + 1), "refund_minor": order.refund,
    }  # fmt: skip
