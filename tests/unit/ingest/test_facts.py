from __future__ import annotations

from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.facts import write_facts

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
    loader.facts.add_order("ann", ["cup"], NOW)
    loader.load("returns", "order_id,item_id,quantity,at", "1,cup,1,2026-01-05")
    assert loader.facts.owned("ann", {"cup"}) == {"cup"}
