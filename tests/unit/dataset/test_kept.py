"""What reports keep of a snapshot: made once, never out of date, whole or not there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from pairwell.config.turns import files_in_use
from pairwell.config.workspace import Workspace
from pairwell.dataset import kept as kept_rows
from pairwell.dataset.kept import FOLDER, Kept, has_superseded, sweep_kept
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.sweeping import sweep_dataset, sweep_sums

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


def _age(kept: Kept, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(kept.path, (moment, moment))


def test_the_newest_two_stay_and_others_where_they_were_used_lately(
    dataset: Dataset, merge: Callable[[str], None]
) -> None:
    made = []
    for number in range(4):
        merge(f"o{number}")
        made.append(_keep(dataset))
        _age(made[-1], 500 - number)
    folder = made[0].path.parent
    draft = folder / "orders-x.parquet-1-abc.draft"
    draft.write_bytes(b"killed")
    assert sweep_kept(folder) == 0, "somebody may read or write them still"
    assert has_superseded(folder)
    _age(made[0], 700)
    assert sweep_kept(folder) == 1
    assert sweep_kept(folder, unused_s=0.0) == 2
    assert {path.name for path in folder.iterdir()} == {made[2].path.name, made[3].path.name}
    assert not has_superseded(folder)


def test_other_terms_are_superseded_too(dataset: Dataset, merge: Callable[[str], None]) -> None:
    merge("o1")
    for number in range(4):
        kept = _kept(dataset, b"%d" % number)
        kept.write(dataset.table("orders").select("order_id"))
        _age(kept, 50 - number)
    assert sweep_kept(kept.path.parent, unused_s=0.0) == 2
    assert _ids(kept) == ["o1"]


def test_superseded_sums_stay_while_anybody_uses_the_files(
    dataset: Dataset, merge: Callable[[str], None], workspace: Workspace
) -> None:
    for number in range(3):
        merge(f"o{number}")
        kept = _keep(dataset)
    with files_in_use(workspace.hidden):
        assert sweep_sums(workspace) == 0
    assert sweep_sums(workspace) == 1
    assert _ids(kept) == ["o0", "o1", "o2"]


def test_rows_of_fewer_files_are_found_with_the_files_that_came_since(
    dataset: Dataset, merge: Callable[[str], None], source: Source, stage: Stage
) -> None:
    merge("o1")
    assert _kept(dataset).earlier() is None
    _keep(dataset)
    before = set(dataset.newest().tables["orders"])
    merge("o2")
    dataset.merge({"returns": stage("returns", [{"order_id": "o1"}])}, source=source, now=_NOW)
    found = _kept(dataset).earlier()
    assert found is not None
    assert found.rows.to_pyarrow()["order_id"].to_pylist() == ["o1"]
    now = dataset.newest().tables
    assert {name: set(files) for name, files in found.added.items() if files} == {
        "orders": set(now["orders"]) - before, "returns": set(now["returns"]),
    }  # fmt: skip
    assert _kept(dataset, b"other").earlier() is None
    _keep(dataset)
    merge("o3")
    newer = _kept(dataset).earlier()
    assert newer is not None
    assert [len(files) for files in newer.added.values() if files] == [1], "of the fewest files"


def test_rows_of_a_file_that_was_written_anew_are_not_found(
    dataset: Dataset, merge: Callable[[str], None], source: Source, stage: Stage
) -> None:
    merge("o1")
    _keep(dataset)
    changed = {"order_id": "o1", "discount_minor": 5}
    dataset.merge({"orders": stage("orders", [changed])}, source=source, now=_NOW)
    assert _kept(dataset).earlier() is None


def test_a_damaged_older_file_is_passed_over(dataset: Dataset, merge: Callable[[str], None]) -> None:
    merge("o1")
    kept = _keep(dataset)
    merge("o2")
    kept.path.write_bytes(kept.path.read_bytes()[:-10])
    assert _kept(dataset).earlier() is None


def test_they_go_with_the_files_they_follow_from(
    dataset: Dataset, merge: Callable[[str], None], workspace: Workspace, source: Source, stage: Stage
) -> None:
    merge("o1")
    first = _keep(dataset)
    merge("o2")
    second = _keep(dataset)
    sweep_dataset(workspace, keep=(), until=None)
    assert first.path.exists(), "every file of it is stored still, and more may be added"
    dataset.merge({"orders": stage("orders", [{"order_id": "o1", "discount_minor": 5}])}, source=source, now=_NOW)
    sweep_dataset(workspace, keep=(), until=None)
    assert not first.path.exists()
    assert not second.path.exists()


def test_two_who_make_the_same_at_once_both_have_it(
    dataset: Dataset, merge: Callable[[str], None], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge("o1")
    both = Barrier(2)

    def meet(draft: Path) -> None:
        assert draft.suffix == ".draft"
        both.wait(timeout=60)

    monkeypatch.setattr(kept_rows, "sync_file", meet)

    def make(_: int) -> list[str]:
        own = Dataset(workspace)
        written = _kept(own).write(own.table("orders").select("order_id"))
        return [*written.to_pyarrow()["order_id"].to_pylist(), *(_ids(_kept(own)) or [])]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(make, range(2))) == [["o1", "o1"]] * 2
    assert [path.name for path in (workspace.hidden / FOLDER).iterdir()] == [_kept(dataset).path.name]


def test_a_kill_half_way_leaves_nothing_that_is_read(
    dataset: Dataset, merge: Callable[[str], None], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge("o1")

    def kill(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(kept_rows, "sync_file", kill)
        with pytest.raises(KeyboardInterrupt):
            _keep(dataset)
    assert [path.suffix for path in (workspace.hidden / FOLDER).iterdir()] == [".draft"]
    assert _ids(_kept(dataset)) is None
    merge("o2")
    assert _kept(dataset).earlier() is None
    _keep(dataset)
    assert sweep_sums(workspace) == 1
    assert _ids(_kept(dataset)) == ["o1", "o2"]
