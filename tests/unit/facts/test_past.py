from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pairwell.facts.past import PastItems
from pairwell.facts.store import FactStore
from pairwell.operations.database import Database
from pairwell.records import Item

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def past(database: Database) -> PastItems:
    facts = FactStore(database)
    for number, price in enumerate((700, 800, 900)):
        facts.write_items([Item(item_id="mat", price_minor=price)], at=NOW + number * DAY)
    facts.write_items([Item(item_id="lamp", price_minor=2_500)], at=NOW + DAY)
    return PastItems(database)


def prices(found: dict[str, Item]) -> dict[str, int | None]:
    return {item_id: item.price_minor for item_id, item in found.items()}


def test_facts_are_those_of_their_revision(past: PastItems) -> None:
    found = [past.item_at("mat", revision) for revision in range(5)]
    assert [item and item.price_minor for item in found] == [None, 700, 800, 900, None]
    assert past.item_at("stove", 1) is None


def test_facts_are_the_newest_of_a_moment(past: PastItems) -> None:
    asked = ["lamp", "mat", "stove"]
    assert prices(past.as_of(asked, NOW - DAY)) == {}
    assert prices(past.as_of(asked, NOW)) == {"mat": 700}
    assert prices(past.as_of(asked, NOW + 1.5 * DAY)) == {"lamp": 2_500, "mat": 800}
    assert prices(past.as_of(asked, NOW + 99 * DAY)) == {"lamp": 2_500, "mat": 900}


def test_facts_written_under_an_earlier_clock_hold_from_those_before(database: Database) -> None:
    facts = FactStore(database)
    facts.write_items([Item(item_id="mat", price_minor=700)], at=NOW)
    facts.write_items([Item(item_id="mat", price_minor=800)], at=NOW - DAY)
    assert prices(PastItems(database).as_of(["mat"], NOW)) == {"mat": 800}
    assert prices(PastItems(database).as_of(["mat"], NOW - DAY)) == {}
