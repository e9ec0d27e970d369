"""One wide row, with a column for each thing, as a row for each thing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.explaining import name_neighbours
from pairwell.errors import MappingError
from pairwell.ingest.lookups import as_text
from pairwell.ingest.mapping import Mapping, Unpivot
from pairwell.ingest.sources import Batch
from pairwell.ingest.vocabulary import is_field


def with_made_fields(mapping: Mapping) -> Mapping:
    """The mapping with the fields that its `[unpivot]` fills."""
    made = made_columns(mapping)
    fields = {name: name for name in made if is_field(mapping.table, name) and name not in mapping.columns}
    return msgspec.structs.replace(mapping, columns={**mapping.columns, **fields}) if fields else mapping


def made_columns(mapping: Mapping) -> tuple[str, ...]:
    """What the columns are called that `[unpivot]` makes."""
    how = mapping.unpivot
    return () if how is None else (how.into,) if how.value is None else (how.into, how.value)


def unpivot(path: Path, batch: Batch, mapping: Mapping) -> Batch:
    """A row for each filled cell of the columns of `[unpivot]`, those of one row after each other.

    Raises `MappingError` where the file has no such column, or has one called as those that are made.
    """
    how = mapping.unpivot
    if how is None:
        return batch
    _check(path, batch.columns.column_names, how, made_columns(mapping))
    rows, width = batch.columns.num_rows, len(how.columns)
    cells = pa.chunked_array([as_text(batch.columns[name]).combine_chunks() for name in how.columns], pa.string())
    # Cells lie column by column: those of one row are `rows` apart.
    cells = cells.take(pa.array((np.arange(rows)[:, None] + rows * np.arange(width)).ravel()))
    kept = pc.is_in(cells, value_set=pa.array(how.keep, pa.string())) if how.keep else pc.is_valid(cells)
    row = pa.array(np.repeat(np.arange(rows), width)).filter(kept.combine_chunks())
    long = batch.columns.drop_columns([*how.columns]).take(row)
    names = pa.array(np.tile(np.arange(width), rows)).filter(kept.combine_chunks())
    called = pa.array([how.names.get(column, column) for column in how.columns], pa.string())
    long = long.append_column(how.into, called.take(names))
    if how.value is not None:
        long = long.append_column(how.value, cells.filter(kept))
    return Batch(file=batch.file, lines=batch.lines.take(row), columns=long)


def _check(path: Path, names: list[str], how: Unpivot, made: tuple[str, ...]) -> None:
    if missing := [column for column in how.columns if column not in names]:
        raise MappingError(
            f"{path} has no column {missing[0]!r}, which `[unpivot]` names.",
            hint=name_neighbours(missing[0], names),
            field="unpivot.columns",
        )
    if taken := [name for name in made if name in names and name not in how.columns]:
        raise MappingError(
            f"{path} has a column {taken[0]!r} already, which `[unpivot]` would make.",
            hint="Take that column into `columns` of `[unpivot]`, or leave it out of the file.",
            field="unpivot.into",
        )
