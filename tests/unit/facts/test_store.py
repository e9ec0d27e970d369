from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from pairwell.clock import from_micros, to_micros
from pairwell.config.settings import Settings
from pairwell.events import Event, EventLine, EventOrder
from pairwell.facts.effects import EventEffects
from pairwell.facts.ownership import NOTHING, Ownership, Purchases
from pairwell.facts.store import FactStore
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import owned
from pairwell.records import CuratedRelation, Item

NOW = datetime(2026, 11, 21, 10, 20, 0, 123_456, tzinfo=UTC)
TENT = Item(item_id="tent", title="Tent", price_minor=23_500, attributes={"colour": "green", "berths": "2"})
MAT = Item(item_id="mat", title="Mat", price_minor=700)


@pytest.fixture
def facts(database: Database) -> FactStore:
    return FactStore(database)


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[FactStore]:
    """The same facts, held by another process."""
    opened = open_database(database_url, durability="process")
    yield FactStore(opened)
    opened.close()


def test_new_items_are_written_at_revision_one(facts: FactStore) -> None:
    assert facts.write_items([TENT, MAT], at=NOW) == 2
    assert set(facts.items()) == {"tent", "mat"}
    assert facts.items()["tent"].revision == 1
    assert facts.items()["tent"].attributes == TENT.attributes


def test_the_same_items_again_change_nothing(facts: FactStore) -> None:
    facts.write_items([TENT, MAT], at=NOW)
    assert facts.write_items([TENT, MAT], at=NOW + timedelta(days=1)) == 0
    assert facts.items()["tent"].revision == 1


def test_a_changed_item_gets_a_revision_and_the_old_one_stays(facts: FactStore) -> None:
    facts.write_items([TENT], at=NOW)
    dearer = Item(item_id="tent", title="Tent", price_minor=24_000)
    assert facts.write_items([dearer], at=NOW) == 1
    assert facts.items()["tent"].price_minor == 24_000
    before, after = facts.item_at("tent", 1), facts.item_at("tent", 2)
    assert before is not None
    assert after is not None
    assert (before.price_minor, after.price_minor) == (23_500, 24_000)
    assert facts.item_at("tent", 3) is None


def test_facts_that_return_to_an_old_value_are_a_new_revision(facts: FactStore) -> None:
    for price in (1, 2, 1):
        facts.write_items([Item(item_id="x", price_minor=price)], at=NOW)
    assert facts.items()["x"].revision == 3


def test_an_item_named_twice_keeps_both_and_the_last_is_the_newest(facts: FactStore) -> None:
    facts.write_items([MAT, Item(item_id="mat", price_minor=800)], at=NOW)
    assert (facts.items()["mat"].price_minor, facts.items()["mat"].revision) == (800, 2)


def test_what_a_reader_holds_does_not_change_under_it(facts: FactStore) -> None:
    facts.write_items([MAT], at=NOW)
    held = facts.items()
    facts.write_items([TENT], at=NOW)
    assert set(held) == {"mat"}


def test_items_of_another_process_are_seen_at_the_next_call(facts: FactStore, elsewhere: FactStore) -> None:
    facts.write_items([MAT], at=NOW)
    assert set(elsewhere.items()) == {"mat"}
    facts.write_items([TENT, Item(item_id="mat", price_minor=800)], at=NOW)
    assert elsewhere.items() == facts.items()
    assert elsewhere.items()["mat"].price_minor == 800


def test_two_writers_that_have_not_seen_each_other_keep_revisions_apart(facts: FactStore, elsewhere: FactStore) -> None:
    elsewhere.items()
    facts.write_items([MAT], at=NOW)
    elsewhere.write_items([Item(item_id="mat", price_minor=800)], at=NOW)
    assert facts.items()["mat"].revision == 2


def test_a_fresh_reader_loads_the_newest_revision_of_each_item(facts: FactStore, elsewhere: FactStore) -> None:
    for price in range(5):
        facts.write_items([Item(item_id="x", price_minor=price), MAT], at=NOW)
    assert {i.item_id: i.revision for i in elsewhere.items().values()} == {"x": 5, "mat": 1}


def test_relations_come_by_anchor_in_order_of_rank(facts: FactStore, elsewhere: FactStore) -> None:
    second = CuratedRelation(anchor_id="tent", item_id="mat", relation="complement", rank=2)
    first = CuratedRelation(anchor_id="tent", item_id="lamp", relation="complement", rank=1)
    other = CuratedRelation(anchor_id="stove", item_id="gas", relation="requires")
    assert facts.write_relations([second, first, other], at=NOW) == 3
    assert elsewhere.relations_of(["stove", "tent", "stove"]) == [other, first, second]
    assert elsewhere.relations_of(["unknown"]) == []


