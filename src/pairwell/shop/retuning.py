"""Find settings of the score that suit this shop, and pin them where people read them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pairwell.config.pinning import pin_learn, published_without_drift, require_pinnable
from pairwell.config.progress import Advance
from pairwell.config.published import publish_settings
from pairwell.config.standing import Act
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.learn.history import no_later_than, read_history
from pairwell.learn.retune import GRID, Retuned, retune


class Moments(msgspec.Struct, frozen=True, kw_only=True):
    """As of when to learn, and the moment it is."""

    as_of: datetime | None
    now: datetime


def retune_shop(workspace: Workspace, dataset: Dataset, moments: Moments, advance: Advance) -> Retuned:
    """Search, and where something gains more than its noise, write it into `pairwell.toml` and publish it.

    Raises `SettingsError` where `pairwell.toml` holds unpublished changes or cannot be changed line by line, and
    `EvidenceError` where orders are too few; then nothing is changed.
    """
    settings = published_without_drift(workspace).settings
    require_pinnable(workspace, {name: getattr(settings.learn, name) for name in GRID})
    history = no_later_than(read_history(dataset, dataset.newest(), as_of=moments.as_of), moments.now)
    found = retune(history, settings, advance)
    if found.changes:
        pin_learn(workspace, {name: new for name, (_, new) in found.changes.items()})
        publish_settings(workspace, Act(at=moments.now, author="pairwell learn --retune"))
    return found
