"""How the rows of one table are merged into its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ibis
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.changes import changed_groups, find_differences
from pairwell.dataset.checks import check_rows, check_schema
from pairwell.dataset.files import adopt, is_staged_as_stored, write_rows
from pairwell.dataset.table import Table
from pairwell.engines.engine import FILE_COLUMN, open_parquet


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """The checked rows that come in for one table."""

    table: Table
    rows: ibis.Table
    count: int
    as_stored: Path | None = None  # the file of these rows, where they are written there as they would be stored


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one table."""

    files: tuple[str, ...]
    stored: int  # keys that are new, different or gone


class Place:
    """Where stored rows lie, and the engine that computes them."""

    def __init__(self, engine: ibis.BaseBackend, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self._opened: dict[tuple[str, ...], ibis.Table] = {}

    def open_rows(self, table: Table, files: Sequence[str]) -> ibis.Table:
        """The rows of `files` as they are stored, an empty table where there are none."""
        return self.open_files(table, files).select(*table.schema.names)

    def open_files(self, table: Table, files: Sequence[str]) -> ibis.Table:
        """The rows of `files`, each with the path of its file as `filename`."""
        opened = (table.name, *files)
        if opened not in self._opened:
            paths = [self.folder / name for name in files]
            self._opened[opened] = open_parquet(self.engine, paths) if paths else self._open_nothing(table)
        return self._opened[opened]

    def _open_nothing(self, table: Table) -> ibis.Table:
        # As the engine sees a Parquet file: every column may be null.
        fields = [pa.field(field.name, field.type) for field in table.schema]
        rows = pa.schema([*fields, pa.field(FILE_COLUMN, pa.string())]).empty_table()
        return self.engine.create_table(f"no_{table.name}", rows, temp=True)


def open_incoming(engine: ibis.BaseBackend, table: Table, path: Path) -> Incoming:
    """Check the staged file `path` against `table` and open it."""
    check_schema(path, table)
    rows = open_parquet(engine, [path]).select(*table.schema.names)
    if is_staged_as_stored(path, table):
        return Incoming(table=table, rows=rows, count=int(pq.read_metadata(path).num_rows), as_stored=path)
    return Incoming(table=table, rows=rows, count=check_rows(rows, table))


def merge_table(place: Place, incoming: Incoming, files: Sequence[str], drafts: Path) -> Merged:
    """Write what `incoming` changes against the stored `files`.

    Only files that hold a changed group are written anew; the others are taken over.
    """
    if not incoming.count:
        return Merged(files=tuple(files), stored=0)
    if not files:
        return Merged(files=(_store_whole(place, incoming, drafts),), stored=incoming.count)
    differences = find_differences(incoming.table, incoming.rows, place.open_rows(incoming.table, files))
    with differences.cache() as found:
        if not (stored := int(found.count().to_pyarrow().as_py())):
            return Merged(files=tuple(files), stored=0)
        with changed_groups(incoming.table, found).cache() as groups:
            return Merged(files=_replace(place, incoming, files, groups, drafts), stored=stored)


def _store_whole(place: Place, incoming: Incoming, drafts: Path) -> str:
    if incoming.as_stored is not None:
        return adopt(incoming.as_stored, folder=place.folder, staging=drafts)
    return write_rows(incoming.rows, incoming.table, folder=place.folder, staging=drafts)


def withdraw(place: Place, table: Table, merged: Merged, orders: ibis.Table, drafts: Path) -> Merged:
    """Take the rows of `orders` (order_id) out of the files of a table that has orders."""
    touched = files_with(place.open_files(table, merged.files), orders, ["order_id"]) if merged.files else []
    if not touched:
        return merged
    rows = place.open_rows(table, touched)
    gone = int(rows.semi_join(orders, "order_id").count().to_pyarrow().as_py())
    written = write_rows(rows.anti_join(orders, "order_id"), table, folder=place.folder, staging=drafts)
    return Merged(files=exchanged(merged.files, touched, written), stored=merged.stored + gone)


def exchanged(files: Sequence[str], touched: Sequence[str], written: str) -> tuple[str, ...]:
    """`files` with `written` in the place of those `touched`."""
    return tuple(sorted({*files, written} - (set(touched) - {written})))


def _replace(
    place: Place, incoming: Incoming, files: Sequence[str], groups: ibis.Table, drafts: Path
) -> tuple[str, ...]:
    table, group = incoming.table, list(incoming.table.group)
    touched = files_with(place.open_files(table, files), groups, group)
    rows = incoming.rows.semi_join(groups, group)
    if touched:
        rows = place.open_rows(table, touched).anti_join(groups, group).union(rows)
    written = write_rows(rows, table, folder=place.folder, staging=drafts)
    return exchanged(files, touched, written)


def files_with(stored: ibis.Table, groups: ibis.Table, group: list[str]) -> list[str]:
    """The names of the files that hold a row of `groups`."""
    return files_of(stored.semi_join(groups, group))


def files_of(rows: ibis.Table) -> list[str]:
    """The names of the files that `rows` come from."""
    found = rows.select(FILE_COLUMN).distinct().order_by(FILE_COLUMN).to_pyarrow()
    return [Path(path).name for path in found[FILE_COLUMN].to_pylist()]
