"""Bytes of what was deleted, taken out of the database's files."""

from __future__ import annotations

import mmap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pairwell.errors import JournalError
from pairwell.operations.database import Database
from pairwell.operations.schema import metadata

_PATIENCE_S = 10.0
_WAIT_S = 0.1


def erase_traces(database: Database, needles: Sequence[bytes], tables: Sequence[str]) -> list[str]:
    """Take what was deleted out of the files of the database; says in sentences what could not be reached.

    Of SQLite the log is folded in, and the file is written anew where it still holds one of `needles`. Of PostgreSQL
    `tables` are written anew.
    """
    if database.engine.dialect.name == "postgresql":
        return _rewrite_tables(database, tables)
    fold_log(database)
    if any(found_in(path, needles) for path in files_of(database)):
        _outside(database, "VACUUM")
        fold_log(database)
    return []


def files_of(database: Database) -> list[Path]:
    """The files of a SQLite database; none of PostgreSQL."""
    if database.engine.dialect.name == "postgresql":
        return []
    path = Path(database.engine.url.database or "")
    return [one for one in (path, path.with_name(f"{path.name}-wal")) if one.exists()]


def found_in(path: Path, needles: Sequence[bytes]) -> bool:
    """Whether the file holds one of `needles`."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(needle) >= 0 for needle in needles)


def columns_with(database: Database, needle: str) -> Iterator[str]:
    """The columns, as `table.column`, of which a row holds `needle` anywhere."""
    with database.read() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, sa.LargeBinary | sa.String) and _holds(connection, column, needle):
                    yield f"{table.name}.{column.name}"


def fold_log(database: Database) -> None:
    """Bring all of SQLite's log into its file, and empty it. Raises `JournalError` where somebody reads too long."""
    patience = time.monotonic() + _PATIENCE_S
    while True:
        with database.engine.connect() as connection:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if not busy:
            return
        if time.monotonic() > patience:
            raise JournalError(
                "The log of the operations database is being read and could not be emptied.",
                hint="It still holds what was deleted: run it again when less goes on.",
            )
        time.sleep(_WAIT_S)


def _rewrite_tables(database: Database, tables: Sequence[str]) -> list[str]:
    for name in tables:
        _outside(database, f'VACUUM (FULL) "{name}"')
    kept = "until they are recycled"
    return [f"The write-ahead log of PostgreSQL, its archives, replicas and dumps hold what was deleted {kept}."]


def _outside(database: Database, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)
    except sa.exc.SQLAlchemyError as error:
        raise JournalError(
            f"The operations database could not be written anew: {getattr(error, 'orig', error)}.",
            hint="It still holds bytes of what was deleted: run it again when less goes on.",
        ) from error


def _holds(connection: sa.Connection, column: sa.Column[Any], needle: str) -> bool:
    sought = needle.encode() if isinstance(column.type, sa.LargeBinary) else needle
    looking = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.strpos
    of_bytes = connection.dialect.name != "sqlite" and isinstance(sought, bytes)
    place = _position(sought, column) if of_bytes else looking(column, sought)
    return bool(connection.scalar(sa.select(sa.exists(sa.select(sa.literal(1)).where(place > 0)))))


def _position(sought: bytes | str, column: sa.Column[Any]) -> sa.ColumnElement[int]:
    """Only this function of PostgreSQL looks into bytes."""
    return sa.func.position(sa.literal(sought, sa.LargeBinary).op("IN")(column), type_=sa.Integer)
