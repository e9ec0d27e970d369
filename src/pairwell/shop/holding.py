"""Tells what is in a workspace: rows, where they came from, how columns were read, and what was refused."""

from __future__ import annotations

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.gates import describe
from pairwell.dataset.store import Dataset
from pairwell.ingest.quarantine import list_refused
from pairwell.shop.held import Held, KeptMapping, Taken

_SOURCES = 30
_LETTERS = 20_000  # of a mapping


def describe_held(workspace: Workspace, dataset: Dataset, settings: Settings) -> Held:
    """What is in. Raises `StorageError`."""
    sources = dataset.newest().sources[::-1]
    return Held(
        timezone=settings.shop.timezone,
        holdings=describe(dataset, settings.learn),
        taken=[Taken(name=one.name, files=one.files, at=one.at, rows=one.rows) for one in sources[:_SOURCES]],
        taken_more=max(len(sources) - _SOURCES, 0),
        mappings=[_kept(workspace, name) for name in sorted(path.name for path in workspace.mappings.glob("*.toml"))],
        refused=list_refused(workspace),
    )


def _kept(workspace: Workspace, name: str) -> KeptMapping:
    text = (workspace.mappings / name).read_text(encoding="utf-8", errors="replace")
    return KeptMapping(name=name, text=text[:_LETTERS])
