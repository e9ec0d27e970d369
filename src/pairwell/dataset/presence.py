"""Whether a workspace was told of something at all; its stored files are looked at once, without an engine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Snapshot, newest_snapshot

Told = Literal["accounts", "sellers"]
_OF_ACCOUNTS: Final = ("plans", "subscriptions", "usage")
_FIRM: Final = '"kind":"firm"'  # among the attributes of a customer that is one


def find_told(workspace: Workspace) -> frozenset[Told]:
    """What the newest snapshot tells of: accounts or what they hold, sellers that orders name.

    Raises `StorageError` where the snapshot is damaged. A damaged file may tell of anything.
    """
    snapshot = newest_snapshot(workspace.snapshots)
    return frozenset(one for one in get_args(Told) if _tells(workspace, snapshot, one))


def _tells(workspace: Workspace, snapshot: Snapshot, told: Told) -> bool:
    def files(table: str) -> list[Path]:
        return [workspace.dataset / name for name in snapshot.tables.get(table, ())]

    if told == "sellers":
        return any(_has_values(file, "seller_id") for file in files("orders"))
    held = (file for table in _OF_ACCOUNTS for file in files(table))
    return any(_has_rows(file) for file in held) or any(_has_firms(file) for file in files("customers"))


@lru_cache(maxsize=10_000)  # files are named by their content
def _has_rows(file: Path) -> bool:
    try:
        return bool(pq.read_metadata(file).num_rows > 0)
    except (OSError, pa.ArrowException):
        return True


@lru_cache(maxsize=10_000)
def _has_values(file: Path, column: str) -> bool:
    """Whether any value of a column is not null, by the footer; where that does not count them, there may be one."""
    try:
        footer = pq.read_metadata(file)
        place = footer.schema.to_arrow_schema().get_field_index(column)
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    except (OSError, pa.ArrowException):
        return True
    told = [(group.column(place).statistics, group.num_rows) for group in groups]
    return any(found is None or not found.has_null_count or found.null_count < rows for found, rows in told)


@lru_cache(maxsize=10_000)
def _has_firms(file: Path) -> bool:
    try:
        attributes = pq.read_table(file, columns=["attributes"])["attributes"]
    except (OSError, pa.ArrowException):
        return True
    return bool(pc.any(pc.match_substring(attributes, _FIRM)).as_py())
