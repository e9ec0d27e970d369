"""What a report is asked for, and where its numbers come from."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.operations.database import Database


class Asked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A period and a segment of one shop. Without a period: the last 30 days that hold orders."""

    dataset: Dataset
    database: Database
    settings: Settings
    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    by: str | None = None  # a segment to slice by
