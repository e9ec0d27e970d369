"""Orders with as little said as a test of learning needs, as arrays and as a dataset."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.learn.baskets import Baskets, make_baskets
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
_UNSAID: dict[str, dict[str, Any]] = {
    "items": {"valid_from": START, "derived": False, "published": True},
    "orders": {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0},
    "order_lines": {"quantity": 1.0, "unit_price_minor": 100, "discount_minor": 0},
    "returns": {},
}


class Order(msgspec.Struct, frozen=True):
    """One order of a test."""

    order_id: str
    items: tuple[str, ...]
    placed_at: datetime = START
    customer_id: str | None = None


def orders_of(*baskets: str, days_apart: float = 1.0) -> list[Order]:
    """Orders from words: each letter of a word is an item; one word every `days_apart` days."""
    return [
        Order(f"o{number:05}", tuple(basket), START + timedelta(days=number * days_apart))
        for number, basket in enumerate(baskets)
    ]


def random_orders(rng: random.Random, *, orders: int = 200, items: int = 30) -> list[Order]:
    """Orders of one to six items, some items far more popular than others, one order every six hours."""
    names = [f"i{number:03}" for number in range(items)]
    weights = [1 / (number + 1) for number in range(items)]
    return [
        Order(
            f"o{number:05}",
            tuple(rng.choices(names, weights, k=rng.randint(1, 6))),
            START + timedelta(hours=6 * number),
            f"c{rng.randrange(40)}",
        )
        for number in range(orders)
    ]


def as_baskets(orders: Sequence[Order]) -> Baskets:
    """The orders as arrays, oldest first."""
    placed = sorted(orders, key=lambda order: (order.placed_at, order.order_id))
    names = sorted({item_id for order in orders for item_id in order.items})
    codes = {item_id: code for code, item_id in enumerate(names)}
    lines = [(number, codes[item_id]) for number, order in enumerate(placed) for item_id in order.items]
    return make_baskets(
        names,
        np.array([order for order, _ in lines], dtype=np.int64),
        np.array([item for _, item in lines], dtype=np.int64),
        np.array([round(order.placed_at.timestamp() * 1e6) for order in placed], dtype=np.int64),
    )


def as_history(orders: Sequence[Order]) -> History:
    """The same with nothing said of items, and of nobody."""
    baskets = as_baskets(orders)
    return History(
        baskets=baskets,
        order_ids=[order.order_id for order in orders],
        customers=np.full(len(orders), -1),
        listings=[Listing(item_id=item_id) for item_id in baskets.item_ids],
    )


def fill(workspace: Workspace, orders: Sequence[Order], items: Sequence[dict[str, Any]] = ()) -> Dataset:
    """A dataset that holds these orders, and these items as a catalogue."""
    dataset = Dataset(workspace)
    lines = [
        {"order_id": order.order_id, "line_no": number, "item_id": item_id}
        for order in orders
        for number, item_id in enumerate(order.items, start=1)
    ]
    heads = [
        {"order_id": order.order_id, "placed_at": order.placed_at, "customer_id": order.customer_id} for order in orders
    ]
    tables: dict[str, Sequence[dict[str, Any]]] = {"orders": heads, "order_lines": lines, "items": list(items)}
    staged = {name: stage(workspace.root, name, rows) for name, rows in tables.items() if rows}
    dataset.merge(staged, source=Source(name="test", files=("test",), at=START, rows={}), now=START)
    return dataset


def stage(folder: Path, table: str, rows: Sequence[dict[str, Any]]) -> Path:
    """A Parquet file of these rows, what they do not say filled in."""
    path = folder / f"staged-{table}.parquet"
    whole = [_UNSAID.get(table, {}) | row for row in rows]
    pq.write_table(pa.Table.from_pylist(whole, schema=TABLES[table].schema), path)
    return path
