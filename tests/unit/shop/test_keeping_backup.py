from __future__ import annotations

import itertools
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from pairwell import create
from pairwell import open as open_workspace
from pairwell.config.published import publish_settings
from pairwell.errors import SourceError, StorageError, UserError, WorkspaceError
from pairwell.events import Event
from pairwell.operations.copying import copy_to_file
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import events
from pairwell.shop.face import Shop
from pairwell.shop.keeping.backup import BackupOptions
from pairwell.shop.keeping.restore import RestoreOptions, restore_backup

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
USUAL = RestoreOptions()


def _shop(folder: Path, url: str = "") -> Shop:
    shop = create(folder)
    if url:
        text = shop.workspace.settings_file.read_text(encoding="utf-8")
        shop.workspace.settings_file.write_text(text.replace('url = ""', f'url = "{url}"', 1), encoding="utf-8")
        publish_settings(shop.workspace)
        shop.close()
        shop = open_workspace(folder)
    return shop


def _view(name: str) -> Event:
    return Event(event_id=name, type="view", at=NOW, customer_id="c-1", item_id="tent")


@pytest.fixture
def shop_url(database_url: str) -> str:
    return "" if database_url.startswith("sqlite") else database_url


def test_a_backup_made_under_load_holds_every_acknowledged_event_once(shop_url: str, tmp_path: Path) -> None:
    names, acknowledged, stop = itertools.count(), list[str](), threading.Event()
    with _shop(tmp_path / "shop", shop_url) as shop:

        def write() -> None:
            while not stop.is_set():
                batch = [f"e{next(names)}" for _ in range(5)]
                assert shop.log_events([_view(name) for name in batch]).accepted == len(batch)
                acknowledged.extend(batch)

        writers = [threading.Thread(target=write) for _ in range(2)]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 50:
            pass
        before = list(acknowledged)
        made = shop.keeping.backup(tmp_path / "b.tar.gz")
        stop.set()
        for writer in writers:
            writer.join()
    restored = restore_backup(tmp_path / "b.tar.gz", tmp_path / "other", options=RestoreOptions(operations=""))
    assert restored.rows == made.rows
    with open_workspace(tmp_path / "other") as other:
        assert other.workspace.operations_file.exists()
        engine = open_database(other.workspace.operations_url(""), durability="process")
        with engine.read() as connection:
            held = connection.scalars(sa.select(events.c.event_id)).all()
        engine.close()
        assert set(before) <= set(held)
        assert len(held) == len(set(held)) == made.rows["events"]
        again = other.log_events([_view(before[0]), _view("later")])
        assert (again.accepted, again.duplicates) == (1, 1)


def test_a_backup_of_one_kind_is_restored_into_the_other(shop_url: str, tmp_path: Path) -> None:
    with create(tmp_path / "shop") as shop:
        shop.log_events([_view("e1"), _view("e2")])
        shop.keeping.backup(tmp_path / "b.tar.gz")
    options = RestoreOptions(operations=shop_url)
    restore_backup(tmp_path / "b.tar.gz", tmp_path / "other", options=options)
    with open_workspace(tmp_path / "other") as other:
        assert other.published.settings.operations.url == shop_url
        assert other.log_events([_view("e2"), _view("e3")]).accepted == 1
    if shop_url:
        with pytest.raises(StorageError, match="not empty"):
            restore_backup(tmp_path / "b.tar.gz", tmp_path / "third", options=options)


def test_a_workspace_is_only_replaced_by_force(tmp_path: Path) -> None:
    with create(tmp_path / "shop") as shop:
        shop.log_events([_view("e1")])
        shop.keeping.backup(tmp_path / "b.tar.gz")
        shop.log_events([_view("e2")])
    with pytest.raises(WorkspaceError, match="already"):
        restore_backup(tmp_path / "b.tar.gz", tmp_path / "shop", options=USUAL)
    restore_backup(tmp_path / "b.tar.gz", tmp_path / "shop", options=RestoreOptions(force=True))
    with open_workspace(tmp_path / "shop") as shop:
        receipt = shop.log_events([_view("e1"), _view("e2")])
    assert (receipt.accepted, receipt.duplicates) == (1, 1)
    assert not list((tmp_path / "shop").glob(".pairwell-*"))


