"""Single columns of one stored file, as they lie there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.errors import StorageError

_ROWS_PER_BATCH = 1 << 20


def read_columns(path: Path, columns: Sequence[str], *, coded: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Stream `columns` of the Parquet file `path` in the order of its rows, those in `coded` as dictionaries.

    Each batch has dictionaries of its own. Raises `StorageError` where the file is gone or damaged.
    """
    try:
        with pq.ParquetFile(path, read_dictionary=list(coded)) as file:
            yield from file.iter_batches(batch_size=_ROWS_PER_BATCH, columns=list(columns))
    except (OSError, pa.ArrowException) as error:
        raise StorageError(
            f"The stored file {path} cannot be read: {str(error).partition(chr(10))[0]}.",
            hint="Restore the workspace from a backup, or ingest the files again into a new one.",
        ) from error
