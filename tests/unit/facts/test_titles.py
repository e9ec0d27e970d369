"""What items are called, of those alone that are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pairwell.facts.store import FactStore
from pairwell.facts.titles import read_titles
from pairwell.operations.database import Database
from pairwell.records import Item

_AT = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_newest_title_of_each_item_that_is_asked_for_and_has_one(database: Database) -> None:
    facts = FactStore(database)
    facts.write_items([Item(item_id="tent", title="Tent"), Item(item_id="mat", title="Mat")], at=_AT)
    facts.write_items([Item(item_id="tent", title="Tent, green"), Item(item_id="x")], at=_AT + timedelta(days=1))
    assert read_titles(database, ["tent", "x", "unknown"]) == {"tent": "Tent, green"}
    assert read_titles(database, []) == {}
