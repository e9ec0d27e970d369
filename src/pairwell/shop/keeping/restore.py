"""Make a workspace of a backup."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from pairwell.config.document import compact_settings, parse_settings
from pairwell.config.durable import replace_synced, sync_folder
from pairwell.config.published import load_published, settings_hash
from pairwell.config.settings import Settings
from pairwell.config.turns import TURNS_NAME, files_alone
from pairwell.config.workspace import SETTINGS_NAME, Workspace
from pairwell.dataset.snapshots import load_snapshot
from pairwell.errors import SettingsError, SourceError, StorageError, WorkspaceError
from pairwell.operations.copying import bring_forward, count_rows, load_from_file
from pairwell.operations.database import open_database
from pairwell.shop.keeping.archive import Contents, unpack_archive
from pairwell.shop.keeping.backup import COPY, HIDDEN
from pairwell.shop.keeping.register import read_register, register_backup

_BESIDE = ".pairwell-restore-"
_URL = re.compile(r'(?m)^(?P<before>\s*\[\s*operations\s*\][^\[]*?^\s*url\s*=\s*)(?:"[^"\n]*"|\'[^\'\n]*\')')
_EXCHANGE, _HERE = 2, -100  # of renameat2(2)


class RestoreOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a backup is restored."""

    force: bool = False  # replace the workspace, and what the operations database holds
    operations: str | None = None  # URL of another operations database; "": SQLite in the workspace


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace that was made of a backup."""

    workspace: str
    made_at: datetime  # of the backup
    version: str  # that made it
    snapshot: int
    rows: dict[str, int]  # of the operations database
    models: list[str]
    secrets: bool


def restore_backup(path: Path, folder: Path, *, options: RestoreOptions) -> Restored:
    """Make `folder` the workspace that the backup `path` holds; every file of it is checked first.

    Killed before the folder changes places, the files are as they were, and so is SQLite, which is one of them. What
    PostgreSQL holds is replaced in a transaction of its own just before: killed between the two, restore again.
    Raises `SourceError` where the backup is damaged or newer, `WorkspaceError` where `folder` is a workspace already
    and nobody forces it, `StorageError` where writing fails.
    """
    workspace = Workspace(folder.expanduser().resolve())
    taken = workspace.settings_file.exists() or workspace.operations_file.exists() or workspace.snapshots.exists()
    if taken and not options.force:
        raise WorkspaceError(
            f"{folder} is a workspace already.", hint="Name an empty folder by --into, or replace it by --force."
        )
    with _failures(folder), _nothing_left(workspace), _beside(workspace) as beside:
        contents = unpack_archive(path.expanduser(), beside.root)
        _check(contents, beside)
        if options.operations is not None:
            _point_to(beside, options.operations)
        bring_forward(beside.root / COPY)
        rows = count_rows(beside.root / COPY)
        with files_alone(workspace.hidden):
            register_backup(beside, *read_register(workspace))
            _take_place(beside, workspace, replace=options.force)
    return Restored(
        workspace=str(workspace.root),
        made_at=contents.made_at,
        version=contents.version,
        snapshot=contents.snapshot,
        rows=rows,
        models=contents.models,
        secrets=contents.secrets,
    )


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{folder} could not be restored: {error.strerror or error}.",
            hint="What was there stays. Free some space or mend the rights, then restore again.",
        ) from error


@contextmanager
def _nothing_left(workspace: Workspace) -> Iterator[None]:
    """Where it fails, the folders that were not there before go again, unless something lies in them by now."""
    made = [path for path in (workspace.hidden, workspace.root, *workspace.root.parents) if not path.exists()]
    try:
        yield
    except BaseException:
        if workspace.hidden in made and list(workspace.hidden.glob("*")) == [workspace.hidden / TURNS_NAME]:
            (workspace.hidden / TURNS_NAME).unlink()
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise


@contextmanager
def _beside(workspace: Workspace) -> Iterator[Workspace]:
    """An empty workspace on the same disk; what a killed run left there goes first."""
    workspace.root.mkdir(parents=True, exist_ok=True)
    for left in workspace.root.glob(f"{_BESIDE}*"):
        shutil.rmtree(left, ignore_errors=True)
    beside = Workspace(workspace.root / f"{_BESIDE}{os.getpid()}")
    beside.root.mkdir(mode=0o700)
    try:
        yield beside
    finally:
        shutil.rmtree(beside.root, ignore_errors=True)


def _check(contents: Contents, beside: Workspace) -> None:
    """That the parts of the backup belong together, and this version can read them."""
    load_published(beside)
    tables = load_snapshot(beside.snapshots, contents.snapshot).tables
    missing = [name for names in tables.values() for name in names if not (beside.dataset / name).is_file()]
    if missing:
        raise SourceError(f"The backup lacks {missing[0]}, which its snapshot lists.", hint="Use another backup.")


def _point_to(beside: Workspace, url: str) -> None:
    """Write another operations database into the settings, the published ones and the draft."""
    text = beside.settings_file.read_text(encoding="utf-8-sig")
    quoted = msgspec.json.encode(url).decode()
    draft = _with_url(parse_settings(text, source=SETTINGS_NAME), url)
    changed = _URL.sub(lambda found: found["before"] + quoted, text, count=1)
    if parse_settings(changed) != draft:
        raise SettingsError(
            f"{SETTINGS_NAME} of the backup has no line `url = …` under [operations] that could be changed.",
            hint="Restore it without --operations into a database that is empty.",
            field="operations.url",
        )
    beside.settings_file.write_text(changed, encoding="utf-8")
    settings = _with_url(load_published(beside).settings, url)
    name = settings_hash(settings)
    replace_synced(beside.settings / f"{name}.toml", compact_settings(settings).encode())
    replace_synced(beside.settings / "current", name.encode())


def _with_url(settings: Settings, url: str) -> Settings:
    return msgspec.structs.replace(settings, operations=msgspec.structs.replace(settings.operations, url=url))


def _take_place(beside: Workspace, workspace: Workspace, *, replace: bool) -> None:
    """The exchange of the folder `.pairwell` is the one moment; the draft of the settings follows."""
    operations = load_published(beside).settings.operations
    if operations.url:
        database = open_database(workspace.operations_url(operations.url), durability=operations.durability)
        try:
            load_from_file(beside.root / COPY, database, replace=replace)
        finally:
            database.close()
        (beside.root / COPY).unlink()
    for folder in (beside.hidden, *(path for path in beside.hidden.rglob("*") if path.is_dir())):
        sync_folder(folder)
    _exchange(beside.root / HIDDEN, workspace.hidden)
    (beside.root / SETTINGS_NAME).replace(workspace.settings_file)
    sync_folder(workspace.root)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change their names in one step, where the system can."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    away = one.with_name("before")
    other.replace(away)
    one.replace(other)
