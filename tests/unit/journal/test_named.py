"""What events of one beginning of their names are about."""

from __future__ import annotations

from datetime import UTC, datetime

from pairwell.events import Event, EventItem
from pairwell.journal.named import items_named
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


def test_items_are_found_by_the_beginning_of_their_events_names(database_url: str) -> None:
    database = open_database(database_url, durability="process")
    told = {"shop:item:7:1:a": "tent", "shop:item:7:1:b": "tent", "shop:item:7:2:a": "mat", "shop:item:70:1:a": "lamp"}
    events = [
        Event(event_id=name, type="item", at=NOW, item=EventItem(item_id=item_id, published=True))
        for name, item_id in told.items()
    ]
    view = Event(event_id="shop:item:7:3", type="view", at=NOW, visitor_id="v-1", item_id="pan")
    Journal(database).log_events([[*events, view]], effects=None, now=NOW)
    assert items_named(database, "shop:item:7:") == ["mat", "tent"]
    assert items_named(database, "shop:item:8:") == []
    database.close()
