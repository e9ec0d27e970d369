"""Immutable Parquet files, named by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.config.durable import sync_file
from pairwell.dataset.tables import Table

_ROWS_PER_GROUP = 122_880  # DuckDB's own; a thread reads one group at a time
_ROWS_PER_BATCH = 20_480


def write_rows(rows: ibis.Table, table: Table, *, folder: Path, staging: Path) -> str:
    """Write `rows`, ordered by key, into `folder`; the name of the file, which tells its content.

    Equal rows give equal bytes and so the same name. The file appears whole or not at all; the caller
    syncs the folder.
    """
    draft = staging / f"{table.name}.parquet"
    ordered = rows.select(*table.schema.names).order_by(*table.key)
    with pq.ParquetWriter(draft, table.schema, compression="zstd") as writer:
        for group in _regroup(ordered.to_pyarrow_batches(chunk_size=_ROWS_PER_BATCH)):
            writer.write_table(group.cast(table.schema), row_group_size=_ROWS_PER_GROUP)
    sync_file(draft)
    with draft.open("rb") as content:
        name = f"{table.name}-{hashlib.file_digest(content, _short_hash).hexdigest()}.parquet"
    draft.replace(folder / name)
    return name


def _short_hash() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def _regroup(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
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
