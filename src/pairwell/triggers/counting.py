"""How many offers wait and how many are dead, for whoever watches; loads nothing that sends."""

from __future__ import annotations

import sqlalchemy as sa

from pairwell.operations.database import Database
from pairwell.operations.schema import triggered

_WATCHED = ("due", "waiting", "dead")
_COUNTS = (
    sa.select(triggered.c.name, triggered.c.state, sa.func.count())
    .where(triggered.c.state.in_(_WATCHED))
    .group_by(triggered.c.name, triggered.c.state)
)


def count_triggered(database: Database) -> dict[tuple[str, str], int]:
    """By trigger and "due", "waiting" or "dead" how many there are; none is left out. Raises `JournalError`."""
    with database.read() as connection:
        return {(name, state): number for name, state, number in connection.execute(_COUNTS)}
