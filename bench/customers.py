"""Customers' facts: how long writing them takes, against computing them alone; reading one, against an empty read."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from pairwell.config.workspace import create_workspace
from pairwell.dataset.snapshots import Snapshot, Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.facts.customers import ToldCustomer, read_customers
from pairwell.facts.store import FactStore
from pairwell.ingest.customer_facts import read_told
from pairwell.ingest.telling import told_of_customers
from pairwell.operations.database import Database, open_database

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_MOMENT = pa.timestamp("us", "UTC")
_NEW = 1_000
_READ = 2_000


def main() -> None:
    """Measure one crowd of customers and print a line for each thing measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    count = parser.parse_args().customers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = create_workspace(folder / "shop")
        dataset, rng = Dataset(workspace), np.random.default_rng(1)
        database = open_database(workspace.operations_url(""), durability="process")
        _merge(dataset, folder, _crowd(count, rng))
        _measure(dataset, FactStore(database), lambda: _merge(dataset, folder, _orders(_NEW, count, rng, "new")))
        print(f"stored: {workspace.operations_file.stat().st_size / 1e6:,.0f} MB")
        _measure_reading(database, count)
        database.close()


def _measure(dataset: Dataset, facts: FactStore, add_orders: Callable[[], None]) -> None:
    with _timed("computed, not written"):
        found = sum(1 for _ in _told(dataset))
    print(f"  {found:,} customers")
    for label in ("written first", "written again, nothing new"):
        with _timed(label):
            changed = facts.write_customers(_told(dataset))
        print(f"  {changed:,} changed")
    before = dataset.newest()
    add_orders()
    with _timed(f"after {_NEW:,} orders in a file of their own"):
        changed = facts.write_customers(_told(dataset, since=before))
    print(f"  {changed:,} changed")


def _told(dataset: Dataset, since: Snapshot | None = None) -> Iterator[ToldCustomer]:
    with told_of_customers(dataset, dataset.newest(), since=since) as told:
        yield from read_told(told)


def _measure_reading(database: Database, count: int) -> None:
    ids = [f"c{n:08d}" for n in np.random.default_rng(2).integers(0, count, _READ).tolist()]
    with database.read() as connection:
        for label, read in (
            ("one customer", lambda one: read_customers(connection, [one])),
            ("an empty read", lambda _: connection.execute(sa.text("SELECT 1")).all()),
        ):
            start = time.perf_counter()
            for one in ids:
                read(one)
            print(f"{label}: {(time.perf_counter() - start) / len(ids) * 1e6:.0f} µs")


class _timed:  # noqa: N801 - reads as the word it is
    def __init__(self, label: str) -> None:
        self._label = label

    def __enter__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, cpu = time.perf_counter() - self._start[0], time.process_time() - self._start[1]
        print(f"{self._label}: {wall:.1f} s, {cpu:.1f} s of processors", flush=True)


def _crowd(customers: int, rng: np.random.Generator) -> dict[str, dict[str, Any]]:
    """Two and a half orders for each customer, two lines an order, returns, and a consent of every second one."""
    rows = _orders(int(2.5 * customers), customers, rng, "o")
    back = rng.choice(len(rows["orders"]["order_id"]), int(2.5 * customers) // 20, replace=False)
    consents = customers // 2
    return {
        **rows,
        "returns": {
            "order_id": rows["orders"]["order_id"].take(pa.array(back)),
            "line_no": np.ones(len(back), np.int64),
            "quantity": np.ones(len(back)),
            "at": pa.array(np.full(len(back), 1_750 * 10**12), _MOMENT),
        },
        "consents": {
            "customer_id": _names("c", np.arange(consents)),
            "channel": ["email"] * consents,
            "given": rng.random(consents) < 0.5,
            "at": pa.array(np.full(consents, 1_650 * 10**12), _MOMENT),
        },
        "customers": {
            "customer_id": _names("c", np.arange(customers)),
            "valid_from": pa.array(np.zeros(customers, np.int64), _MOMENT),
            "attributes": ['{"country":"PL"}'] * customers,
        },
    }


def _orders(count: int, customers: int, rng: np.random.Generator, prefix: str) -> dict[str, dict[str, Any]]:
    ids, nothing = np.arange(count), np.zeros(count, np.int64)
    lines = np.repeat(ids, 2)
    return {
        "orders": {
            "order_id": _names(prefix, ids),
            "customer_id": _names("c", np.minimum(rng.pareto(1.2, count) * customers / 5, customers - 1).astype(int)),
            "placed_at": pa.array((1.6e15 + rng.random(count) * 1e14).astype(np.int64), _MOMENT),
            "discount_minor": (rng.random(count) < 0.2).astype(np.int64) * 50,
            "shipping_minor": nothing,
            "tax_minor": nothing,
            "currency": ["EUR"] * count,
            "rate": np.ones(count),
        },
        "order_lines": {
            "order_id": _names(prefix, lines),
            "line_no": np.tile([1, 2], count),
            "item_id": _names("i", rng.integers(0, 20_000, len(lines))),
            "quantity": rng.integers(1, 4, len(lines)).astype(float),
            "unit_price_minor": np.full(len(lines), 100),
            "discount_minor": np.zeros(len(lines), np.int64),
        },
    }


def _names(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pa.array([f"{prefix}{number:08d}" for number in numbers.tolist()])


def _merge(dataset: Dataset, folder: Path, tables: dict[str, dict[str, Any]]) -> None:
    staged = dict(_staged(folder, tables))
    dataset.merge(staged, source=Source(name="crowd", files=(), at=_NOW, rows={}), now=_NOW)


def _staged(folder: Path, tables: dict[str, dict[str, Any]]) -> Iterator[tuple[str, Path]]:
    for name, columns in tables.items():
        schema = pa.schema([field.with_nullable(True) for field in TABLES[name].schema])
        size = len(next(iter(columns.values())))
        arrays = [
            pa.array(columns[field.name]).cast(field.type) if field.name in columns else pa.nulls(size, field.type)
            for field in schema
        ]
        path = folder / f"{name}.parquet"
        pq.write_table(pa.table(arrays, schema=schema), path)
        yield name, path


if __name__ == "__main__":
    main()
