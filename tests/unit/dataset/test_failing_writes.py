"""A full disk, lost rights, another writer: the stored state stays whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset import store
from pairwell.dataset.snapshots import Snapshot, Source, publish_snapshot
from pairwell.dataset.store import Dataset, MergeResult
from pairwell.errors import StorageError

Stage = Callable[[str, list[dict[str, Any]]], Path]
Merge = Callable[..., MergeResult]
Read = Callable[..., list[dict[str, Any]]]
MergeOrders = Callable[..., MergeResult]

_NOW = datetime(2024, 5, 1, tzinfo=UTC)
_WRITES = [
    (pq.ParquetWriter, "write_table"),
    (pq.ParquetWriter, "close"),
    (os, "fsync"),
    (os, "link"),
    (Path, "replace"),
    (Path, "write_bytes"),
    (Path, "mkdir"),
]


def _fail(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("owner", "name"), _WRITES, ids=[name for _, name in _WRITES])
def test_a_full_disk_leaves_the_old_state(
    owner: object, name: str, merge_orders: MergeOrders, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge_orders("1")
    with monkeypatch.context() as broken, pytest.raises(StorageError, match="No space left") as caught:
        merge_orders("2", before=lambda: broken.setattr(owner, name, _fail))
    assert caught.value.hint
    assert read("orders", "order_id") == [{"order_id": "1"}]
    assert merge_orders("2").snapshot == 2


@pytest.fixture
def merge_orders(dataset: Dataset, stage: Stage, source: Source) -> MergeOrders:
    """Merge one order; `before` happens when its rows are staged already."""

    def run(order_id: str, *, before: Callable[[], None] = lambda: None) -> MergeResult:
        incoming = {"orders": stage("orders", [{"order_id": order_id}])}
        before()
        return dataset.merge(incoming, source=source, now=_NOW)

    return run


@pytest.fixture
def overtaking(
    workspace: Workspace, stage: Stage, source: Source, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[dict[str, Any]]], None]:
    """Let another writer merge orders just before the next snapshot is published."""

    def arrange(rows: list[dict[str, Any]]) -> None:
        waiting: Iterator[Path] = iter([stage("orders", rows)])

        def publish(folder: Path, snapshot: Snapshot, *, draft: Path) -> bool:
            for path in waiting:
                Dataset(workspace).merge({"orders": path}, source=source, now=_NOW)
            return publish_snapshot(folder, snapshot, draft=draft)

        monkeypatch.setattr(store, "publish_snapshot", publish)

    return arrange


Overtaking = Callable[[list[dict[str, Any]]], None]


def test_a_writer_that_comes_second_merges_onto_the_first(merge: Merge, read: Read, overtaking: Overtaking) -> None:
    merge(orders=[{"order_id": "1"}])
    overtaking([{"order_id": "2", "currency": "PLN"}, {"order_id": "3"}])
    assert merge(orders=[{"order_id": "2"}]) == MergeResult(snapshot=3, stored={"orders": 1})
    assert read("orders", "order_id", "currency") == [
        {"order_id": "1", "currency": "EUR"},
        {"order_id": "2", "currency": "EUR"},
        {"order_id": "3", "currency": "EUR"},
    ]


def test_a_writer_that_comes_second_with_the_same_rows_stores_nothing(
    merge: Merge, dataset: Dataset, overtaking: Overtaking
) -> None:
    overtaking([{"order_id": "2"}])
    assert merge(orders=[{"order_id": "2"}]) == MergeResult(snapshot=1, stored={"orders": 0})
    assert dataset.newest().number == 1
