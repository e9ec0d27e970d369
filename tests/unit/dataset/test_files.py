"""Staged files that are what the dataset would write of their rows are stored as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.config.workspace import Workspace
from pairwell.dataset.files import is_staged_as_stored, stage_ordered, stage_rows
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.engines.engine import open_parquet
from pairwell.errors import MappingError

Stage = Callable[[str, list[dict[str, Any]]], Path]

LINES = TABLES["order_lines"]
ROWS = [{"order_id": order, "line_no": line, "item_id": "x"} for order in ("b", "a") for line in (2, 1)]
NOW = datetime(2024, 5, 2, tzinfo=UTC)


@pytest.fixture
def staged(stage: Stage, dataset: Dataset, tmp_path: Path) -> Path:
    return stage_rows(open_parquet(dataset.engine, [stage("order_lines", ROWS)]), LINES, folder=tmp_path)


def _merge(dataset: Dataset, source: Source, path: Path) -> tuple[str, ...]:
    dataset.merge({"order_lines": path}, source=source, now=NOW)
    return dataset.newest().tables["order_lines"]


def test_they_are_known_by_name_content_and_order(staged: Path, stage: Stage) -> None:
    assert is_staged_as_stored(staged, LINES)
    assert not is_staged_as_stored(stage("order_lines", ROWS), LINES)
    assert not is_staged_as_stored(staged, TABLES["orders"])
    with staged.open("ab") as file:
        file.write(staged.read_bytes())  # readable still, but it is not what its name says
    assert not is_staged_as_stored(staged, LINES)


def test_the_first_rows_are_stored_as_they_were_staged(staged: Path, dataset: Dataset, source: Source) -> None:
    assert _merge(dataset, source, staged) == (staged.name,)
    assert staged.exists()  # who comes second needs it again
    assert dataset.file(staged.name).read_bytes() == staged.read_bytes()


def test_they_have_the_name_that_the_same_rows_get_otherwise(
    staged: Path, stage: Stage, workspace: Workspace, source: Source
) -> None:
    assert _merge(Dataset(workspace), source, stage("order_lines", ROWS)) == (staged.name,)


def test_they_replace_what_is_stored_as_any_rows_do(
    staged: Path, stage: Stage, dataset: Dataset, source: Source
) -> None:
    _merge(dataset, source, stage("order_lines", [{"order_id": "a", "line_no": 9, "item_id": "y"}]))
    assert _merge(dataset, source, staged) == (staged.name,)


@pytest.mark.parametrize("rows", [[ROWS[1], ROWS[1]], [ROWS[0], ROWS[1]]], ids=["twice", "out of order"])
def test_rows_that_do_not_ascend_are_not_taken_as_they_are(
    rows: list[dict[str, Any]], stage: Stage, dataset: Dataset, source: Source, tmp_path: Path
) -> None:
    batches = pq.read_table(stage("order_lines", rows)).to_batches()
    path = stage_ordered(batches, LINES, folder=tmp_path)
    assert not is_staged_as_stored(path, LINES)
    if rows[0] == rows[1]:
        with pytest.raises(MappingError, match="2 times"):
            _merge(dataset, source, path)
    else:
        assert _merge(dataset, source, path) != (path.name,)


def test_order_is_held_from_one_group_of_rows_to_the_next(tmp_path: Path) -> None:
    def batch(first: int) -> pa.RecordBatch:
        rows = [
            {"order_id": "a", "line_no": first + n, "item_id": "x", "quantity": 1.0, "discount_minor": 0}
            for n in range(70_000)
        ]
        return pa.RecordBatch.from_pylist(rows, schema=LINES.schema)

    ascending = stage_ordered([batch(0), batch(70_000)], LINES, folder=tmp_path)
    repeated = stage_ordered([batch(52_880 - 1), batch(122_880 - 2)], LINES, folder=tmp_path)
    assert is_staged_as_stored(ascending, LINES)
    assert not is_staged_as_stored(repeated, LINES)
