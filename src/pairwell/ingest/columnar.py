"""Rows of a Parquet file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairwell.config.progress import BytesRead
from pairwell.errors import SourceError
from pairwell.ingest.streams import check_source

MAGIC = b"PAR1"

RowNumbers = npt.NDArray[np.int64]


def open_parquet(path: Path) -> pq.ParquetFile:
    """The open file; `SourceError` where it is damaged."""
    check_source(path)
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, error) from error


def read_parquet(path: Path, *, batch_rows: int, advance: BytesRead) -> Iterator[tuple[RowNumbers, pa.Table]]:
    """Batches with their row numbers from 1, as `plain` makes them."""
    with open_parquet(path) as file:
        size = path.stat().st_size
        rows = max(file.metadata.num_rows, 1)
        done = 0
        try:
            for batch in file.iter_batches(batch_size=batch_rows):
                table = plain(pa.Table.from_batches([batch]))
                yield np.arange(done + 1, done + 1 + len(table)), table
                advance((done + len(table)) * size // rows - done * size // rows)
                done += len(table)
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(path, error) from error


def plain(table: pa.Table) -> pa.Table:
    """Dictionaries as plain values, structs as columns called `outer.inner`, "not a number" as null."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            values = table.column(place).cast(field.type.value_type)
            table = table.set_column(place, field.name, values)
        elif pa.types.is_floating(field.type):
            # Some tools write a gap in a column of numbers so; a customer called "nan" would have everyone's orders.
            values = table.column(place)
            table = table.set_column(place, field.name, pc.if_else(pc.is_nan(values), None, values))
    return table


def _damaged(path: Path, error: Exception) -> SourceError:
    return SourceError(
        f"{path} is a damaged Parquet file: {str(error).splitlines()[0]}", hint="Copy or export the file again."
    )
