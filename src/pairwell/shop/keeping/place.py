"""Where everything of one workspace lies."""

from __future__ import annotations

import msgspec

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.facts.store import FactStore
from pairwell.operations.database import Database


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that belong together."""

    workspace: Workspace
    settings: Settings
    database: Database
    dataset: Dataset
    facts: FactStore
