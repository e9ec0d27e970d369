from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.dataset.tables import TABLES
from pairwell.errors import NotFoundError, StorageError

Stage = Callable[[str, list[dict[str, Any]]], Path]
Merge = Callable[..., MergeResult]
Read = Callable[..., list[dict[str, Any]]]

MAY = datetime(2024, 5, 1, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)


def _lines(order_id: str, *items: str) -> list[dict[str, Any]]:
    return [{"order_id": order_id, "line_no": number, "item_id": item} for number, item in enumerate(items, 1)]


def test_cancelled_orders_are_taken_out_and_unknown_ones_change_nothing(
    dataset: Dataset, stage: Stage, source: Source, tmp_path: Path
) -> None:
    sold = {"orders": [{"order_id": "1"}, {"order_id": "2"}], "order_lines": _lines("1", "a", "b") + _lines("2", "a")}
    dataset.merge({name: stage(name, rows) for name, rows in sold.items()}, source=source, now=MAY)
    for order_id, snapshot in (("9", 1), ("1", 2), ("1", 2)):
        path = tmp_path / "cancelled.parquet"
        pq.write_table(pa.table({"order_id": [order_id]}), path)
        assert dataset.merge({}, source=source, now=JUNE, cancelled=path).snapshot == snapshot
    assert dataset.table("orders").order_id.to_pyarrow().to_pylist() == ["2"]
    assert dataset.table("order_lines").order_id.to_pyarrow().to_pylist() == ["2"]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("as_of", [None, MAY])
def test_before_the_first_merge_every_table_is_empty_and_whole(
    dataset: Dataset, name: str, as_of: datetime | None
) -> None:
    rows = dataset.table(name, as_of=as_of).to_pyarrow()
    assert rows.num_rows == 0
    assert dict(zip(rows.schema.names, rows.schema.types, strict=True)) == _types(TABLES[name].schema)


def _types(schema: pa.Schema) -> dict[str, pa.DataType]:
    return dict(zip(schema.names, schema.types, strict=True))


def test_reading_an_empty_workspace_writes_nothing(workspace: Workspace) -> None:
    before = sorted(workspace.root.rglob("*"))
    Dataset(workspace).table("orders", as_of=MAY).to_pyarrow()
    assert sorted(workspace.root.rglob("*")) == before


def test_what_is_merged_can_be_read(merge: Merge, dataset: Dataset) -> None:
    result = merge(orders=[{"order_id": "1"}], order_lines=_lines("1", "a", "b"))
    assert result == MergeResult(snapshot=1, stored={"orders": 1, "order_lines": 2})
    rows = dataset.table("order_lines").to_pyarrow()
    assert _types(rows.schema) == _types(TABLES["order_lines"].schema)
    assert sorted(rows["item_id"].to_pylist()) == ["a", "b"]


def test_a_new_object_reads_what_another_merged(merge: Merge, workspace: Workspace) -> None:
    merge(orders=[{"order_id": "1"}])
    assert Dataset(workspace).table("orders").count().to_pyarrow().as_py() == 1


def test_the_same_rows_twice_change_nothing(merge: Merge, dataset: Dataset, workspace: Workspace) -> None:
    rows = {"orders": [{"order_id": "1", "customer_id": None}], "order_lines": _lines("1", "a", "b")}
    merge(**rows)
    files, snapshot = sorted(workspace.dataset.iterdir()), dataset.newest()
    assert merge(**rows) == MergeResult(snapshot=1, stored={"orders": 0, "order_lines": 0})
    assert sorted(workspace.dataset.iterdir()) == files
    assert dataset.newest() == snapshot


def test_an_order_is_replaced_whole(merge: Merge, read: Read) -> None:
    merge(order_lines=[*_lines("1", "a", "b", "c"), *_lines("2", "x")])
    assert merge(order_lines=_lines("1", "a", "z")).stored == {"order_lines": 2}  # one altered, one gone
    assert read("order_lines", "order_id", "item_id") == [
        {"order_id": "1", "item_id": "a"},
        {"order_id": "1", "item_id": "z"},
        {"order_id": "2", "item_id": "x"},
    ]


def test_an_order_that_only_lost_a_line_is_a_change(merge: Merge, read: Read) -> None:
    merge(order_lines=_lines("1", "a", "b"))
    assert merge(order_lines=_lines("1", "a")) == MergeResult(snapshot=2, stored={"order_lines": 1})
    assert read("order_lines", "item_id") == [{"item_id": "a"}]


def test_a_value_that_becomes_null_is_a_change(merge: Merge, read: Read) -> None:
    merge(orders=[{"order_id": "1", "customer_id": "c"}])
    assert merge(orders=[{"order_id": "1", "customer_id": None}]).stored == {"orders": 1}
    assert read("orders", "customer_id") == [{"customer_id": None}]


def test_only_files_that_hold_a_changed_thing_are_written_anew(merge: Merge, dataset: Dataset) -> None:
    merge(orders=[{"order_id": "1"}])
    merge(orders=[{"order_id": "2"}])
    first, second = (set(dataset.read_snapshot(number).tables["orders"]) for number in (1, 2))
    merge(orders=[{"order_id": "2", "currency": "PLN"}])
    third = set(dataset.newest().tables["orders"])
    assert first < second
    assert third & second == first
    assert len(third) == 2


