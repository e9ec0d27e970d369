"""A consistent copy of the operations database in one SQLite file, and back into a database of either kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pairwell.errors import JournalError, StorageError
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import audit, events, metadata, page_sessions, people

_ROWS = 1_000
_COUNTED = (people.c.person, events.c.number, audit.c.number)  # numbers that are never given twice


def copy_to_file(database: Database, path: Path) -> dict[str, int]:
    """Copy everything, as it is at one moment, into the new SQLite file `path`; writers go on meanwhile.

    Returns the rows by table. Raises `JournalError` and `StorageError`.
    """
    if database.engine.dialect.name == "sqlite":
        _copy_sqlite(database, path)
    else:
        _copy_rows_to_file(database, path)
    return count_rows(path)


def load_from_file(path: Path, database: Database, *, replace: bool) -> None:
    """Make the copy at `path`, of today's schema, all that `database` holds; in one transaction; nobody stays in.

    Raises `StorageError` where it holds something already, unless told to `replace` that.
    """
    source = open_database(f"sqlite:///{path}", durability="process")
    try:
        with source.read() as reading, database.write() as writing:
            if not replace and not _is_fresh(writing):
                raise StorageError(
                    "The operations database to restore into is not empty.",
                    hint="Name another one by --operations, or let --force replace what it holds.",
                )
            _copy_tables(reading, writing)
            writing.execute(page_sessions.delete())
            _go_on_counting(writing, _counters_of_sqlite(reading))
    finally:
        source.close()


def bring_forward(path: Path) -> None:
    """Migrate the copy at `path` to today's schema, and sign everybody out: who they are may have changed since.

    Raises `StorageError` where it is of a newer one.
    """
    opened = open_database(f"sqlite:///{path}", durability="power")
    try:
        with opened.write() as connection:
            connection.execute(page_sessions.delete())
    finally:
        opened.close()
    _fold_log(path)


def count_rows(path: Path) -> dict[str, int]:
    """The rows of each table in the copy at `path`."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        known = sorted(set(names) & set(metadata.tables))
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in known}  # noqa: S608
    connection.close()
    return counts


def _copy_sqlite(database: Database, path: Path) -> None:
    try:
        with database.read() as connection:
            driver: Any = connection.connection.driver_connection
            target = sqlite3.connect(path)
            try:
                driver.backup(target)  # all pages in one step: one moment, and writers of the log are not kept waiting
            finally:
                target.close()
        _fold_log(path)
    except sqlite3.Error as error:
        raise JournalError(f"The operations database could not be copied: {error}.") from error


def _fold_log(path: Path) -> None:
    """Make the file whole by itself, without a log beside it."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()


def _copy_rows_to_file(database: Database, path: Path) -> None:
    target = open_database(f"sqlite:///{path}", durability="process")
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as reading, target.write() as writing:
            _copy_tables(reading.execution_options(stream_results=True, yield_per=_ROWS), writing)
            _go_on_counting(writing, _counters_of_postgres(reading))
    except sa.exc.SQLAlchemyError as error:
        raise JournalError(f"The operations database could not be copied: {error}.") from error
    finally:
        target.close()
    _fold_log(path)


def _copy_tables(reading: sa.Connection, writing: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        writing.execute(table.delete())
        for part in _parts(reading, table):
            writing.execute(table.insert(), part)


def _parts(reading: sa.Connection, table: sa.Table) -> Iterator[Sequence[Mapping[str, Any]]]:
    for part in reading.execute(sa.select(table)).mappings().partitions(_ROWS):
        yield [dict(row) for row in part]


def _is_fresh(connection: sa.Connection) -> bool:
    """Whether nothing was ever written; a new database has its epochs."""
    tables = [table for table in metadata.sorted_tables if table.name != "epochs"]
    return not any(connection.scalar(sa.select(sa.exists(sa.select(table)))) for table in tables)


def _counters_of_sqlite(connection: sa.Connection) -> dict[str, int]:
    rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all()
    return {row.name: row.seq for row in rows}


def _counters_of_postgres(connection: sa.Connection) -> dict[str, int]:
    return {column.table.name: int(connection.scalar(_LAST, _named(column)) or 0) for column in _COUNTED}


_LAST = sa.text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:of, :named) AS regclass))")
_SET = sa.text("SELECT setval(CAST(pg_get_serial_sequence(:of, :named) AS regclass), :last)")


def _named(column: sa.Column[Any]) -> dict[str, Any]:
    return {"of": column.table.name, "named": column.name}


def _go_on_counting(connection: sa.Connection, last: Mapping[str, int]) -> None:
    """Let numbers go on after the last ones given, also where those rows are gone."""
    for column in _COUNTED:
        number = last.get(column.table.name, 0)
        if number and connection.dialect.name == "postgresql":
            connection.execute(_SET, {**_named(column), "last": number})
        elif number:
            name = column.table.name
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))
