"""Make one file of everything that a workspace could not do without."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from pairwell.config.standing import CURRENT, LOG
from pairwell.config.turns import files_in_use
from pairwell.config.version import engine_version
from pairwell.config.workspace import SETTINGS_NAME, Workspace
from pairwell.dataset.snapshots import load_snapshot
from pairwell.dataset.tables import SCHEMA_VERSION
from pairwell.errors import StorageError, UserError
from pairwell.model.store import models_in_use
from pairwell.operations.copying import copy_to_file
from pairwell.operations.database import Database
from pairwell.operations.schema import REVISION
from pairwell.shop.keeping.archive import Contents, write_archive
from pairwell.shop.keeping.register import REGISTER_NAME, KnownBackup, register_backup

HIDDEN = ".pairwell"
COPY = f"{HIDDEN}/operations.db"
_WHOLE = ("settings", "mappings", "quarantine")


class BackupOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What goes in beside what always does."""

    models: bool = True  # the live one, the one before, and those that decisions name
    secrets: bool = False  # what turns pseudonyms into ids
    force: bool = False  # replace a file that is there already


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made."""

    path: str
    bytes: int
    snapshot: int
    models: list[str]
    rows: dict[str, int]
    files: int
    secrets: bool


def make_backup(
    workspace: Workspace, database: Database, path: Path, *, options: BackupOptions, now: datetime
) -> BackedUp:
    """Write the backup `path`: all of one moment, while decisions and events go on.

    Everything acknowledged before it began is in it. Raises `StorageError` and `JournalError`; no file is left then.
    Raises `UserError` where there is a file already, unless it is to be replaced.
    """
    target = path.expanduser().resolve()
    if target.exists() and not options.force:
        raise UserError(
            f"There is a file {target} already.", hint="Name another file, or replace this one with --force."
        )
    with files_in_use(workspace.hidden):
        workspace.staging.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="backup-", dir=workspace.staging) as folder:
            copy = Path(folder) / "operations.db"
            rows = copy_to_file(database, copy)
            contents = _contents(workspace, copy, rows, options, now)
            # Before the archive: rather a backup that was never made is named than one that was made is not.
            register_backup(workspace, KnownBackup(path=str(target), made_at=now))
            made = write_archive(target, _files(workspace, copy, contents), contents)
    return BackedUp(
        path=str(target),
        bytes=target.stat().st_size,
        snapshot=made.snapshot,
        models=made.models,
        rows=rows,
        files=len(made.files),
        secrets=made.secrets,
    )


def _contents(
    workspace: Workspace, copy: Path, rows: dict[str, int], options: BackupOptions, now: datetime
) -> Contents:
    return Contents(
        version=engine_version(),
        made_at=now,
        operations_schema=REVISION,
        dataset_schema=SCHEMA_VERSION,
        snapshot=_asked(copy, "SELECT number FROM epochs WHERE name = 'snapshot'", 0),
        secrets=options.secrets and workspace.pseudonym_key.exists(),
        models=_models(workspace, copy) if options.models else [],
        rows=rows,
    )


def _models(workspace: Workspace, copy: Path) -> list[str]:
    """Those that are live or were before, and those that decisions name, as far as they are there."""
    named = models_in_use(workspace.models)
    with sqlite3.connect(f"file:{copy}?mode=ro", uri=True) as connection:
        named |= {row[0] for row in connection.execute("SELECT DISTINCT model FROM decisions WHERE model IS NOT NULL")}
    connection.close()
    return sorted(name for name in named if (workspace.models / name).is_dir())


def _files(workspace: Workspace, copy: Path, contents: Contents) -> Iterator[tuple[str, Path]]:
    """Every file by the name that it has in the workspace."""
    yield SETTINGS_NAME, workspace.settings_file
    yield COPY, copy
    yield f"{HIDDEN}/{REGISTER_NAME}", workspace.hidden / REGISTER_NAME
    if contents.snapshot:
        yield f"{HIDDEN}/snapshots/{contents.snapshot}.json", workspace.snapshots / f"{contents.snapshot}.json"
        tables = load_snapshot(workspace.snapshots, contents.snapshot).tables
        for name in sorted({name for names in tables.values() for name in names}):
            yield f"{HIDDEN}/dataset/{name}", workspace.dataset / name
    folders = [*_WHOLE, *(f"models/{name}" for name in contents.models)]
    for folder in folders:
        for path in sorted((workspace.hidden / folder).glob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield f"{HIDDEN}/{folder}/{path.name}", path
    standing = [workspace.models / name for name in (CURRENT, LOG)]
    yield from ((f"{HIDDEN}/models/{path.name}", path) for path in standing if contents.models and path.exists())
    if contents.secrets:
        yield f"{HIDDEN}/{workspace.pseudonym_key.name}", workspace.pseudonym_key


def _asked(copy: Path, question: str, otherwise: int) -> int:
    try:
        with sqlite3.connect(f"file:{copy}?mode=ro", uri=True) as connection:
            row = connection.execute(question).fetchone()
        connection.close()
    except sqlite3.Error as error:
        raise StorageError(f"The copy of the operations database cannot be read: {error}.") from error
    return int(row[0]) if row else otherwise
