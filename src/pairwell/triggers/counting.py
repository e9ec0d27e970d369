"""How many offers are on their way, and how many could not be delivered; loads nothing that sends."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from pairwell.operations.database import Database
from pairwell.operations.schema import triggered

_COUNTS = (
    sa.select(triggered.c.name, triggered.c.state, sa.func.count().label("number"))
    .where(triggered.c.state.in_(("due", "waiting", "dead")))
    .group_by(triggered.c.name, triggered.c.state)
)


class Watched(msgspec.Struct, kw_only=True):
    """Of one trigger."""

    due: int = 0  # events to decide on
    waiting: int = 0  # offers to deliver
    dead: int = 0  # offers that could not be


def count_triggered(database: Database, names: Iterable[str]) -> dict[str, Watched]:
    """By trigger, those of `names` and others that still hold something. Raises `JournalError`."""
    found = {name: Watched() for name in names}
    with database.read() as connection:
        for row in connection.execute(_COUNTS):
            setattr(found.setdefault(row.name, Watched()), row.state, row.number)
    return found
