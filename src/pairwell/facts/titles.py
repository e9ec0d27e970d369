"""What some items are called, without reading all there are."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import sqlalchemy as sa

from pairwell.operations.database import Database
from pairwell.operations.schema import items
from pairwell.records import Item

_LATER = items.alias("later")
_NEWEST = sa.select(items.c.fact).where(
    items.c.item_id.in_(sa.bindparam("ids", expanding=True)),
    items.c.revision
    == sa.select(sa.func.max(_LATER.c.revision)).where(_LATER.c.item_id == items.c.item_id).scalar_subquery(),
)
_item = msgspec.json.Decoder(Item)


def read_titles(database: Database, item_ids: Collection[str]) -> dict[str, str]:
    """By id the titles of those of these items that have one; at most a few hundred. Raises `JournalError`."""
    with database.read() as connection:
        facts = connection.scalars(_NEWEST, {"ids": sorted(set(item_ids))}).all()
    return {item.item_id: item.title for item in map(_item.decode, facts) if item.title}
