"""The newest that a journal holds."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from pairwell.clock import from_micros
from pairwell.operations.database import Database
from pairwell.operations.schema import decisions


def read_newest_decision(database: Database) -> datetime | None:
    """When the newest decision was made; None before the first. Raises `JournalError` where it cannot be read."""
    with database.read() as connection:
        micros = connection.scalar(sa.select(sa.func.max(decisions.c.decided_at)))
    return None if micros is None else from_micros(micros)
