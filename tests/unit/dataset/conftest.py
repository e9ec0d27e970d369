"""Rows for the dataset with as little said as a test needs, and ways to merge them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.dataset.tables import TABLES

_DAY = datetime(2024, 5, 1, tzinfo=UTC)
_UNSAID: dict[str, dict[str, Any]] = {
    "items": {"valid_from": _DAY, "derived": False, "published": True},
    "relations": {"relation": "complement", "source": "people", "valid_from": _DAY},
    "customers": {"valid_from": _DAY},
    "orders": {
        "placed_at": _DAY,
        "discount_minor": 0,
        "shipping_minor": 0,
        "tax_minor": 0,
        "currency": "EUR",
        "rate": 1.0,
    },
    "order_lines": {"line_no": 1, "quantity": 1.0, "unit_price_minor": 100, "discount_minor": 0},
    "returns": {"line_no": 1, "quantity": 1.0, "at": _DAY},
    "events": {"type": "view", "at": _DAY},
    "plans": {
        "kind": "plan",
        "family": "f",
        "tier": 1,
        "fee_minor": 100,
        "period": "month",
        "meters": "[]",
        "features": "[]",
        "min_term_months": 0,
        "prorated": True,
        "requires": "[]",
    },
}


@pytest.fixture
def stage(tmp_path: Path) -> Callable[[str, list[dict[str, Any]]], Path]:
    """Write rows of a table, completed by what they leave unsaid, to a Parquet file."""
    numbers = count()

    def write(table: str, rows: list[dict[str, Any]]) -> Path:
        path = tmp_path / f"{table}-{next(numbers)}.parquet"
        whole = [_UNSAID[table] | row for row in rows]
        pq.write_table(pa.Table.from_pylist(whole, schema=TABLES[table].schema), path)
        return path

    return write


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return Dataset(workspace)


@pytest.fixture
def source() -> Source:
    return Source(name="till", files=("orders.csv",), at=_DAY, rows={"orders": 1})


@pytest.fixture
def merge(
    dataset: Dataset, source: Source, stage: Callable[[str, list[dict[str, Any]]], Path]
) -> Callable[..., MergeResult]:
    """Merge rows given by table name."""

    def run(**tables: list[dict[str, Any]]) -> MergeResult:
        incoming = {name: stage(name, rows) for name, rows in tables.items()}
        return dataset.merge(incoming, source=source, now=_DAY)

    return run


@pytest.fixture
def read(dataset: Dataset) -> Callable[..., list[dict[str, Any]]]:
    """The rows of a table, ordered, only with the columns asked for."""

    def run(table: str, *columns: str, **moment: Any) -> list[dict[str, Any]]:
        rows = dataset.table(table, **moment).select(*columns).order_by(*columns).to_pyarrow()
        listed: list[dict[str, Any]] = rows.to_pylist()
        return listed

    return run
