"""The database fails under a running server: silence in time, nothing lost, and offers again without a restart."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from tests.e2e.failing import DEADLINE_S, OUTAGE, Watched, notices_a_second, open_shop, promises_kept, watch
from tests.unit.conftest import new_postgres_database, postgres

from pairwell.config.workspace import Workspace, create_workspace

__all__ = ["postgres"]
_MARGIN_S = 1.5  # shorter than every failure: an answer that waited for its end comes later than this
_BACK_S = 30.0


def check(workspace: Workspace, url: str, seen: Watched) -> None:
    """What holds whatever has failed."""
    during = seen.during(seen.decisions)
    slowest = max(one.ended - one.began for one in during)
    assert len(during) > 10
    assert {one.status for one in seen.decisions} == {200}
    late = [one for one in during if one.began > seen.failed_at + DEADLINE_S]
    assert {one.reason for one in late} <= OUTAGE
    assert slowest < DEADLINE_S + _MARGIN_S
    assert {one.status for one in seen.events} == {202, 503}
    assert seen.retry_after == {"1"}
    assert (seen.unready["status"], seen.unready["ok"]) == (503, False)
    assert [line for line in seen.said if '"journal_unavailable"' in line or '"keys_unread"' in line]
    assert max(seen.back_after_s) < _BACK_S
    assert notices_a_second(seen.said) <= 2.0
    assert not [line for line in seen.said if '"internal"' in line]
    promises_kept(workspace, url, seen)


@contextmanager
def moved_away(workspace: Workspace, *, stand_in: bool) -> Iterator[None]:
    """The file of the journal is elsewhere; a directory may stand in its place."""
    away = workspace.root / "away.db"
    workspace.operations_file.rename(away)
    if stand_in:
        workspace.operations_file.mkdir()
    yield
    if stand_in:
        workspace.operations_file.rmdir()
    away.rename(workspace.operations_file)


@contextmanager
def locked(workspace: Workspace) -> Iterator[None]:
    other = sqlite3.connect(workspace.operations_file, isolation_level=None, timeout=10.0)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.parametrize("stand_in", [False, True])
def test_the_file_of_the_journal_is_gone_for_a_while(workspace: Workspace, stand_in: bool) -> None:
    open_shop(workspace)
    seen = watch(workspace, partial(moved_away, workspace, stand_in=stand_in), seconds=2.0)
    check(workspace, "", seen)


@pytest.mark.slow
def test_another_process_keeps_the_write_lock(workspace: Workspace) -> None:
    open_shop(workspace)
    check(workspace, "", watch(workspace, partial(locked, workspace), seconds=7.0))


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own of a few megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=False)
        if mounted.returncode:
            pytest.skip("only root may mount a small disk")
        yield Path(folder)
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    yield
    filler.unlink()


def test_the_disk_is_full_for_a_while(small_disk: Path) -> None:
    workspace = create_workspace(small_disk / "shop")
    open_shop(workspace)
    check(workspace, "", watch(workspace, partial(full, small_disk), seconds=2.0))


@contextmanager
def stopped(server: sa.URL) -> Iterator[None]:
    """Every process of PostgreSQL stands still: it takes connections and answers nothing."""
    folder = Path(str(server.query["host"]))
    leader = int((folder / "postmaster.pid").read_text().splitlines()[0])
    pids = [leader, *(child.pid for child in psutil.Process(leader).children(recursive=True))]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in reversed(pids):
        os.kill(pid, signal.SIGCONT)


@contextmanager
def cut_off(server: sa.URL) -> Iterator[None]:
    """Nobody may connect any more, and whoever was is thrown out."""
    name = server.database
    throw_out = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    engine = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.exec_driver_sql(throw_out)
        yield
        connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("fault", [stopped, cut_off])
def test_postgresql_fails_for_a_while(
    workspace: Workspace, postgres: sa.URL, fault: Callable[[sa.URL], AbstractContextManager[None]]
) -> None:
    url = new_postgres_database(postgres)
    open_shop(workspace, url)
    check(workspace, url, watch(workspace, partial(fault, sa.make_url(url)), seconds=12.0))
