from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from pairwell.dataset.snapshots import EMPTY, Snapshot, Source, load_snapshot, newest_snapshot, publish_snapshot
from pairwell.dataset.tables import SCHEMA_VERSION
from pairwell.errors import NotFoundError, StorageError, WorkspaceError

_NOW = datetime(2024, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)


def _snapshot(number: int, name: str = "till") -> Snapshot:
    source = Source(name=name, files=("a.csv",), at=_NOW, rows={"orders": 1})
    return Snapshot(
        number=number,
        schema_version=SCHEMA_VERSION,
        created_at=_NOW,
        tables={"orders": ("orders-1.parquet",)},
        sources=(source,),
    )


def test_a_folder_that_is_not_there_holds_the_empty_snapshot(tmp_path: Path) -> None:
    assert newest_snapshot(tmp_path / "absent") == EMPTY
    assert load_snapshot(tmp_path / "absent", 0) == EMPTY


def test_a_published_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    assert publish_snapshot(tmp_path, _snapshot(1), draft=tmp_path / "draft")
    assert load_snapshot(tmp_path, 1) == _snapshot(1)


def test_the_newest_is_the_highest_by_number(tmp_path: Path) -> None:
    for number in (2, 10, 9):
        publish_snapshot(tmp_path, _snapshot(number), draft=tmp_path / "draft")
    assert newest_snapshot(tmp_path).number == 10


def test_files_of_others_are_no_snapshots(tmp_path: Path) -> None:
    publish_snapshot(tmp_path, _snapshot(1), draft=tmp_path / "draft")
    for name in ("notes.json", "2.json.bak", ".3.json", "04.json", "0.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert newest_snapshot(tmp_path).number == 1


def test_a_number_that_is_taken_is_not_taken_again(tmp_path: Path) -> None:
    assert publish_snapshot(tmp_path, _snapshot(1, "first"), draft=tmp_path / "draft-1")
    assert not publish_snapshot(tmp_path, _snapshot(1, "second"), draft=tmp_path / "draft-2")
    assert load_snapshot(tmp_path, 1) == _snapshot(1, "first")


def test_an_absent_number_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_snapshot(tmp_path, 3)


def test_a_damaged_snapshot_is_an_error_of_storage(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"number": 1, "schema', encoding="utf-8")
    with pytest.raises(StorageError, match=r"1\.json"):
        newest_snapshot(tmp_path)


def test_a_snapshot_of_a_newer_release_is_refused_by_its_version(tmp_path: Path) -> None:
    newer = {"schema_version": SCHEMA_VERSION + 1, "shape": "nobody knows"}
    (tmp_path / "1.json").write_bytes(msgspec.json.encode(newer))
    with pytest.raises(WorkspaceError, match=f"version {SCHEMA_VERSION + 1}"):
        newest_snapshot(tmp_path)
