"""What reports keep of a snapshot: made once, never out of date, whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset.kept import FOLDER, Kept, sweep_kept
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.sweeping import sweep_dataset

Stage = Callable[[str, list[dict[str, Any]]], Path]
_NOW = datetime(2024, 5, 2, tzinfo=UTC)


@pytest.fixture
def merge(dataset: Dataset, source: Source, stage: Stage) -> Callable[[str], None]:
    def write(order_id: str) -> None:
        dataset.merge({"orders": stage("orders", [{"order_id": order_id}])}, source=source, now=_NOW)

    return write


def _kept(dataset: Dataset, terms: bytes = b"") -> Kept:
    return Kept(dataset=dataset, snapshot=dataset.newest(), kind="orders", terms=terms)


def _keep(dataset: Dataset) -> Kept:
    kept = _kept(dataset)
    kept.write(dataset.table("orders").select("order_id"))
    return kept


def _ids(kept: Kept) -> list[str] | None:
    rows = kept.read()
    return None if rows is None else sorted(rows.to_pyarrow()["order_id"].to_pylist())


def test_what_was_written_is_read(dataset: Dataset, merge: Callable[[str], None]) -> None:
    merge("o1")
    kept = _kept(dataset)
    assert kept.read() is None
    written = kept.write(dataset.table("orders").select("order_id"))
    assert written.to_pyarrow()["order_id"].to_pylist() == ["o1"] == _ids(kept)
    assert [path.name for path in kept.path.parent.iterdir()] == [kept.path.name]


def test_other_rows_or_terms_are_others(dataset: Dataset, merge: Callable[[str], None]) -> None:
    merge("o1")
    _keep(dataset)
    assert _kept(dataset, b"other").read() is None
    merge("o2")
    assert _kept(dataset).read() is None


def test_a_snapshot_that_leaves_these_tables_alone_changes_nothing(
    dataset: Dataset, merge: Callable[[str], None], source: Source, stage: Stage
) -> None:
    merge("o1")
    _keep(dataset)
    dataset.merge({"events": stage("events", [{"event_id": "e"}])}, source=source, now=_NOW)
    assert _ids(_kept(dataset)) == ["o1"]


def test_a_damaged_or_half_made_file_is_not_read(dataset: Dataset, merge: Callable[[str], None]) -> None:
    merge("o1")
    kept = _keep(dataset)
    whole = kept.path.read_bytes()
    kept.path.with_name(f"{kept.path.name}-1-abc.draft").write_bytes(whole[:100])
    kept.path.write_bytes(whole[:-10])
    assert kept.read() is None
    kept.write(dataset.table("orders").select("order_id"))
    assert _ids(kept) == ["o1"]


def test_where_nothing_can_be_written_the_rows_are_told_all_the_same(
    dataset: Dataset, merge: Callable[[str], None], workspace: Workspace
) -> None:
    merge("o1")
    (workspace.hidden / FOLDER).write_text("a file where the folder would be")
    rows = _kept(dataset).write(dataset.table("orders").select("order_id"))
    assert rows.to_pyarrow()["order_id"].to_pylist() == ["o1"]


def test_the_old_go_where_nobody_used_them_lately(dataset: Dataset, merge: Callable[[str], None]) -> None:
    merge("o1")
    first = _keep(dataset)
    draft = first.path.with_name("orders-x.parquet-1-abc.draft")
    draft.write_bytes(b"killed")
    merge("o2")
    second = _keep(dataset)
    assert first.path.exists(), "somebody may read it still"
    for path in (first.path, second.path, draft):
        os.utime(path, (0, 0))
    assert sweep_kept(first.path.parent, dataset.newest()) == 2
    assert [path.name for path in first.path.parent.iterdir()] == [second.path.name]


def test_they_go_with_their_snapshot(dataset: Dataset, merge: Callable[[str], None], workspace: Workspace) -> None:
    merge("o1")
    first = _keep(dataset)
    merge("o2")
    second = _keep(dataset)
    sweep_dataset(workspace, keep=(), until=None)
    assert not first.path.exists()
    assert _ids(second) == ["o1", "o2"]
