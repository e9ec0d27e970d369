from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from pairwell.backtest.whatif.outcomes import Asked, Outcome, Till, find_outcomes
from pairwell.events import Event, EventLine, EventOrder, EventReturn
from pairwell.facts.past import PastItems
from pairwell.records import Item
from pairwell.shop.face import Shop, create_shop

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with create_shop(tmp_path / "shop") as made:
        workspace = made.workspace
    with Shop(workspace, clock=lambda: NOON + 48 * HOUR) as opened:
        tents = Item(item_id="tent", price_minor=20_000, cost_minor=15_000)
        opened.facts.write_items([tents, Item(item_id="mat", price_minor=700, cost_minor=300)], at=NOON - HOUR)
        yield opened


def asked(name: str, at: datetime, *offered: list[str], unit: str = "c:1") -> Asked:
    return Asked(decision_id=name, unit=unit, at=at, offered=list(offered))


def order(name: str, at: datetime, *lines: EventLine, customer: str | None = "1", visitor: str | None = None) -> Event:
    placed = EventOrder(order_id=name, lines=[*lines])
    return Event(event_id=f"e-{name}", type="order", at=at, customer_id=customer, visitor_id=visitor, order=placed)


def outcomes(shop: Shop, requests: list[Asked], *events: Event, **more: float) -> dict[str, Outcome]:
    receipt = shop.log_events(list(events))
    assert not receipt.refused
    shop.keeping.compact()
    return find_outcomes(requests, till(shop, **more))


def till(shop: Shop, hours: float = 24, **costs: float) -> Till:
    return Till(
        dataset=shop.dataset,
        database=shop._database,
        items=PastItems(shop._database),
        shop=msgspec.structs.replace(shop.published.settings.shop, **costs),
        window=timedelta(hours=hours),
        now=NOON + 48 * HOUR,
    )


MAT = EventLine(item_id="mat", unit_price_minor=700)
TENT = EventLine(item_id="tent", unit_price_minor=20_000)


def test_an_order_counts_for_the_last_request_before_it(shop: Shop) -> None:
    requests = [asked("early", NOON, ["mat"]), asked("late", NOON + HOUR, ["mat"]), asked("after", NOON + 3 * HOUR)]
    found = outcomes(shop, requests, order("o", NOON + 2 * HOUR, TENT, MAT))
    assert found["late"] == Outcome(units={0: 1.0}, earned_minor=5_000 + 400, orders=1)
    assert found["early"] == found["after"] == Outcome()


def test_an_item_counts_for_the_last_slate_that_held_it(shop: Shop) -> None:
    requests = [asked("early", NOON, ["lamp"], ["mat"]), asked("late", NOON + HOUR, ["lamp"])]
    found = outcomes(shop, requests, order("o", NOON + 2 * HOUR, MAT))
    assert found["early"].units == {1: 1.0}
    assert (found["late"].units, found["late"].orders) == ({}, 1)


def test_beyond_the_window_nothing_is_an_outcome(shop: Shop) -> None:
    found = outcomes(shop, [asked("d", NOON, ["mat"])], order("o", NOON + 5 * HOUR, MAT), hours=4)
    assert found["d"] == Outcome()


@pytest.mark.parametrize("cost", [0.0, 150.0])
def test_what_came_back_earned_nothing_and_cost_a_return(shop: Shop, cost: float) -> None:
    three = EventLine(item_id="mat", quantity=3, unit_price_minor=700)
    back = Event(
        event_id="r",
        type="return",
        at=NOON + 9 * HOUR,
        customer_id="1",
        returned=EventReturn(order_id="o", item_id="mat", quantity=1),
    )
    found = outcomes(shop, [asked("d", NOON, ["mat"])], order("o", NOON + HOUR, three), back, return_cost_minor=cost)
    assert found["d"] == Outcome(units={0: 3.0}, earned_minor=2 * 400 - cost, orders=1)


def test_a_second_parcel_costs_its_shipping(shop: Shop) -> None:
    first, second = asked("first", NOON, ["mat"]), asked("second", NOON + 2 * HOUR, ["mat"])
    second = msgspec.structs.replace(second, ships_again=True)
    placed = order("o", NOON + HOUR, TENT), order("p", NOON + 3 * HOUR, MAT)
    found = outcomes(shop, [first, second], *placed, shipping_minor=490.0)
    assert (found["first"].earned_minor, found["second"].earned_minor) == (5_000, 400 - 490)


@pytest.mark.parametrize(("bought", "units"), [([MAT, TENT], 1.0), ([MAT], 0.5)])
def test_a_part_of_a_bundle_counts_as_its_share(shop: Shop, bought: list[EventLine], units: float) -> None:
    found = outcomes(shop, [asked("d", NOON, ["mat", "tent"])], order("o", NOON + HOUR, *bought))
    assert found["d"].units == {0: units}


def test_of_others_nothing_counts(shop: Shop) -> None:
    requests = [asked("d", NOON, ["mat"]), asked("v", NOON, ["mat"], unit="v:9")]
    found = outcomes(shop, requests, order("o", NOON + HOUR, MAT, customer="2"), order("p", NOON + HOUR, MAT))
    assert found["d"].orders == 1
    assert found["v"] == Outcome()


@pytest.mark.parametrize("named", [None, "d", "of nobody here"])
def test_lines_that_name_an_offer_count_as_others_do(shop: Shop, named: str | None) -> None:
    """Only slates that were shown can be named, so that counting by names would count more of them."""
    requests = [asked("d", NOON, ["mat"]), asked("last", NOON + HOUR, ["mat"])]
    line = EventLine(item_id="mat", unit_price_minor=700, decision_id=named, offer_no=0 if named else None)
    late = order("late", NOON + 30 * HOUR, line)
    found = outcomes(shop, requests, order("o", NOON + 2 * HOUR, line), late)
    assert (found["d"].units, found["last"].units) == ({}, {0: 1.0})


def test_a_visitor_buys_as_a_visitor_or_as_the_customer_that_it_turned_out_to_be(shop: Shop) -> None:
    requests = [asked("v", NOON, ["mat"], unit="v:9"), asked("c", NOON, ["mat"]), asked("w", NOON, ["mat"], unit="v:8")]
    became = Event(event_id="b", type="view", at=NOON, customer_id="1", visitor_id="7", item_id="tent")
    orders = (order(name, NOON + HOUR, MAT, customer=None, visitor=name) for name in ("9", "7"))
    found = outcomes(shop, requests, became, *orders)
    assert [found[name].orders for name in ("v", "c", "w")] == [1, 1, 0]
    assert found["v"].units == found["c"].units == {0: 1.0}
