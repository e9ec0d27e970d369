"""Find settings of the score that suit this shop, and pin them where people read them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pairwell.config.editing import edit_draft
from pairwell.config.progress import Advance
from pairwell.config.published import publish_settings, published_without_drift
from pairwell.config.standing import Act
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.learn.history import no_later_than, read_history
from pairwell.learn.retune import Retuned, retune


class Moments(msgspec.Struct, frozen=True, kw_only=True):
    """As of when to learn, and the moment it is."""

    as_of: datetime | None
    now: datetime


def retune_shop(workspace: Workspace, dataset: Dataset, moments: Moments, advance: Advance) -> Retuned:
    """Search, and where something gains more than its noise, write it into `pairwell.toml` and publish it.

    Raises `SettingsError` where `pairwell.toml` holds unpublished changes, and `EvidenceError` where orders are too
    few; then nothing is changed.
    """
    settings = published_without_drift(workspace).settings
    history = no_later_than(read_history(dataset, dataset.newest(), as_of=moments.as_of), moments.now)
    found = retune(history, settings, advance)
    if found.changes:
        edit_draft(workspace, {f"learn.{name}": new for name, (_, new) in found.changes.items()})
        publish_settings(workspace, Act(at=moments.now, author="pairwell learn --retune"))
    return found
