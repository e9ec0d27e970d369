from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.dataset.store import Dataset
from pairwell.errors import MappingError, SourceError, StorageError
from pairwell.ingest import load
from pairwell.ingest.facts import are_current
from pairwell.ingest.load import IngestPlace, IngestReport, ingest_files
from pairwell.ingest.mapping import load_mapping

pytestmark = pytest.mark.usefixtures("facts_at_once")

HEAD = "order_id,item_id,title,quantity,unit_price,placed_at,customer_id"
ROWS = (
    "1,cup,Cup,2,3.00,2026-01-01 10:00,ann",
    "1,pot,Pot,1,9.00,2026-01-01 10:00,ann",
    "2,cup,Cup,1,3.00,2026-01-02 10:00,bob",
    "3,cup,Cup,1,free,2026-01-02 10:00,bob",
    "C4,cup,Cup,-1,3.00,2026-01-03 10:00,ann",
)
Quarantined = Callable[[IngestReport], list[dict[str, str]]]


def test_one_flat_file_fills_every_table(loader: Loader) -> None:
    report = loader.orders(HEAD, *ROWS)
    assert (report.read, report.taken, report.merged, report.refused) == (5, 4, 0, 1)
    assert report.stored == {"items": 2, "customers": 2, "orders": 2, "order_lines": 3, "returns": 1}
    assert loader.rows("items", "item_id", "title", "price_minor", "derived") == [
        ("cup", "Cup", 300, True),
        ("pot", "Pot", 900, True),
    ]
    assert loader.rows("order_lines", "order_id", "line_no", "item_id") == [
        ("1", 1, "cup"),
        ("1", 2, "pot"),
        ("2", 1, "cup"),
    ]


def test_the_same_file_again_changes_nothing(loader: Loader, quarantined: Quarantined) -> None:
    first = loader.orders(HEAD, *ROWS)
    again = loader.orders(HEAD, *ROWS, now=NOW + timedelta(days=1))
    assert set(again.stored.values()) == {0}
    assert again.snapshot == first.snapshot
    assert (again.mapping, again.quarantine) == (first.mapping, first.quarantine)
    assert len(quarantined(again)) == 1


def test_an_order_that_comes_again_is_replaced_whole(loader: Loader) -> None:
    loader.orders(HEAD, *ROWS[:3])
    loader.orders(HEAD, "1,pan,Pan,1,5.00,2026-01-01 10:00,ann")
    assert loader.rows("order_lines", "order_id", "item_id") == [("1", "pan"), ("2", "cup")]


def test_the_saved_mapping_can_be_passed_back(loader: Loader) -> None:
    report = loader.orders(HEAD, *ROWS)
    assert report.mapping is not None
    saved = load_mapping(Path(report.mapping))
    assert saved.columns["item_id"] == "item_id"


def test_an_edited_mapping_is_never_overwritten(loader: Loader) -> None:
    report = loader.orders(HEAD, *ROWS)
    assert report.mapping is not None
    Path(report.mapping).write_text("# mine\n", encoding="utf-8")
    again = loader.orders(HEAD, *ROWS)
    assert Path(report.mapping).read_text(encoding="utf-8") == "# mine\n"
    assert again.mapping not in (None, report.mapping)


def test_a_dry_run_counts_and_stores_nothing(loader: Loader) -> None:
    report = loader.orders(HEAD, *ROWS, dry_run=True)
    assert (report.read, report.taken, report.refused) == (5, 4, 1)
    assert (report.stored, report.snapshot, report.mapping, report.quarantine) == ({}, 0, None, None)
    assert not loader.workspace.quarantine.exists()
    assert not loader.workspace.mappings.exists()


def test_staging_is_gone_afterwards_also_after_an_error(loader: Loader, tmp_path: Path) -> None:
    loader.orders(HEAD, *ROWS)
    with pytest.raises(SourceError):
        ingest_files("orders", [tmp_path / "absent.csv"], place=loader.place, now=NOW)
    assert [path.name for path in loader.workspace.staging.iterdir() if path.name.startswith("orders-")] == []


def test_what_killed_runs_left_in_staging_is_removed_later(loader: Loader) -> None:
    left, young = (loader.workspace.staging / name for name in ("orders-old", "orders-young"))
    for folder, age in ((left, 3), (young, 1)):
        folder.mkdir(parents=True)
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(folder, (moment, moment))
    loader.orders(HEAD, *ROWS)
    assert (left.exists(), young.exists()) == (False, True)


def test_a_mapping_of_another_table_is_refused(loader: Loader, tmp_path: Path) -> None:
    report = loader.orders(HEAD, *ROWS)
    assert report.mapping is not None
    options = load.IngestOptions(mapping=load_mapping(Path(report.mapping)))
    with pytest.raises(MappingError, match="orders"):
        ingest_files("items", [tmp_path / "orders.csv"], place=loader.place, options=options, now=NOW)


def test_an_unknown_table_names_those_that_exist(loader: Loader, tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        ingest_files("clicks", [tmp_path / "clicks.csv"], place=loader.place, now=NOW)
    assert caught.value.hint is not None
    assert "returns" in caught.value.hint


def test_a_full_disk_leaves_the_dataset_as_it_was(loader: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    loader.orders(HEAD, *ROWS[:2])

    def full(*_: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        loader.orders(HEAD, *ROWS)
    monkeypatch.undo()
    assert loader.rows("orders", "order_id") == [("1",)]


def test_facts_that_a_kill_left_behind_are_written_by_the_next_run(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(load, "write_facts", killed)
    with pytest.raises(KeyboardInterrupt):
        loader.orders(HEAD, *ROWS)
    monkeypatch.undo()
    assert loader.rows("orders", "order_id") == [("1",), ("2",)]
    assert not are_current(loader.dataset, loader.facts)
    loader.orders(HEAD, *ROWS)
    assert are_current(loader.dataset, loader.facts)
    assert set(loader.facts.items()) == {"cup", "pot"}
    assert loader.facts.owned("ann", {"cup", "pot", "pan"}) == {"cup", "pot"}


def test_two_ingests_at_once_both_end_rightly(loader: Loader, tmp_path: Path) -> None:
    reports: list[IngestReport] = []

    def run(name: str) -> None:
        rows = [f"{name}{n},{name},Thing,1,3.00,2026-01-01,ann" for n in range(20)]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join((HEAD, *rows)), encoding="utf-8")
        place = IngestPlace(
            workspace=loader.workspace,
            settings=loader.settings,
            dataset=Dataset(loader.workspace),
            facts=loader.facts,
        )
        reports.append(ingest_files("orders", [path], place=place, now=NOW))

    threads = [threading.Thread(target=run, args=(name,)) for name in ("x", "y")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.snapshot for report in reports) == [1, 2]
    assert len(loader.rows("orders", "order_id")) == 40
    assert set(loader.facts.items()) == {"x", "y"}
    assert loader.facts.owned("ann", {"x", "y"}) == {"x", "y"}
