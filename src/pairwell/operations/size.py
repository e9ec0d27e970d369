"""How much room the operations database takes."""

from __future__ import annotations

from pathlib import Path

from pairwell.errors import JournalError
from pairwell.operations.database import Database


def read_size(database: Database) -> int:
    """Bytes on disk; of SQLite with its log, of PostgreSQL without. Raises `JournalError`."""
    if database.engine.dialect.name == "postgresql":
        with database.read() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    path = Path(database.engine.url.database or "")
    try:
        log = path.with_name(f"{path.name}-wal")
        return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    except OSError as error:
        raise JournalError(f"{path} cannot be looked at: {error.strerror}.") from error