def test_a_relation_ranked_anew_replaces_its_old_rank(facts: FactStore) -> None:
    facts.write_relations([CuratedRelation(anchor_id="a", item_id="b", relation="complement", rank=3)], at=NOW)
    again = CuratedRelation(anchor_id="a", item_id="b", relation="complement", rank=1)
    assert facts.write_relations([again], at=NOW) == 1
    assert facts.write_relations([again], at=NOW) == 0
    assert facts.relations_of(["a"]) == [again]


def test_a_relation_that_is_left_out_is_gone(facts: FactStore, elsewhere: FactStore) -> None:
    kept = CuratedRelation(anchor_id="tent", item_id="mat", relation="complement")
    withdrawn = CuratedRelation(anchor_id="tent", item_id="mat", relation="never")
    facts.write_relations([kept, withdrawn], at=NOW)
    assert elsewhere.relations_of(["tent"]) == [kept, withdrawn]
    assert facts.write_relations([kept], at=NOW) == 1
    assert facts.relations_of(["tent"]) == elsewhere.relations_of(["tent"]) == [kept]


def _bought(*item_ids: str, at: datetime = NOW, orders: int = 1) -> list[Ownership]:
    purchases = Purchases.of(dict.fromkeys(item_ids, (to_micros(at), orders)))
    return [Ownership("c", purchases.encoded())]


def _ownership(database: Database) -> dict[tuple[str, str], tuple[int, datetime]]:
    with database.read() as connection:
        rows = connection.execute(owned.select()).all()
    return {
        (row.customer_id, item_id): (orders, from_micros(moment))
        for row in rows
        for item_id, (moment, orders) in msgspec.json.decode(row.purchases, type=Purchases).by_item().items()
    }


def test_ownership_is_told_among_the_items_asked_for(facts: FactStore) -> None:
    facts.write_owned(_bought("mat", "tent"))
    assert facts.owned("c", ["mat", "lamp"]) == {"mat"}
    assert facts.owned("c", []) == set()
    assert facts.owned("somebody else", ["mat"]) == set()


def test_what_is_told_anew_takes_the_place_of_what_was_told_before(facts: FactStore, database: Database) -> None:
    facts.write_owned(_bought("mat", "tent"))
    facts.write_owned(_bought("mat", "lamp", at=NOW - timedelta(days=9), orders=3))
    old = NOW - timedelta(days=9)
    assert _ownership(database) == {("c", "mat"): (3, old), ("c", "lamp"): (3, old)}


def test_more_customers_than_go_into_a_transaction_are_all_written(facts: FactStore, database: Database) -> None:
    (known,) = _bought("mat")
    facts.write_owned(Ownership(f"c{number}", known.purchases) for number in range(600))
    facts.write_owned(Ownership(f"c{number}", NOTHING) for number in range(300))
    assert {customer for customer, _ in _ownership(database)} == {f"c{number}" for number in range(300, 600)}


def _buy(database: Database, item_ids: list[str], at: datetime) -> None:
    """An order of customer c, put into effect."""
    order = EventOrder(order_id=f"o-{item_ids}-{at}", lines=[EventLine(item_id=item_id) for item_id in item_ids])
    event = Event(event_id="e", type="order", at=at, customer_id="c", order=order)
    with database.write() as connection:
        EventEffects(database, Settings).apply(connection, [event], [event])


def test_orders_of_one_customer_at_once_all_count(facts: FactStore, database: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        for number in range(40):
            threads.submit(_buy, database, [f"i{number}"], NOW)
    assert len(facts.owned("c", [f"i{number}" for number in range(40)])) == 40


def test_what_is_no_longer_told_of_is_owned_no_longer_unless_it_was_heard_of_later(
    facts: FactStore, database: Database
) -> None:
    facts.write_owned(_bought("mat", "tent"))
    _buy(database, ["tent"], NOW + timedelta(days=1))
    facts.write_owned([Ownership("c", NOTHING)])
    assert facts.owned("c", ["mat", "tent"]) == {"tent"}
    facts.write_owned(_bought("tent", at=NOW + timedelta(days=2)))
    facts.write_owned([Ownership("c", NOTHING)])
    assert _ownership(database) == {}
