from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.dataset.tables import TABLES
from pairwell.errors import MappingError, NotFoundError, SourceError

Stage = Callable[[str, list[dict[str, Any]]], Path]
Merge = Callable[..., MergeResult]
_NOW = datetime(2024, 5, 2, tzinfo=UTC)


@pytest.fixture
def orders(stage: Stage) -> pa.Table:
    return pq.read_table(stage("orders", [{"order_id": "1"}, {"order_id": "2"}]))


@pytest.fixture
def merge_orders(dataset: Dataset, source: Source, tmp_path: Path) -> Callable[[pa.Table], MergeResult]:
    def run(rows: pa.Table) -> MergeResult:
        path = tmp_path / "changed.parquet"
        pq.write_table(rows, path)
        return dataset.merge({"orders": path}, source=source, now=_NOW)

    return run


MergeOrders = Callable[[pa.Table], MergeResult]


def test_a_missing_column_is_named(merge_orders: MergeOrders, orders: pa.Table) -> None:
    with pytest.raises(MappingError, match="currency is missing"):
        merge_orders(orders.drop_columns("currency"))


def test_a_column_too_many_is_named(merge_orders: MergeOrders, orders: pa.Table) -> None:
    with pytest.raises(MappingError, match="colour is not known"):
        merge_orders(orders.append_column("colour", pa.array(["red", "blue"])))


def test_a_wrong_type_says_what_it_should_be(merge_orders: MergeOrders, orders: pa.Table) -> None:
    at = orders.schema.get_field_index("tax_minor")
    with pytest.raises(MappingError, match="tax_minor is double instead of int64"):
        merge_orders(orders.set_column(at, "tax_minor", pa.array([0.5, 1.5])))


def test_a_null_where_none_may_be_is_counted(merge_orders: MergeOrders, orders: pa.Table) -> None:
    at = orders.schema.get_field_index("currency")
    with pytest.raises(MappingError, match="currency in 1 rows"):
        merge_orders(orders.set_column(at, "currency", pa.array(["EUR", None])))


def test_a_key_that_occurs_twice_is_shown(merge: Merge) -> None:
    lines = [{"order_id": "7", "item_id": "a"}, {"order_id": "7", "item_id": "b"}]
    with pytest.raises(MappingError, match="2 times: order_id '7', line_no 1"):
        merge(order_lines=lines)


def test_a_refused_table_keeps_the_others_out_too(dataset: Dataset, merge: Merge) -> None:
    with pytest.raises(MappingError):
        merge(
            orders=[{"order_id": "7"}],
            order_lines=[{"order_id": "7", "item_id": "a"}, {"order_id": "7", "item_id": "b"}],
        )
    assert dataset.newest().number == 0


def test_columns_may_come_in_any_order(merge_orders: MergeOrders, orders: pa.Table) -> None:
    backwards = orders.select(list(reversed(TABLES["orders"].schema.names)))
    assert merge_orders(backwards).stored == {"orders": 2}


def test_a_file_that_is_no_parquet_is_refused(dataset: Dataset, source: Source, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_id\n1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"orders\.csv"):
        dataset.merge({"orders": path}, source=source, now=_NOW)


def test_a_file_that_is_not_there_is_refused(dataset: Dataset, source: Source, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="absent"):
        dataset.merge({"orders": tmp_path / "absent.parquet"}, source=source, now=_NOW)


def test_a_table_that_does_not_exist_is_refused(dataset: Dataset, source: Source, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="clicks"):
        dataset.merge({"clicks": tmp_path / "clicks.parquet"}, source=source, now=_NOW)
