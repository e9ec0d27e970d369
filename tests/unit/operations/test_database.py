from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pairwell.errors import JournalError, MissingExtraError, SettingsError, StorageError
from pairwell.operations import database as opening
from pairwell.operations.database import Database, await_database, open_database
from pairwell.operations.schema import REVISION, epochs, metadata
from pairwell.operations.upgrade import MIGRATIONS


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/operations.db"


def test_the_migrated_schema_is_the_declared_one(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_revision_looked_for_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_opening_again_keeps_what_was_written(database_url: str) -> None:
    first = open_database(database_url, durability="process")
    with first.write() as connection:
        connection.execute(epochs.update().values(number=7))
    first.close()
    again = open_database(database_url, durability="process")
    with again.read() as connection:
        assert set(connection.scalars(sa.select(epochs.c.number))) == {7}
    again.close()


OPEN = """
import sys
from pairwell.operations.database import open_database
open_database(sys.argv[1], durability="process").close()
"""


def test_many_processes_may_open_a_new_database_at_once(database_url: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", OPEN, database_url], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    ends = [(p.communicate()[1].decode(), p.returncode) for p in processes]
    assert ends == [("", 0)] * 4
    database = open_database(database_url, durability="process")
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(epochs)) == 7
    database.close()


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    database = open_database(database_url, durability="process")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StorageError, match="9999"):
        open_database(database_url, durability="process")


def _write_and_fail(database: Database) -> None:
    with database.write() as connection:
        connection.execute(epochs.update().values(number=7))
        raise ZeroDivisionError


def test_an_error_inside_a_transaction_undoes_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    with database.read() as connection:
        assert set(connection.scalars(sa.select(epochs.c.number))) == {0}


@pytest.mark.parametrize(("durability", "synchronous"), [("process", 1), ("power", 2)])
def test_sqlite_writes_ahead_and_syncs_as_the_durability_says(
    tmp_path: Path, durability: opening.Durability, synchronous: int
) -> None:
    database = open_database(sqlite_url(tmp_path), durability=durability)
    with database.read() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    database.close()
    assert found == ["wal", synchronous]


def test_a_locked_database_is_a_journal_error_after_the_wait(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path), durability="process", wait_ms=10)
    other = sqlite3.connect(tmp_path / "operations.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="locked"), database.write():
        pass
    other.execute("ROLLBACK")
    with database.write() as connection:
        connection.execute(epochs.update().values(number=1))
    other.close()
    database.close()


def _write_beyond_the_disk(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite's own way to run out of room
        connection.execute(epochs.insert(), [{"name": f"n{i}", "number": i} for i in range(10_000)])


def test_a_full_disk_is_a_journal_error_and_loses_nothing(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path), durability="process")
    with pytest.raises(JournalError, match="full"):
        _write_beyond_the_disk(database)
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(epochs)) == 7
    database.close()


def test_a_probe_writes_indeed(database_url: str) -> None:
    database, other = (open_database(database_url, durability="process") for _ in range(2))
    numbers = []
    for _ in range(2):
        database.probe()
        with other.read() as connection:
            numbers.append(connection.scalar(sa.select(epochs.c.number).where(epochs.c.name == "probe")))
    assert numbers == [1, 2]
    database.close()
    other.close()


def test_a_probe_fails_where_a_write_does(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path), durability="process")
    with database.write() as connection:
        refusal = "BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER full BEFORE INSERT ON epochs {refusal}")
    with pytest.raises(JournalError, match="disk is full"):
        database.probe()
    database.close()


def test_a_probe_fails_where_the_disk_has_no_room_for_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(sqlite_url(tmp_path), durability="process")
    database.probe()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=8_192))
    with pytest.raises(JournalError, match="8192 bytes are left"):
        database.probe()
    database.close()


def test_a_missing_directory_is_a_journal_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="unable to open"):
        open_database(sqlite_url(tmp_path / "nowhere"), durability="process")


def test_what_need_not_be_there_at_once_is_used_when_it_is(tmp_path: Path) -> None:
    database = await_database(sqlite_url(tmp_path / "later"), durability="process")
    for use in (database.read, database.write):
        with pytest.raises(JournalError, match="unable to open"), use():
            pass
    (tmp_path / "later").mkdir()
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(epochs)) == 7
    database.close()


def test_a_file_that_is_no_database_is_a_journal_error(tmp_path: Path) -> None:
    (tmp_path / "operations.db").write_bytes(b"no database at all" * 1_000)
    with pytest.raises(JournalError, match="not a database"):
        open_database(sqlite_url(tmp_path), durability="process")


def test_a_server_that_does_not_answer_is_a_journal_error_without_its_password() -> None:
    with pytest.raises(JournalError) as caught:
        open_database("postgresql://shop:geheim@127.0.0.1:1/none", durability="process")
    assert "geheim" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("nonsense", "not a database URL"),
        ("postgresql://shop:geheim@host:port/x", "not a database URL"),
        ("mysql://host/x", "begins with mysql://"),
        ("nosuch://host/x", "begins with nosuch://"),
        ("postgresql+psycopg2://shop:geheim@host/x", r"begins with postgresql\+psycopg2://"),
        ("postgresql+asyncpg://shop:geheim@host/x", r"begins with postgresql\+asyncpg://"),
        ("sqlite+aiosqlite:///x.db", r"begins with sqlite\+aiosqlite://"),
    ],
)
def test_an_address_of_no_known_database_is_a_settings_error(url: str, found: str) -> None:
    with pytest.raises(SettingsError, match=found) as caught:
        open_database(url, durability="process")
    assert caught.value.field == "operations.url"
    assert caught.value.hint is not None
    assert "postgresql://USER@HOST/NAME" in caught.value.hint
    assert "geheim" not in str(caught.value)


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_psycopg(*_: object, **__: object) -> sa.Engine:
        raise ModuleNotFoundError(name="psycopg")

    monkeypatch.setattr(sa, "create_engine", without_psycopg)
    with pytest.raises(MissingExtraError, match="postgres"):
        open_database("postgresql://host/x", durability="process")


def test_what_is_folded_in_is_in_the_file_itself(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path), durability="process")
    with database.write() as connection:
        connection.execute(epochs.insert(), {"name": "folded", "number": 7})
    assert _in_file_alone(tmp_path) == []
    database.fold_in()
    assert _in_file_alone(tmp_path) == [(7,)]
    database.close()


def _in_file_alone(folder: Path) -> list[tuple[int]]:
    """What the file holds without the log beside it."""
    alone = folder / "alone"
    shutil.rmtree(alone, ignore_errors=True)
    alone.mkdir()
    shutil.copy(folder / "operations.db", alone)
    with closing(sqlite3.connect(alone / "operations.db")) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'epochs'").fetchall():
            return []
        return connection.execute("SELECT number FROM epochs WHERE name = 'folded'").fetchall()
