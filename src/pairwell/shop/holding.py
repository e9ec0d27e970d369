"""Tells what is in a workspace: rows, where they came from, how columns were read, and what was refused."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.gates import describe
from pairwell.dataset.holdings import Holdings
from pairwell.dataset.store import Dataset
from pairwell.ingest.quarantine import list_refused
from pairwell.shop.held import Held, KeptMapping, Taken

_SOURCES = 30
_LETTERS = 20_000  # of a mapping
_MOST_COUNTED = 4
_COUNTED: OrderedDict[bytes, Holdings] = OrderedDict()  # by workspace, files and settings, used last at the end


def describe_held(workspace: Workspace, dataset: Dataset, settings: Settings) -> Held:
    """What is in. Raises `StorageError`."""
    sources = dataset.newest().sources[::-1]
    return Held(
        timezone=settings.shop.timezone,
        holdings=_describe(workspace, dataset, settings.learn),
        taken=[Taken(name=one.name, files=one.files, at=one.at, rows=one.rows) for one in sources[:_SOURCES]],
        taken_more=max(len(sources) - _SOURCES, 0),
        mappings=[_kept(workspace, name) for name in sorted(path.name for path in workspace.mappings.glob("*.toml"))],
        refused=list_refused(workspace),
    )


def _describe(workspace: Workspace, dataset: Dataset, learn: Learn) -> Holdings:
    """As `describe`, kept for as long as the files are the same: counting millions of rows takes seconds."""
    files = sorted((name, list(of)) for name, of in dataset.newest().tables.items())
    asked = msgspec.json.encode((str(workspace.root), files, learn))
    found = _COUNTED.pop(asked, None) or describe(dataset, learn)
    _COUNTED[asked] = found
    while len(_COUNTED) > _MOST_COUNTED:
        _COUNTED.popitem(last=False)
    return found


def _kept(workspace: Workspace, name: str) -> KeptMapping:
    text = (workspace.mappings / name).read_text(encoding="utf-8", errors="replace")
    return KeptMapping(name=name, text=text[:_LETTERS])
