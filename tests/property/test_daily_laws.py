"""Facts written day by day are those that all of the dataset gives at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from pairwell.config.workspace import create_workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.facts.customer_state import StoredCustomer
from pairwell.facts.ownership import Purchases
from pairwell.facts.store import FactStore
from pairwell.ingest.facts import write_facts
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import customers, owned
from pairwell.records import Item

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_DAYS = 7
_ORDERS = 120
_BUYERS = ("ann", *(f"c{n}" for n in range(60)))
_ITEMS = ("cup", "pot", "pan", "jug", "lid")
_Row = dict[str, Any]
_Held = tuple[dict[str, Item], dict[str, dict[str, tuple[int, int]]], dict[str, StoredCustomer]]


def _moment(random: Random) -> datetime:
    return datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=random.randrange(200 * 24))


def _sales(random: Random) -> dict[str, list[_Row]]:
    """Orders of any day; many of them were told before, then with other lines and sometimes of another customer."""
    rows: dict[str, list[_Row]] = {"orders": [], "order_lines": [], "items": []}
    unsaid = {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0}
    for order in random.sample(range(_ORDERS), 25):
        moves = random.random() < 0.1
        customer = random.choice([None, *_BUYERS]) if moves else "ann" if order % 2 else _BUYERS[order % len(_BUYERS)]
        at = _moment(random if moves else Random(order))
        rows["orders"].append({"order_id": f"{order}", "customer_id": customer, "placed_at": at} | unsaid)
        for number, item_id in enumerate(random.choices(_ITEMS, k=random.randint(1, 3)), 1):
            price = 500 if item_id == "pan" else random.choice([100, 200, 300, None])
            line = {"order_id": f"{order}", "line_no": number, "item_id": item_id, "unit_price_minor": price}
            rows["order_lines"].append(line | {"quantity": 1.0, "discount_minor": random.choice([0, 0, 5])})
    for item_id in _ITEMS:
        known = {"item_id": item_id, "valid_from": _moment(random), "derived": random.random() < 0.8}
        rows["items"].append(known | {"published": True, "price_minor": random.choice([100, None])})
    return rows


def _sayings(random: Random) -> dict[str, list[_Row]]:
    """What became of orders, unknown ones among them, and what customers said."""
    rows: dict[str, list[_Row]] = {}
    if random.random() < 0.6:
        rows["returns"] = [
            {"order_id": f"{order}", "line_no": random.randint(1, 2), "quantity": random.choice([0.5, 1.0])}
            | {"at": _moment(random)}
            for order in random.sample(range(_ORDERS), 12)
        ]
    if random.random() < 0.6:
        rows["order_status"] = [
            {"order_id": f"{order}", "status": random.choice(["completed", "cancelled"]), "at": _moment(random)}
            for order in random.sample(range(_ORDERS), 8)
        ]
    if random.random() < 0.5:
        said = {"feedback_id": f"{random.random()}", "at": _moment(random), "kind": "csat", "score": 4.0}
        rows["feedback"] = [said | {"customer_id": random.choice([None, "ann", "new"])}]
        rows["customers"] = [{"customer_id": "c3", "valid_from": _moment(random), "attributes": '{"age": "30"}'}]
    return rows


def _merge(dataset: Dataset, folder: Path, rows: dict[str, list[_Row]], cancelled: list[str]) -> None:
    staged = {}
    for name, some in rows.items():
        staged[name] = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(some, schema=TABLES[name].schema), staged[name])
    pq.write_table(pa.table({"order_id": pa.array(cancelled, pa.string())}), folder / "cancelled.parquet")
    source = Source(name="law", files=(), at=_NOW, rows={})
    dataset.merge(staged, source=source, now=_NOW, cancelled=folder / "cancelled.parquet")


def _held(facts: FactStore, database: Database) -> _Held:
    # Who says the same again later is no reason for a revision.
    items = {n: msgspec.structs.replace(item, revision=1, stated_at={}) for n, item in facts.items().items()}
    with database.read() as connection:
        bought = connection.execute(sa.select(owned)).all()
        known = connection.execute(sa.select(customers)).all()
    purchases = {row.customer_id: msgspec.json.decode(row.purchases, type=Purchases) for row in bought}
    told = {row.customer_id: msgspec.json.decode(row.fact, type=StoredCustomer) for row in known}
    return (
        items,
        {customer: one.by_item() for customer, one in purchases.items()},
        {customer: one for customer, one in told.items() if one != StoredCustomer()},
    )


@pytest.mark.parametrize("seed", range(2))
def test_facts_after_many_days_are_those_of_the_whole_dataset(tmp_path: Path, seed: int) -> None:
    random, dataset = Random(seed), Dataset(create_workspace(tmp_path / "shop"))
    databases = [open_database(f"sqlite:///{tmp_path / name}", durability="process") for name in ("daily", "anew")]
    daily, anew = (FactStore(database) for database in databases)
    for _ in range(_DAYS):
        cancelled = [f"{random.randrange(_ORDERS)}" for _ in range(random.choice([0, 3]))]
        _merge(dataset, tmp_path, _sales(random) | _sayings(random), cancelled)
        write_facts(dataset, daily, timezone="UTC", now=_NOW)
    write_facts(dataset, anew, timezone="UTC", now=_NOW)
    assert _held(daily, databases[0]) == _held(anew, databases[1])
    for database in databases:
        database.close()
