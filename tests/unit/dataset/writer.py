"""A process that merges staged batches; started by the tests of concurrency and of kills.

Usage: writer.py WORKSPACE [--die-at CALL] BATCH…    A batch is a folder with orders.parquet and order_lines.parquet.
It says "ready", waits for a line, merges, and says how many snapshots it lost to others.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pairwell.config.workspace import Workspace
from pairwell.dataset import store
from pairwell.dataset.snapshots import Snapshot, Source, publish_snapshot
from pairwell.dataset.store import Dataset

_NOW = datetime(2024, 5, 1, tzinfo=UTC)
_lost = 0


def _publish(folder: Path, snapshot: Snapshot, *, draft: Path) -> bool:
    global _lost  # noqa: PLW0603
    won = publish_snapshot(folder, snapshot, draft=draft)
    _lost += not won
    return won


def _die_at(owner: Any, name: str, *, after: bool) -> None:
    real = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


_DEATHS = {
    "before-rename": (Path, "replace", False),
    "after-rename": (Path, "replace", True),
    "before-link": (os, "link", False),
    "after-link": (os, "link", True),
}


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> None:
    workspace = Workspace(Path(arguments.pop(0)))
    if arguments[0] == "--die-at":
        owner, name, after = _DEATHS[arguments[1]]
        _die_at(owner, name, after=after)
        arguments = arguments[2:]
    store.publish_snapshot = _publish  # type: ignore[attr-defined]
    dataset = Dataset(workspace)
    dataset.table("orders").count().to_pyarrow()
    _say("ready")
    sys.stdin.readline()
    for batch in arguments:
        files = {name: Path(batch) / f"{name}.parquet" for name in ("orders", "order_lines")}
        source = Source(name=batch, files=(), at=_NOW, rows={})
        dataset.merge(files, source=source, now=_NOW)
    _say(str(_lost))


if __name__ == "__main__":
    main(sys.argv[1:])
