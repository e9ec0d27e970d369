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
import ibis.expr.types as ir

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


def local_time(zone: str, moment: ir.Value) -> ir.Value:
    """What the clocks of `zone`, an IANA name, show at `moment`: a timestamp without a zone."""
    return _timezone(zone, moment)


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC', 6)"), "timestamp(6)"))  # type: ignore[untyped-decorator]
def _timezone(zone: str, moment: ir.Value) -> ir.Value:
    """DuckDB's function; Ibis has none of this meaning."""


@ibis.udf.scalar.builtin(name="epoch_us", signature=(("timestamp('UTC', 6)",), "int64"))  # type: ignore[untyped-decorator]
def micros(moment: ir.Value) -> ir.Value:
    """Microseconds since 1970, as whole numbers."""


def field_of(document: ir.Value, name: str) -> ir.Value:
    """The field `name` of a JSON object as text; null where it has none or the text is no JSON."""
    return _field_of(document, "/" + name.replace("~", "~0").replace("/", "~1"))


@ibis.udf.scalar.builtin(name="json_extract_string", signature=(("string", "string"), "string"))  # type: ignore[untyped-decorator]
def _field_of(document: ir.Value, pointer: ir.Value) -> ir.Value:
    """DuckDB's function, which Ibis has only for its own type of JSON."""


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn the engine's complaints of lost or damaged files, full disks and exhausted memory into `StorageError`."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InvalidInputException) as error:
        complaint = str(error).partition("\n")[0]  # the lines after it quote the statement
        raise StorageError(
            f"The tables could not be computed: {complaint}",
            hint="Check that the disk has room and that no file of the dataset was taken away or damaged.",
        ) from error
