"""The engine that was chosen, and what every engine gives under the same names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import ibis

from pairwell.config.storing import Engine
from pairwell.engines import duckdb

FILE_COLUMN = duckdb.FILE_COLUMN


def open_engine(choice: Engine = Engine(), *, spill: Path | None = None) -> ibis.BaseBackend:  # noqa: B008 - it is frozen
    """Open the engine that was chosen; what exceeds its memory goes to a folder of its own under `spill`, or beside it.

    Raises `MissingExtraError` or `EngineError` where Spark cannot be had.
    """
    if choice.name == "duckdb":
        return duckdb.open_engine(spill=spill)
    from pairwell.engines.spark import open_spark

    return open_spark(choice, spill=spill)


def open_parquet(engine: ibis.BaseBackend, paths: Sequence[Path]) -> ibis.Table:
    """The rows of exactly these Parquet files, each with the path of its file in `FILE_COLUMN`."""
    if engine.name == "duckdb":
        return duckdb.open_parquet(engine, paths)
    return engine.open_files(paths)


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn an engine's complaints of lost or damaged files, full disks and exhausted memory into `StorageError`."""
    try:
        with duckdb.storage_failures():
            yield
    except Exception as error:
        # Spark is asked only where it computed: to load it takes a second.
        if not type(error).__module__.startswith(("pyspark.", "py4j.")):
            raise
        from pairwell.engines.spark import complaint_of

        if (complaint := complaint_of(error)) is None:
            raise
        raise duckdb.could_not(complaint) from error