def test_a_pinned_snapshot_stays_as_it_was(merge: Merge, dataset: Dataset) -> None:
    merge(orders=[{"order_id": "1", "currency": "EUR"}])
    pinned = dataset.newest()
    merge(orders=[{"order_id": "1", "currency": "PLN"}, {"order_id": "2"}])
    assert dataset.table("orders", snapshot=pinned).select("currency").to_pyarrow().to_pylist() == [{"currency": "EUR"}]
    assert dataset.table("orders").count().to_pyarrow().as_py() == 2


def test_a_table_that_does_not_come_in_keeps_its_files(merge: Merge, dataset: Dataset) -> None:
    merge(orders=[{"order_id": "1"}])
    merge(order_lines=_lines("1", "a"))
    assert dataset.newest().tables["orders"] == dataset.read_snapshot(1).tables["orders"]


def test_a_snapshot_lists_every_source_that_changed_something(merge: Merge, dataset: Dataset, source: Source) -> None:
    merge(orders=[{"order_id": "1"}])
    merge(orders=[{"order_id": "1"}])
    merge(orders=[{"order_id": "2"}])
    assert dataset.newest().sources == (source, source)


def test_equal_rows_in_another_order_make_the_same_file(stage: Stage, source: Source, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"order_id": str(number), "customer_id": "c"} for number in range(500)]
    names = []
    for folder, order in (("one", rows), ("two", rows[::-1])):
        dataset = Dataset(Workspace(tmp_path / folder))
        dataset.merge({"orders": stage("orders", order)}, source=source, now=MAY)
        names.append(dataset.newest().tables)
    assert names[0] == names[1]


def test_a_revision_that_repeats_the_one_in_force_is_not_stored(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": "a", "valid_from": MAY, "title": "Tent"}])
    assert merge(items=[{"item_id": "a", "valid_from": JUNE, "title": "Tent"}]).stored == {"items": 0}
    assert merge(items=[{"item_id": "a", "valid_from": JUNE, "title": "Tent 2"}]).stored == {"items": 1}
    assert dataset.newest().number == 2


def test_a_revision_from_before_is_stored_though_a_later_one_says_the_same(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": "a", "valid_from": JUNE, "title": "Tent"}])
    assert merge(items=[{"item_id": "a", "valid_from": MAY, "title": "Tent"}]).stored == {"items": 1}
    assert dataset.table("items", as_of=MAY).count().to_pyarrow().as_py() == 1


def test_a_revision_of_the_same_moment_is_replaced(merge: Merge, dataset: Dataset) -> None:
    merge(items=[{"item_id": "a", "title": "Tent"}, {"item_id": "b", "title": "Mat"}])
    merge(items=[{"item_id": "a", "title": "Tent 2"}])
    titles = dataset.history("items").select("title").to_pyarrow()["title"].to_pylist()
    assert sorted(titles) == ["Mat", "Tent 2"]


def test_a_table_without_rows_changes_nothing(merge: Merge, dataset: Dataset) -> None:
    assert merge(returns=[]) == MergeResult(snapshot=0, stored={"returns": 0})
    assert dataset.newest().number == 0


def test_a_folder_named_like_a_pattern_holds_only_its_own(stage: Stage, source: Source, tmp_path: Path) -> None:
    shops = [Dataset(Workspace(tmp_path / name)) for name in ("shop *", "shop 1", "shop [1]")]
    for dataset in shops:
        dataset.merge({"orders": stage("orders", [{"order_id": "1"}])}, source=source, now=MAY)
        dataset.merge({"orders": stage("orders", [{"order_id": "1", "currency": "PLN"}])}, source=source, now=MAY)
    counts = [dataset.table("orders").count().to_pyarrow().as_py() for dataset in shops]
    assert counts == [1, 1, 1]


def test_a_merge_leaves_nothing_in_staging(merge: Merge, workspace: Workspace) -> None:
    merge(orders=[{"order_id": "1"}])
    assert list(workspace.staging.iterdir()) == []


def test_leftovers_of_a_killed_merge_are_harmless(merge: Merge, workspace: Workspace, read: Read) -> None:
    leftover = workspace.staging / "merge-x1"
    leftover.mkdir(parents=True)
    (leftover / "orders.parquet").write_bytes(b"PAR1 half")
    workspace.dataset.mkdir()
    (workspace.dataset / "orders-0123.parquet").write_bytes(b"orphan")
    merge(orders=[{"order_id": "1"}])
    assert read("orders", "order_id") == [{"order_id": "1"}]


def test_a_file_taken_away_is_an_error_of_storage(merge: Merge, workspace: Workspace) -> None:
    merge(orders=[{"order_id": "1"}])
    for path in workspace.dataset.iterdir():
        path.unlink()
    with pytest.raises(StorageError, match="orders-"):
        Dataset(workspace).table("orders")


def test_a_snapshot_that_never_was_is_not_found(dataset: Dataset) -> None:
    with pytest.raises(NotFoundError, match="7"):
        dataset.read_snapshot(7)
