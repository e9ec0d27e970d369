"""Immutable Parquet files, named by their content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairwell.config.durable import sync_file
from pairwell.dataset.table import Table

_ROWS_PER_GROUP = 122_880  # DuckDB's own; a thread reads one group at a time
_ROWS_PER_BATCH = 20_480


def write_rows(rows: ibis.Table, table: Table, *, folder: Path, staging: Path) -> str:
    """Write `rows`, ordered by key, into `folder`; the name of the file, which tells its content.

    Equal rows give equal bytes and so the same name. The file appears whole or not at all; the caller
    syncs the folder.
    """
    return _move(stage_rows(rows, table, folder=staging), folder)


def stage_rows(rows: ibis.Table, table: Table, *, folder: Path) -> Path:
    """Write `rows`, ordered by key, into `folder` as they would be stored; the file, named by its content."""
    ordered = rows.select(*table.schema.names).order_by(*table.key)
    return stage_ordered(ordered.to_pyarrow_batches(chunk_size=_ROWS_PER_BATCH), table, folder=folder)


def stage_ordered(batches: Iterable[pa.RecordBatch], table: Table, *, folder: Path) -> Path:
    """As `stage_rows`, of rows that are in the order of the key already and have the columns of `table`."""
    draft = folder / f"{table.name}.parquet"
    with pq.ParquetWriter(draft, table.schema, compression="zstd") as writer:
        for group in _regroup(batches):
            writer.write_table(group.cast(table.schema), row_group_size=_ROWS_PER_GROUP)
    return draft.replace(folder / _name_by_content(draft, table))


def is_staged_as_stored(path: Path, table: Table) -> bool:
    """Whether the Parquet file `path` is what `stage_rows` makes of its rows."""
    # Where the schema says that a column is never null, the file has no way to hold a null in it.
    if not path.name.startswith(f"{table.name}-") or not pq.read_schema(path).equals(table.schema):
        return False
    return path.name == _name_by_content(path, table) and _keys_ascend(path, table.key)


def adopt(path: Path, *, folder: Path, staging: Path) -> str:
    """Store the staged file `path`, which stays where it is, in `folder`; the name it has there too."""
    draft = staging / path.name
    os.link(path, draft)
    return _move(draft, folder)


def _move(draft: Path, folder: Path) -> str:
    sync_file(draft)
    draft.replace(folder / draft.name)
    return draft.name


def _name_by_content(path: Path, table: Table) -> str:
    with path.open("rb") as content:
        return f"{table.name}-{hashlib.file_digest(content, _short_hash).hexdigest()}.parquet"


def _keys_ascend(path: Path, key: tuple[str, ...]) -> bool:
    """Whether the key of every row is greater than the one before it."""
    last: list[pa.RecordBatch] = []
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_ROWS_PER_GROUP, columns=list(key)):
            if not _ascend(pa.Table.from_batches([*last, batch]).select(key).combine_chunks()):
                return False
            last = [batch.slice(batch.num_rows - 1)]
    return True


def _ascend(keys: pa.Table) -> bool:
    greater = pa.scalar(value=False)
    for column in reversed(keys.columns):  # the later ones count where the earlier ones are equal
        before, after = column.slice(0, len(column) - 1), column.slice(1)
        greater = pc.or_(pc.greater(after, before), pc.and_(pc.equal(after, before), greater))
    return bool(pc.all(greater).as_py())


def _short_hash() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def _regroup(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    # The engine cuts its batches as it likes; equal rows must give equal row groups.
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        if count >= _ROWS_PER_GROUP:
            rows = pa.Table.from_batches(waiting)
            yield rows.slice(0, _ROWS_PER_GROUP)
            waiting = rows.slice(_ROWS_PER_GROUP).to_batches()
            count -= _ROWS_PER_GROUP
    if count:
        yield pa.Table.from_batches(waiting)
