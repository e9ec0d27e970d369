"""Files that no snapshot needs any more, and snapshots that nobody needs."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from pairwell.config.turns import files_alone
from pairwell.config.workspace import Workspace
from pairwell.dataset.kept import FOLDER, has_superseded, sweep_kept
from pairwell.dataset.snapshots import load_snapshot, newest_snapshot, numbers_of
from pairwell.errors import StorageError

_log = logging.getLogger(__name__)


def sweep_dataset(workspace: Workspace, *, keep: Collection[int], until: datetime | None) -> tuple[int, int]:
    """Remove all snapshots made before `until` but the newest and those to `keep`, and files that none lists.

    With them go sums that follow from files that the newest does not list. Files written since `until` stay; None:
    nothing stays. Returns how many snapshots and files went. The caller has the files alone.
    """
    numbers = numbers_of(workspace.snapshots)
    kept = {max(numbers, default=0), *keep}
    try:
        old = [number for number in numbers if number not in kept and _is_older(workspace, number, until)]
        for number in old:  # before their files: a snapshot that is there lists files that are
            (workspace.snapshots / f"{number}.json").unlink()
        listed = _listed(workspace, set(numbers) - set(old))
        loose = [path for path in workspace.dataset.glob("*") if path.name not in listed and _written(path, until)]
        for path in loose:
            path.unlink()
        newest = newest_snapshot(workspace.snapshots).tables.values()
        stored = {name for names in newest for name in names}
        sums = sweep_kept(workspace.hidden / FOLDER, stored, unused_s=0.0)
    except OSError as error:
        raise StorageError(
            f"Files of the dataset that nobody needs could not be removed: {error}.", hint="Mend the rights."
        ) from error
    return len(old), len(loose) + sums


def sweep_sums(workspace: Workspace) -> int:
    """Remove sums that newer ones superseded, where nobody uses the files just now; how many went.

    Else the next report does. What cannot be removed is left.
    """
    folder = workspace.hidden / FOLDER
    try:
        if not has_superseded(folder):
            return 0
        with files_alone(workspace.hidden, wait=False) as alone:
            return sweep_kept(folder, unused_s=0.0) if alone else 0
    except OSError as error:
        _log.warning("Sums that nobody needs any more could not be removed: %s", error)
        return 0


def _is_older(workspace: Workspace, number: int, until: datetime | None) -> bool:
    return until is None or load_snapshot(workspace.snapshots, number).created_at < until


def _listed(workspace: Workspace, numbers: Collection[int]) -> set[str]:
    snapshots = [load_snapshot(workspace.snapshots, number) for number in numbers]
    return {name for snapshot in snapshots for names in snapshot.tables.values() for name in names}


def _written(path: Path, until: datetime | None) -> bool:
    return until is None or path.stat().st_mtime < until.timestamp()
