from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.clock import to_micros
from pairwell.facts.ownership import Bought, Purchases, hear_orders
from pairwell.facts.statements import Statement, state_items
from pairwell.facts.store import FactStore
from pairwell.ingest import facts as facts_of_dataset
from pairwell.ingest.facts import write_facts
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import owned
from pairwell.records import Item

pytestmark = pytest.mark.usefixtures("facts_at_once")

HEAD = "order_id,item_id,title,quantity,unit_price,placed_at,customer_id"


def test_the_price_of_an_item_is_the_median_of_its_last_selling_days(loader: Loader) -> None:
    old = [f"o{n},cup,Cup,1,1.00,2024-01-01 10:{n % 60:02},ann" for n in range(300)]
    new = [f"n{n},cup,Cup,1,{3 + n % 3}.00,2026-01-01 10:00,ann" for n in range(30)]
    days = [f"d{n},cup,Cup,1,4.00,2025-{1 + n // 28:02}-{1 + n % 28:02},ann" for n in range(100)]
    loader.orders(HEAD, *old, *days, *new)
    assert loader.facts.items()["cup"].price_minor == 400


def test_a_price_that_a_catalogue_states_is_the_price(loader: Loader) -> None:
    loader.load("items", "item_id,title,price,category", "cup,Cup,5.00,Kitchen > Cups", "pot,Pot,,")
    loader.orders(HEAD, "1,cup,Cup,1,3.00,2026-01-01,ann", "1,pot,Pot,1,9.00,2026-01-01,ann")
    items = loader.facts.items()
    assert items["cup"].price_minor == 500
    assert items["cup"].category == "Kitchen > Cups"
    assert items["pot"].price_minor == 900


