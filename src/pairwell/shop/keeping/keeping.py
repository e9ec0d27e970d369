"""What keeps one open workspace safe, small and lawful."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pairwell.config.workspace import Workspace
from pairwell.operations.database import Database
from pairwell.shop.keeping.backup import BackedUp, BackupOptions, make_backup

if TYPE_CHECKING:
    from collections.abc import Callable


class Keeping:
    """Reached as `shop.keeping`."""

    def __init__(self, workspace: Workspace, database: Database, clock: Callable[[], datetime]) -> None:
        self._workspace = workspace
        self._database = database
        self._clock = clock

    def backup(self, path: str | Path, options: BackupOptions = BackupOptions()) -> BackedUp:  # noqa: B008 - frozen
        """Make one file of everything that the workspace could not do without, while decisions and events go on."""
        return make_backup(self._workspace, self._database, Path(path), options=options, now=self._clock())
