"""The rows of an export under the names of the table's fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.explaining import name_neighbours
from pairwell.config.progress import BytesRead
from pairwell.errors import MappingError
from pairwell.ingest.layouts import read_baskets, read_json_baskets
from pairwell.ingest.lookups import add_columns, as_text, read_lookups, split_paths
from pairwell.ingest.mapping import Composed, Mapping, columns_used
from pairwell.ingest.sources import Batch, Limits, Refuse, read_batches
from pairwell.ingest.unpivot import unpivot
from pairwell.ingest.vocabulary import kind_of


def read_fields(
    paths: Sequence[Path], mapping: Mapping, *, limits: Limits, refuse: Refuse, advance: BytesRead
) -> Iterator[Batch]:
    """Stream batches whose columns are called by field; ids and text as text, the rest as the file types it.

    Files that the mapping looks things up in are read whole first. Baskets become one row an item.
    Raises `MappingError` where the mapping names a column that a file does not have, `SourceError` where a file
    cannot be read.
    """
    main, others = split_paths(paths, mapping)
    lookups = read_lookups(others, mapping, limits=limits, refuse=refuse, advance=advance)
    for path in main:
        for batch in _read(path, mapping, limits=limits, refuse=refuse, advance=advance):
            table = _completed(add_columns(batch.columns, lookups), mapping)
            check_columns(path, table.column_names, mapping)
            long = unpivot(path, Batch(file=batch.file, lines=batch.lines, columns=table), mapping)
            yield Batch(file=long.file, lines=long.lines, columns=to_fields(long.columns, mapping))


def check_columns(path: Path, names: Sequence[str], mapping: Mapping) -> None:
    """Raise `MappingError` naming the column that the mapping expects and the file does not have."""
    for column in sorted(columns_used(mapping) - set(names)):
        raise MappingError(
            f"{path} has no column {column!r}, which the mapping names.",
            hint=name_neighbours(column, names),
            field=column,
        )


def to_fields(table: pa.Table, mapping: Mapping) -> pa.Table:
    """The fields of `mapping`, taken from the columns of `table`."""
    columns = {name: _field(table, name, column, mapping) for name, column in mapping.columns.items()}
    if mapping.layout != "lines":
        own = ("order_id", "customer_id", "item_id")
        columns = {name: table[name] for name in own if name in table.column_names} | columns
    return pa.table(columns)


def _read(path: Path, mapping: Mapping, *, limits: Limits, refuse: Refuse, advance: BytesRead) -> Iterator[Batch]:
    if mapping.layout == "baskets":
        return read_baskets(path, mapping, limits=limits, refuse=refuse, advance=advance)
    if mapping.layout == "json-baskets":
        return read_json_baskets(path, mapping, limits=limits, refuse=refuse, advance=advance)
    return read_batches(path, mapping.file, limits=limits, refuse=refuse, advance=advance)


def _completed(table: pa.Table, mapping: Mapping) -> pa.Table:
    """JSON leaves out what is empty: columns that a batch lacks are null."""
    if mapping.file.format not in {"json", "jsonl"}:
        return table
    for column in sorted(columns_used(mapping) - set(table.column_names)):
        table = table.append_column(column, pa.nulls(len(table), pa.string()))
    return table


def _field(table: pa.Table, name: str, column: str | Composed, mapping: Mapping) -> pa.ChunkedArray:
    if isinstance(column, str):
        kind = kind_of(mapping.table, name)
        return as_text(table[column]) if kind in {"id", "text", "code"} else table[column]
    if column.constant is not None:
        return pa.chunked_array([pa.repeat(pa.scalar(column.constant, pa.string()), len(table))])
    separator = column.separator if column.separator is not None else " > " if name == "category" else " "
    parts = [as_text(table[part]) for part in column.join]
    joined = pc.binary_join_element_wise(*parts, separator, null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), None, joined)
