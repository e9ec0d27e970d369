"""Short ways to read a file in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from pairwell.ingest.fields import read_fields
from pairwell.ingest.mapping import FileFormat, Mapping
from pairwell.ingest.sources import Batch, Limits, RefusedRow, read_batches


class Read(msgspec.Struct):
    """What came of a file."""

    rows: list[tuple[Any, ...]] = []
    lines: list[int] = []
    columns: list[str] = []
    refused: list[RefusedRow] = []
    advanced: int = 0
    batches: int = 0

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(row.line, row.reason) for row in self.refused]

    def take(self, batch: Batch) -> None:
        self.columns = batch.columns.column_names
        self.rows += [tuple(row.values()) for row in batch.columns.to_pylist()]
        self.lines += batch.lines.to_pylist()
        self.batches += 1

    def advance(self, size: int) -> None:
        self.advanced += size


def read_file(path: Path, file: FileFormat | None = None, limits: Limits | None = None) -> Read:
    """All rows of one file."""
    found = Read()
    for batch in read_batches(
        path, file or FileFormat(), limits=limits or Limits(), refuse=found.refused.append, advance=found.advance
    ):
        found.take(batch)
    return found


def read_mapped(paths: list[Path], mapping: Mapping, limits: Limits | None = None) -> Read:
    """All rows of an export, by field."""
    found = Read()
    for batch in read_fields(
        paths, mapping, limits=limits or Limits(), refuse=found.refused.append, advance=found.advance
    ):
        found.take(batch)
    return found


def write(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    """A file with that content, as UTF-8 where it is text."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
