"""Free columns of a row, gathered into one JSON object as text."""

from __future__ import annotations

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

_SEPARATOR = "\x1f"  # reads of text files refuse no control characters but zero, so rows are compared, not split
_EMPTY = "\x1e"


def gather_attributes(columns: pa.Table, prefix: str) -> pa.Array:
    """The columns called PREFIXname as JSON objects, names sorted, empty cells left out; null where all are empty."""
    names = sorted(name for name in columns.column_names if name.startswith(prefix))
    if not names:
        return pa.nulls(columns.num_rows, pa.string())
    cells = [columns[name].combine_chunks().cast(pa.string()) for name in names]
    keys = pc.binary_join_element_wise(*(pc.fill_null(cell, _EMPTY) for cell in cells), _SEPARATOR).dictionary_encode()
    firsts = _first_rows(keys)
    distinct = pa.table([cell.take(firsts) for cell in cells], names=[name.removeprefix(prefix) for name in names])
    return pa.array([_object(row) for row in distinct.to_pylist()], pa.string()).take(keys.indices)


def _first_rows(keys: pa.DictionaryArray) -> pa.Array:
    rows = pa.table({"key": keys.indices, "row": pa.array(range(len(keys)), pa.int64())})
    firsts = rows.group_by("key").aggregate([("row", "min")]).sort_by("key")
    return firsts["row_min"].combine_chunks()


def _object(row: dict[str, str | None]) -> str | None:
    stated = {name: value for name, value in row.items() if value is not None}
    return msgspec.json.encode(stated, order="deterministic").decode() if stated else None
