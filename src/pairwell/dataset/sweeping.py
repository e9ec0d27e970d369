"""Files that no snapshot needs any more, and snapshots that nobody needs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from pairwell.config.workspace import Workspace
from pairwell.dataset.kept import FOLDER, sweep_kept
from pairwell.dataset.snapshots import load_snapshot, newest_snapshot, numbers_of
from pairwell.errors import StorageError


def sweep_dataset(workspace: Workspace, *, keep: Collection[int], until: datetime | None) -> tuple[int, int]:
    """Remove all snapshots made before `until` but the newest and those to `keep`, and files that none lists.

    With them goes what was kept of sums. Files written since `until` stay; None: nothing stays. Returns how many
    snapshots and files went. The caller has the files alone.
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
        sums = sweep_kept(workspace.hidden / FOLDER, newest_snapshot(workspace.snapshots), unused_s=0.0)
    except OSError as error:
        raise StorageError(
            f"Files of the dataset that nobody needs could not be removed: {error}.", hint="Mend the rights."
        ) from error
    return len(old), len(loose) + sums


def _is_older(workspace: Workspace, number: int, until: datetime | None) -> bool:
    return until is None or load_snapshot(workspace.snapshots, number).created_at < until


def _listed(workspace: Workspace, numbers: Collection[int]) -> set[str]:
    snapshots = [load_snapshot(workspace.snapshots, number) for number in numbers]
    return {name for snapshot in snapshots for names in snapshot.tables.values() for name in names}


def _written(path: Path, until: datetime | None) -> bool:
    return until is None or path.stat().st_mtime < until.timestamp()
