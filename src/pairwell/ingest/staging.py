"""Typed rows on disk between reading and merging, in a folder of the run that goes away with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairwell.config.turns import files_in_use
from pairwell.config.workspace import Workspace
from pairwell.errors import StorageError
from pairwell.ingest.convert import staged_schema
from pairwell.ingest.moments import MOMENT
from pairwell.ingest.numbers import half_even

_LEFT = timedelta(days=2)
_LINE_FLAGS = ("quantity_one", "price_from_total")


@contextmanager
def staging_folder(workspace: Workspace, name: str, *, now: datetime) -> Iterator[Path]:
    """A folder of its own under `.pairwell/staging`, removed afterwards, also after an error.

    What killed runs left there two days ago or earlier is removed too. Raises `StorageError` where it cannot be made.
    """
    with files_in_use(workspace.hidden):
        try:
            workspace.staging.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(workspace.staging, now - _LEFT)
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=workspace.staging))
        except OSError as error:
            raise _unwritable(workspace.staging, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into `StorageError`."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _remove_leftovers(folder: Path, before: datetime) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another run removes it at the same time
            if path.stat().st_mtime < before.timestamp():
                shutil.rmtree(path, ignore_errors=True)


class Staging:
    """Appends converted rows to one Parquet file and numbers them in the order of the source, from 0."""

    def __init__(self, path: Path, table: str, fields: frozenset[str]) -> None:
        self._path = path
        self._is_lines = table in {"orders", "order_lines"}
        self._fields = fields
        self._schema = _numbered(staged_schema(table), is_lines=self._is_lines)
        self._writer = self._open()
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def append(self, rows: pa.Table) -> None:
        """Write `rows`; raises `StorageError` where the disk refuses."""
        seq = pa.array(np.arange(self.rows, self.rows + len(rows)))
        complete = rows.append_column("seq", seq)
        if self._is_lines:
            complete = _complete_lines(complete, self._fields)
        with writing_to(self._path):
            self._writer.write_table(complete.select(self._schema.names))
        self.rows += len(rows)

    def _open(self) -> pq.ParquetWriter:
        # Texts repeat; to look for repeated numbers takes longer than to write them all.
        texts = [field.name for field in self._schema if pa.types.is_string(field.type)]
        with writing_to(self._path):
            return pq.ParquetWriter(self._path, self._schema, compression="lz4", use_dictionary=texts)


def _numbered(schema: pa.Schema, *, is_lines: bool) -> pa.Schema:
    numbered = schema.append(pa.field("seq", pa.int64()))
    if not is_lines:
        return numbered
    return pa.schema([*numbered, *(pa.field(name, pa.bool_()) for name in _LINE_FLAGS)])


def _complete_lines(rows: pa.Table, fields: frozenset[str]) -> pa.Table:
    """Give lines the quantity, price and moment that follow from what they state."""
    quantity = pc.fill_null(rows["quantity"], 1.0)
    of_one = half_even(pc.divide(_paid_and_taken_off(rows), pc.if_else(pc.equal(quantity, 0.0), None, quantity)))
    from_total = pc.and_(pc.is_null(rows["unit_price_minor"]), pc.is_valid(of_one))
    missing = pc.and_(pc.is_null(rows["quantity"]), "quantity" in fields)
    changed = {
        "quantity": quantity,
        "unit_price_minor": pc.coalesce(rows["unit_price_minor"], of_one),
        "line_discount_minor": pc.abs(rows["line_discount_minor"]),
        "discount_minor": pc.abs(rows["discount_minor"]),
    }
    if "placed_at" not in fields:
        changed["placed_at"] = rows["seq"].cast(MOMENT)
    for name, column in changed.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows.append_column("quantity_one", missing).append_column("price_from_total", from_total)


def _paid_and_taken_off(rows: pa.Table) -> pa.ChunkedArray:
    off = pc.fill_null(pc.abs(rows["line_discount_minor"]), 0)
    return pc.add(rows["line_total_minor"], off).cast(pa.float64())


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Rows cannot be staged in {path}: {error.strerror or error}.",
        hint="Check that the disk has room and that you may write there; nothing was stored.",
    )
