"""The default engine: DuckDB in memory, bounded, offline, in UTC."""

from __future__ import annotations

import glob
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis

from pairwell.errors import StorageError

FILE_COLUMN = "filename"


def open_engine(*, threads: int = 2, memory_limit_mb: int = 2000, spill: Path | None = None) -> ibis.BaseBackend:
    """Open an in-memory DuckDB; what exceeds `memory_limit_mb` spills to a folder of its own under `spill`.

    Without `spill` a query that needs more memory fails. Rows come in no particular order unless the
    expression orders them.
    """
    return ibis.duckdb.connect(
        threads=threads,
        memory_limit=f"{memory_limit_mb}MB",
        # Two engines must not share one folder: DuckDB names its spill files alike in every process.
        temp_directory="" if spill is None else str(spill / f"spill-{os.getpid()}-{uuid.uuid4().hex}"),
        preserve_insertion_order=False,
        # It mistakes a file written anew within a second for the old one.
        enable_external_file_cache=False,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )


def open_parquet(engine: ibis.BaseBackend, paths: Sequence[Path]) -> ibis.Table:
    """The rows of exactly these Parquet files, each with the path of its file in `FILE_COLUMN`."""
    # The engine takes paths for patterns; a folder may well be called "shop [old]".
    return engine.read_parquet([glob.escape(str(path)) for path in paths], **{FILE_COLUMN: True})


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn the engine's complaints of lost or damaged files, full disks and exhausted memory into `StorageError`."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InvalidInputException) as error:
        raise could_not(str(error).partition("\n")[0]) from error  # the lines after it quote the statement


def could_not(complaint: str) -> StorageError:
    """That an engine failed for the machine's sake."""
    return StorageError(
        f"The tables could not be computed: {complaint}",
        hint="Check that the disk has room and that no file of the dataset was taken away or damaged.",
    )
