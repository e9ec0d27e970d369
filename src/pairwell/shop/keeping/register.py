"""Which backups were made of a workspace, so that whoever forgets a customer can say where they still are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from pairwell.config.durable import replace_synced
from pairwell.config.workspace import Workspace
from pairwell.errors import StorageError

REGISTER_NAME = "backups.json"


class KnownBackup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made; it may have been moved or deleted since."""

    path: str
    made_at: datetime


def read_register(workspace: Workspace) -> list[KnownBackup]:
    """Every backup made of the workspace, oldest first. Raises `StorageError`."""
    path = _register(workspace)
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[KnownBackup])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        raise StorageError(
            f"The register of backups, {path}, cannot be read: {error}.", hint="Delete it once you know your backups."
        ) from error


def register_backup(workspace: Workspace, *backups: KnownBackup) -> None:
    """Add backups; of two of one path the newer stays."""
    newest: dict[str, KnownBackup] = {}
    for one in sorted((*read_register(workspace), *backups), key=lambda backup: backup.made_at):
        newest[one.path] = one
    listed = sorted(newest.values(), key=lambda backup: backup.made_at)
    replace_synced(_register(workspace), msgspec.json.format(msgspec.json.encode(listed), indent=1))


def _register(workspace: Workspace) -> Path:
    return workspace.hidden / REGISTER_NAME
