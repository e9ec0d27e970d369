"""Open the operations database, bring its schema forward, and hand out connections."""

from __future__ import annotations

import math
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pairwell.config.masking import mask_password
from pairwell.errors import JournalError, MissingExtraError, SettingsError
from pairwell.operations.idle import IdleConnections
from pairwell.operations.made import Made
from pairwell.operations.prepared import Prepared
from pairwell.operations.presence import DatabaseFile
from pairwell.operations.schema import epochs
from pairwell.operations.upgrade import upgrade_schema

Durability = Literal["process", "power"]
WAIT_MS = 5_000  # for another writer
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_BEGIN = Prepared(sa.text("BEGIN IMMEDIATE"))
_FOLD_IN = Prepared(sa.text("PRAGMA wal_checkpoint(PASSIVE)"))
_LOG_PAGES = 4_000  # of 4 kB; a server folds them in before there are so many, other processes at a commit
_RETRY_S = 0.02
_CONNECT_S = 2  # the least that PostgreSQL's library takes
_FRESH_S = 1.0  # a server that was restarted meanwhile is noticed by then
_ROOM_BYTES = 1_000_000  # a decision is some kilobytes; the last ones still fit while somebody makes room


class Database:
    """The operations database: SQLite or PostgreSQL behind the same two verbs.

    Every failure of the database inside `read` or `write` surfaces as `JournalError`.
    """

    def __init__(
        self, engine: sa.Engine, wait_ms: int, *, made: Made | None = None, made_by_others: bool = False
    ) -> None:
        self.engine = engine
        self._made = made
        self._file = DatabaseFile(engine.url, made_by_others=made_by_others)
        self._wait_ms = wait_ms
        self._prepared = False
        reader = engine if _is_sqlite(engine) else engine.execution_options(isolation_level="AUTOCOMMIT")
        fresh_s = math.inf if _is_sqlite(engine) else _FRESH_S
        self._readers = IdleConnections(reader, fresh_s=fresh_s)
        self._writers = IdleConnections(engine.execution_options(writes=True), fresh_s=fresh_s)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection on which every statement sees the newest committed state."""
        self._look_at_file()
        self.prepare()
        with _journal_errors(self.engine), self._readers.take() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction: durable on leaving, undone on any error. SQLite admits one at a time, by lock."""
        self._look_at_file()
        self.prepare()
        with _journal_errors(self.engine), self._writers.take() as connection, connection.begin():
            yield connection
        self._file.require_same()  # what went into a file that is no longer there is not durable

    def prepare(self) -> None:
        """Bring the schema forward, where that is not done yet. Raises `JournalError` and `StorageError`."""
        if self._prepared:
            return
        if self._made and self._file.is_missing():
            self._require_new()
        with _journal_errors(self.engine):
            _switch_on_wal(self.engine, self._wait_ms)
            upgrade_schema(self.engine, self._require_new)
        self._file.remember()
        if self._made:
            self._made.note()
        self._prepared = True

    def _require_new(self) -> None:
        """Raise `JournalError` where nothing is there, but there was."""
        if self._made:
            self._made.require_not(_shown(self.engine.url))

    def probe(self) -> None:
        """Raise `JournalError` unless a write can be made durable now, and the disk has room for more than this one."""
        self._check_room()
        number = epochs.c.number + 1  # SQLite writes nothing where nothing differs
        insert = self.insert(epochs).values(name="probe", number=1)
        with self.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"number": number}))

    def fold_in(self) -> None:
        """Write what SQLite has in its log into its file, while others read and write; else commits do it in the end.

        One that does waits for the disk, and who asked for it waits too.
        """
        if _is_sqlite(self.engine):
            with self.read() as connection:
                _FOLD_IN.rows(connection, {})

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows ON CONFLICT in this database's dialect."""
        return sqlite.insert(table) if _is_sqlite(self.engine) else postgresql.insert(table)

    def close(self) -> None:
        """Let go of every connection; none may be in use."""
        self._let_go()

    def _let_go(self) -> None:
        self._readers.let_go()
        self._writers.let_go()
        self.engine.dispose()

    def _look_at_file(self) -> None:
        """Open the file anew where another has taken its place. Raises `JournalError` where there is none now."""
        if self._prepared and not self._file.is_same():
            self._prepared = False
            self._let_go()
        if not self._prepared:
            self._file.require_there()

    def _check_room(self) -> None:
        # One row fits into room that the file has already where a decision does not any more.
        if not _is_sqlite(self.engine):
            return
        with self.read() as connection:
            path = connection.exec_driver_sql("PRAGMA database_list").all()[0].file  # main comes first
        try:
            free = shutil.disk_usage(Path(path).parent).free
        except OSError as error:
            raise JournalError(f"The directory of {path} cannot be read: {error.strerror}.") from error
        if free < _ROOM_BYTES:
            raise JournalError(
                f"The disk of {path} is full: {free} bytes are left, expected {_ROOM_BYTES} or more.",
                hint="Make room on it.",
            )


