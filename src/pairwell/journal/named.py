"""What events of one beginning of their names are about."""

from __future__ import annotations

import sqlalchemy as sa

from pairwell.operations.database import Database
from pairwell.operations.schema import events

_ITEMS = (
    sa.select(events.c.item_id)
    .where(
        events.c.person.is_(None),  # an item is nobody's; with the type, it leads into an index
        events.c.type == "item",
        events.c.event_id.startswith(sa.bindparam("beginning"), autoescape=False),
        events.c.item_id.is_not(None),
    )
    .distinct()
)


def items_named(database: Database, beginning: str) -> list[str]:
    """The items of which events told whose names begin so, in order; `beginning` holds no % and no _.

    Raises `JournalError`.
    """
    with database.read() as connection:
        return sorted(connection.scalars(_ITEMS, {"beginning": beginning}))