def test_ownership_counts_orders_and_keeps_the_last(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,1,3.00,2026-01-01,ann", "2,cup,Cup,1,3.00,2026-01-02,ann")
    assert loader.facts.owned("ann", {"cup"}) == {"cup"}
    loader.orders(HEAD, "2,pot,Pot,1,9.00,2026-01-02,ann")
    assert loader.facts.owned("ann", {"cup", "pot"}) == {"cup", "pot"}


def test_writing_facts_again_makes_no_new_revision(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,1,3.00,2026-01-01,ann")
    before = loader.facts.items()["cup"].revision
    assert write_facts(loader.dataset, loader.facts, timezone="UTC", now=NOW) == 1
    assert loader.facts.items()["cup"].revision == before


def test_what_came_back_whole_or_fell_out_of_an_order_is_owned_no_longer(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,2,3.00,2026-01-01,ann", "2,pot,Pot,1,9.00,2026-01-02,ann")
    loader.orders(HEAD, "2,pan,Pan,1,9.00,2026-01-02,ann")
    assert loader.facts.owned("ann", {"cup", "pot", "pan"}) == {"cup", "pan"}
    loader.load("returns", "order_id,item_id,quantity,at", "1,cup,1,2026-01-05")
    assert loader.facts.owned("ann", {"cup"}) == {"cup"}
    loader.load("returns", "order_id,item_id,quantity,at", "1,cup,1,2026-01-06")
    assert loader.facts.owned("ann", {"cup"}) == set()


def test_what_was_bought_again_since_stays_owned(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,1,3.00,2026-01-01,ann")
    with loader.database.write() as connection:
        told = Bought(order_id="2", at=to_micros(NOW), item_ids=["cup"])
        hear_orders(connection, loader.database, {"ann": {"2": told}})
    loader.load("returns", "order_id,item_id,quantity,at", "1,cup,1,2026-01-05")
    assert loader.facts.owned("ann", {"cup"}) == {"cup"}


def test_what_is_said_of_pairs_is_no_reason_to_ask_of_all_customers(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.orders(HEAD, "1,cup,Cup,1,3.00,2026-01-01,ann")
    with monkeypatch.context() as patched:
        patched.setattr(facts_of_dataset, "_write_people", _refuse)
        loader.load("offer_texts", "item_id,kind,locale,argument", "cup,cross_sell,en,Warm.")
        patched.setattr(facts_of_dataset, "_items", _refuse)
        loader.load("relations", "anchor_id,item_id,relation", "cup,pot,complement")
    assert loader.facts.snapshot() == loader.dataset.newest().number
    assert [text.argument for text in loader.facts.items()["cup"].texts] == ["Warm."]
    assert [one.item_id for one in loader.facts.relations_of(["cup"])] == ["pot"]
    loader.orders(HEAD, "2,pot,Pot,1,9.00,2026-01-02,ann")
    assert loader.facts.owned("ann", {"cup", "pot"}) == {"cup", "pot"}
    assert loader.facts.items()["pot"].price_minor == 900


def _refuse(*_: object) -> None:
    raise AssertionError


def _held(facts: FactStore, database: Database) -> tuple[dict[str, Item], dict[str, set[str]]]:
    # Who says the same again later is no reason for a revision.
    items = {n: msgspec.structs.replace(item, revision=1, stated_at={}) for n, item in facts.items().items()}
    with database.read() as connection:
        rows = connection.execute(sa.select(owned)).all()
    return items, {row.customer_id: {*msgspec.json.decode(row.purchases, type=Purchases).item_ids} for row in rows}


def test_facts_after_many_small_files_are_those_of_all_at_once(loader: Loader, tmp_path: Path) -> None:
    rng = random.Random(5)
    loader.load("items", "item_id,title,price", "cup,Cup,5.00", "pot,Pot,")
    for day in range(1, 4):
        orders = rng.sample(range(8), 4)  # some of them again, on another day and with other lines
        loader.orders(
            HEAD,
            *(
                f"{order},{item},{item.title()},1,{rng.randint(1, 3)}.00,2026-01-{day:02},c{order % 3}"
                for order in orders
                for item in rng.sample(["cup", "pot", "pan", "jug", "lid"], 2)
            ),
        )
        if day == 2:
            loader.load("returns", "order_id,item_id,at", f"{orders[0]},pan,2026-01-20", f"{orders[1]},jug,2026-01-20")
    loader.load("items", "item_id,title,price", "pan,Big pan,", "lid,Lid,0.50", now=NOW)
    database = open_database(f"sqlite:///{tmp_path / 'anew.db'}", durability="process")
    anew = FactStore(database)
    write_facts(loader.dataset, anew, timezone="UTC", now=NOW)
    assert _held(loader.facts, loader.database) == _held(anew, database)


def test_an_order_that_moved_to_another_day_changes_the_price_of_its_items(loader: Loader) -> None:
    days = [f"d{n},cup,Cup,1,{1 if n < 45 else 4}.00,2025-{1 + n // 28:02}-{1 + n % 28:02},ann" for n in range(90)]
    loader.orders(HEAD, *days, "old,cup,Cup,1,9.00,2024-01-01,ann")
    assert loader.facts.items()["cup"].price_minor == 250
    loader.orders(HEAD, "old,cup,Cup,1,9.00,2026-01-01,ann")
    assert loader.facts.items()["cup"].price_minor == 400


def test_a_price_that_an_event_said_stays_until_a_catalogue_says_another(loader: Loader) -> None:
    loader.load("items", "item_id,title,price", "cup,Cup,5.00", "pot,Pot,", now=NOW)
    said = Statement(item_id="cup", at=to_micros(NOW) + 1, values={"price_minor": 400, "stock": 2})
    with loader.database.write() as connection:
        state_items(connection, [said])
    loader.orders(HEAD, "1,cup,Cup,1,3.00,2026-01-01,ann", "1,pot,Pot,1,9.00,2026-01-01,ann")
    cup, pot = loader.facts.items()["cup"], loader.facts.items()["pot"]
    assert (cup.price_minor, cup.stock, pot.price_minor) == (400, 2, 900)
    loader.load("items", "item_id,title,price", "cup,Cup,6.00", now=NOW + timedelta(days=1))
    assert (loader.facts.items()["cup"].price_minor, loader.facts.items()["cup"].stock) == (600, 2)
