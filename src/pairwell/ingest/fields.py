"""The rows of an export under the names of the table's fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Composed, Mapping, columns_used, near
from pairwell.ingest.sources import Batch, Limits, Refuse, read_batches
from pairwell.ingest.streams import Advance
from pairwell.ingest.vocabulary import kind_of


def read_fields(
    paths: Sequence[Path], mapping: Mapping, *, limits: Limits, refuse: Refuse, advance: Advance
) -> Iterator[Batch]:
    """Stream batches whose columns are called by field; ids and text as text, the rest as the file types it.

    Raises `MappingError` where the mapping names a column that a file does not have, `SourceError` where a file
    cannot be read.
    """
    for path in paths:
        for batch in read_batches(path, mapping.file, limits=limits, refuse=refuse, advance=advance):
            check_columns(path, batch.columns.column_names, mapping)
            yield Batch(file=batch.file, lines=batch.lines, columns=to_fields(batch.columns, mapping))


def check_columns(path: Path, names: Sequence[str], mapping: Mapping) -> None:
    """Raise `MappingError` naming the column that the mapping expects and the file does not have."""
    for column in sorted(columns_used(mapping) - set(names)):
        raise MappingError(
            f"{path} has no column {column!r}, which the mapping names.", hint=near(column, names), field=column
        )


def to_fields(table: pa.Table, mapping: Mapping) -> pa.Table:
    """The fields of `mapping`, taken from the columns of `table`."""
    columns = {name: _field(table, name, column, mapping) for name, column in mapping.columns.items()}
    return pa.table(columns)


def _field(table: pa.Table, name: str, column: str | Composed, mapping: Mapping) -> pa.ChunkedArray:
    kind = kind_of(mapping.table, name)
    if isinstance(column, str):
        return as_text(table[column]) if kind in {"id", "text", "code"} else table[column]
    if column.constant is not None:
        return pa.chunked_array([pa.repeat(pa.scalar(column.constant, pa.string()), len(table))])
    separator = column.separator if column.separator is not None else " > " if name == "category" else " "
    parts = [as_text(table[part]) for part in column.join]
    joined = pc.binary_join_element_wise(*parts, separator, null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), None, joined)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as text; whole numbers lose a decimal part of zeros, so that the id 17850.0 reads 17850."""
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    whole = pc.match_substring_regex(text, r"^-?\d+\.0+$")
    if not pc.any(whole).as_py():
        return text
    return pc.if_else(whole, pc.replace_substring_regex(text, r"\.0+$", ""), text)


