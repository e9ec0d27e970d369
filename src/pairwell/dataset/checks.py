"""What a staged table must satisfy before it is merged."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.table import Table
from pairwell.errors import MappingError, SourceError


def check_schema(path: Path, table: Table) -> None:
    """Refuse the Parquet file `path` unless it has exactly the columns and types of `table`, in any order.

    Raises `SourceError` where it cannot be read, `MappingError` where it is another table.
    """
    try:
        found = pq.read_schema(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise SourceError(
            f"{path} cannot be read as Parquet: {error}.", hint="Stage the rows again as a Parquet file."
        ) from error
    if faults := _column_faults(found, table.schema):
        raise MappingError(
            f"The rows for {table.name!r} do not have its columns: {'; '.join(faults)}.",
            hint=f"Expected: {', '.join(f'{field.name} {field.type}' for field in table.schema)}.",
        )


def _column_faults(found: pa.Schema, expected: pa.Schema) -> list[str]:
    missing = [f"{name} is missing" for name in expected.names if name not in found.names]
    extra = [f"{name} is not known" for name in found.names if name not in expected.names]
    wrong = [
        f"{field.name} is {found.field(field.name).type} instead of {field.type}"
        for field in expected
        if found.names.count(field.name) == 1 and found.field(field.name).type != field.type
    ]
    twice = [f"{name} stands there twice" for name in expected.names if found.names.count(name) > 1]
    return missing + extra + wrong + twice


def check_rows(rows: ibis.Table, table: Table) -> int:
    """Refuse `rows` with a null where none may be or with a key that occurs twice; else how many there are."""
    required = [field.name for field in table.schema if not field.nullable]
    nulls = rows.aggregate(n=rows.count(), **{name: rows[name].isnull().sum() for name in required})
    counts = nulls.to_pyarrow().to_pylist()[0]
    if empty := [f"{name} in {counts[name]} rows" for name in required if counts[name]]:
        raise MappingError(f"Columns of {table.name!r} that are always needed are empty: {'; '.join(empty)}.")
    _check_key(rows, table)
    return int(counts["n"])


def _check_key(rows: ibis.Table, table: Table) -> None:
    keys = rows.group_by(*table.key).aggregate(times=lambda t: t.count())
    twice = keys.filter(keys.times > 1).order_by(*table.key).limit(1).to_pyarrow().to_pylist()
    if twice:
        times = twice[0].pop("times")
        named = ", ".join(f"{name} {value!r}" for name, value in twice[0].items())
        raise MappingError(
            f"The rows for {table.name!r} name one thing {times} times: {named}.",
            hint=f"{' + '.join(table.key)} must be unique.",
        )