def open_database(url: str, *, durability: Durability, wait_ms: int = WAIT_MS, made: Made | None = None) -> Database:
    """Open the database at `url`, migrated forward to this version's schema.

    `wait_ms`: how long a write waits for another writer before it fails. `made`: where it is noted that there was one,
    so that an empty one is refused. Safe when several processes open it at once. Raises `JournalError` where it cannot
    be reached or is empty and should not be, `StorageError` where its schema is of a newer version, `SettingsError`
    where `url` is none.
    """
    database = _open(url, durability=durability, wait_ms=wait_ms, made=made)
    try:
        database.prepare()
    except Exception:
        database.close()
        raise
    return database


def await_database(
    url: str, *, durability: Durability, wait_ms: int = WAIT_MS, hang_s: float | None = None, made: Made | None = None
) -> Database:
    """As `open_database`, also where that raises `JournalError`: whoever uses it gets that until it can be reached.

    `hang_s`: how long a PostgreSQL server may take to answer before its connection is given up; None waits for as
    long as it takes.
    """
    database = _open(url, durability=durability, wait_ms=wait_ms, hang_s=hang_s, made=made)
    try:
        database.prepare()
    except JournalError:
        return database
    except Exception:
        database.close()
        raise
    return database


def join_database(url: str, *, durability: Durability, hang_s: float) -> Database:
    """Open a database that another process makes, once it is used; until its file is there that is a `JournalError`.

    A file of SQLite that is away for a while is never replaced by an empty one, which would take what comes meanwhile.
    Arguments and other errors are those of `open_database`.
    """
    engine = _create_engine(url, durability, WAIT_MS, hang_s)
    return Database(engine, WAIT_MS, made_by_others=True)


def _open(
    url: str, *, durability: Durability, wait_ms: int, hang_s: float | None = None, made: Made | None = None
) -> Database:
    return Database(_create_engine(url, durability, wait_ms, hang_s), wait_ms, made=made)


def _create_engine(url: str, durability: Durability, wait_ms: int, hang_s: float | None) -> sa.Engine:
    try:
        parsed = _with_driver(sa.make_url(url))
        engine = sa.create_engine(parsed, **_engine_options(parsed, wait_ms))
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise MissingExtraError("postgres") from error
    except (ArgumentError, ValueError) as error:  # the latter for a port that is no number
        raise SettingsError(
            "`operations.url` is not a database URL that can be opened.",
            hint="Leave it empty for SQLite in the workspace, or write postgresql://USER@HOST/NAME.",
            field="operations.url",
        ) from error
    if hang_s is not None and not _is_sqlite(engine):
        from pairwell.operations.patience import leave_after  # noqa: PLC0415  (psycopg is an extra)

        leave_after(engine, hang_s)
    if _is_sqlite(engine):
        _prepare_sqlite(engine, durability, wait_ms)
    return engine


def _with_driver(url: sa.URL) -> sa.URL:
    """`url` with the one driver that is ours. Raises `SettingsError` for a database or driver that is not."""
    driver = _DRIVERS.get(url.drivername)
    if driver is not None:
        return url.set(drivername=driver)
    raise SettingsError(
        f"`operations.url` begins with {url.drivername}://; expected postgresql:// (read with psycopg 3) or sqlite://.",
        hint="Leave it empty for SQLite in the workspace, or write postgresql://USER@HOST/NAME.",
        field="operations.url",
    )


def _engine_options(url: sa.URL, wait_ms: int) -> dict[str, Any]:
    backend = url.get_backend_name()
    if backend == "sqlite":
        driver = {"timeout": wait_ms / 1000, "isolation_level": None, "check_same_thread": False}
        return {"max_overflow": -1, "connect_args": driver}
    server = {"options": f"-c lock_timeout={wait_ms}", "connect_timeout": _CONNECT_S}
    return {"max_overflow": -1, "pool_pre_ping": True, "connect_args": server}


def _prepare_sqlite(engine: sa.Engine, durability: Durability, wait_ms: int) -> None:
    synchronous = "FULL" if durability == "power" else "NORMAL"

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {wait_ms}")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted or replaced leaves no bytes in the file

    def begin(connection: sa.Connection) -> None:
        # The lock is taken at once: a transaction that reads first and then writes could not wait for it.
        if connection.get_execution_options().get("writes"):
            _BEGIN.rows(connection, {})

    sa.event.listen(engine, "connect", set_up)
    sa.event.listen(engine, "begin", begin)


def _switch_on_wal(engine: sa.Engine, wait_ms: int) -> None:
    if not _is_sqlite(engine):
        return
    patience = time.monotonic() + wait_ms / 1000
    while True:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except sa.exc.OperationalError as error:
            # SQLite does not wait here by itself when another process switches at the same moment.
            if "locked" not in str(error.orig) or time.monotonic() > patience:
                raise
            time.sleep(_RETRY_S)
        else:
            return


def _is_sqlite(engine: sa.Engine) -> bool:
    return engine.dialect.name == "sqlite"


@contextmanager
def _journal_errors(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise JournalError(
            f"The operations database {_shown(engine.url)} failed: {_first_line(cause)}.",
            hint="Check that it can be reached and written, and that its disk is not full.",
        ) from error


def _shown(url: sa.URL) -> str:
    return mask_password(url.render_as_string(hide_password=True))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