def test_a_damaged_backup_changes_nothing(tmp_path: Path) -> None:
    with create(tmp_path / "shop") as shop:
        shop.log_events([_view("e1")])
        shop.keeping.backup(tmp_path / "b.tar.gz")
    whole = (tmp_path / "b.tar.gz").read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    for broken in (whole[:-200], bytes(flipped), b"", b"no archive at all"):
        (tmp_path / "broken").write_bytes(broken)
        with pytest.raises(SourceError, match="no whole backup"):
            restore_backup(tmp_path / "broken", tmp_path / "shop", options=RestoreOptions(force=True))
    with open_workspace(tmp_path / "shop") as shop:
        assert shop.log_events([_view("e1")]).duplicates == 1
    with pytest.raises(SourceError, match="no file"):
        restore_backup(tmp_path / "absent", tmp_path / "new", options=USUAL)


@pytest.mark.parametrize("step", ["unpack_archive", "bring_forward", "register_backup", "_exchange"])
def test_a_restore_that_fails_leaves_no_folder_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with create(tmp_path / "shop") as shop:
        shop.keeping.backup(tmp_path / "b.tar.gz")
    (tmp_path / "there").mkdir()
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(f"pairwell.shop.keeping.restore.{step}", _killed)
    for folder in ("new", "new/deeper/still", "there", "there/inside", "used"):
        with pytest.raises(KeyboardInterrupt):
            restore_backup(tmp_path / "b.tar.gz", tmp_path / folder, options=USUAL)
        assert sorted(tmp_path.rglob("*")) == before


def test_the_secret_of_pseudonyms_leaves_only_on_request(tmp_path: Path) -> None:
    with create(tmp_path / "shop") as shop:
        shop.workspace.pseudonym_key.write_text("00" * 32)
        shop.keeping.backup(tmp_path / "without.tar.gz")
        shop.keeping.backup(tmp_path / "with.tar.gz", BackupOptions(secrets=True))
    for name, there in (("without", False), ("with", True)):
        made = restore_backup(tmp_path / f"{name}.tar.gz", tmp_path / name, options=USUAL)
        assert made.secrets is there is (tmp_path / name / ".pairwell" / "pseudonym.key").exists()


def test_a_kill_before_the_last_step_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with create(tmp_path / "shop") as shop:
        shop.keeping.backup(tmp_path / "b.tar.gz")
        shop.log_events([_view("e1")])
    for step in ("unpack_archive", "bring_forward", "_exchange"):
        with monkeypatch.context() as patched:
            patched.setattr(f"pairwell.shop.keeping.restore.{step}", _killed)
            with pytest.raises(KeyboardInterrupt):
                restore_backup(tmp_path / "b.tar.gz", tmp_path / "shop", options=RestoreOptions(force=True))
        with open_workspace(tmp_path / "shop") as shop:
            assert shop.log_events([_view("e1")]).duplicates == 1


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_newer_schema_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def from_the_future(database: Database, path: Path) -> dict[str, int]:
        rows = copy_to_file(database, path)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        return rows

    monkeypatch.setattr("pairwell.shop.keeping.backup.copy_to_file", from_the_future)
    with create(tmp_path / "shop") as shop:
        shop.keeping.backup(tmp_path / "b.tar.gz")
    with pytest.raises(StorageError, match="9999"):
        restore_backup(tmp_path / "b.tar.gz", tmp_path / "other", options=USUAL)


def test_a_backup_replaces_a_file_only_where_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    (tmp_path / "deeper").mkdir()
    with _shop(tmp_path / "shop") as shop:
        with pytest.raises(UserError, match="already"):
            shop.keeping.backup(tmp_path / "b.tar.gz")
        assert (tmp_path / "b.tar.gz").read_text() == "mine"
        made = shop.keeping.backup(tmp_path / "deeper" / ".." / "b.tar.gz", BackupOptions(force=True))
    assert made.path == str((tmp_path / "b.tar.gz").resolve())
    assert made.files > 0
