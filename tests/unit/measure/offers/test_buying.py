from __future__ import annotations

from datetime import timedelta
from random import Random

import msgspec
from tests.events import add_events, visits_of
from tests.orders import LATER, START, Order, fill

from pairwell.config.settings import Shop
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.measure.offers.buying import Buying, read_buying
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History

_EVER = Period(START - timedelta(days=1), LATER)
_MINUTE = timedelta(minutes=1)


def _read(workspace: Workspace, orders: list[Order], **visitors: str) -> Buying | None:
    return read_buying(_history(fill(workspace, orders)), visitors, _EVER)


def _history(dataset: Dataset) -> History:
    return History(dataset=dataset, snapshot=dataset.newest(), shop=Shop(currency="EUR", timezone="UTC"))


def test_visits_are_followed_to_their_order_and_the_next(workspace: Workspace) -> None:
    add_events(workspace, visits_of("va vb ca", customer="c-1"))
    lookers = [msgspec.structs.replace(one, event_id=f"l-{one.event_id}") for one in visits_of("vc", "vd")]
    add_events(workspace, [msgspec.structs.replace(one, visitor_id=f"l-{one.visitor_id}") for one in lookers])
    orders = [
        Order("o-1", ("a", "b"), START + 10 * _MINUTE, "c-1"),
        Order("o-2", ("a",), START + timedelta(days=9), "c-1"),
    ]
    found = _read(workspace, orders)
    assert found is not None
    assert found.steps == {"visits": 3, "cart": 1, "order": 1, "add_on": 1, "again": 1}
    assert (found.viewed_before, found.orders, found.orders_met) == (2.0, 2, 1)


def test_half_an_hour_without_an_event_ends_a_visit(workspace: Workspace) -> None:
    first, second = visits_of("va vb", customer="c-1")
    add_events(workspace, [first, msgspec.structs.replace(second, at=START + 31 * _MINUTE)])
    found = _read(workspace, [Order("o-1", ("a",), START + 70 * _MINUTE, "c-1")])
    assert found is not None
    assert found.steps == {"visits": 2, "cart": 0, "order": 0, "add_on": 0, "again": 0}
    assert found.viewed_before is None


def test_events_of_one_moment_are_of_one_visit(workspace: Workspace) -> None:
    events = [msgspec.structs.replace(one, at=START) for one in visits_of(*["va vb vc"] * 500)]
    add_events(workspace, Random(1).sample(events, len(events)))
    found = _read(workspace, [Order("o-1", ("a",), START, "c-1")])
    assert found is not None
    assert found.steps["visits"] == 500


def test_an_order_of_a_visitor_meets_that_visitors_visit(workspace: Workspace) -> None:
    add_events(workspace, visits_of("va", "vb"))
    found = _read(workspace, [Order("o-1", ("a",), START + _MINUTE)], **{"o-1": "v:v00000"})
    assert found is not None
    assert (found.steps["visits"], found.steps["order"]) == (2, 1)


def test_a_visit_is_of_the_period_in_which_it_begins_and_is_not_cut_there(workspace: Workspace) -> None:
    add_events(workspace, visits_of("va vb vc", "vd", customer="c-1"))
    dataset = fill(workspace, [Order("o-1", ("a", "b"), START + 20 * _MINUTE, "c-1")])
    found = read_buying(_history(dataset), {}, Period(START - _MINUTE, START + _MINUTE))
    assert found is not None
    assert found.steps == {"visits": 1, "cart": 1, "order": 1, "add_on": 1, "again": 0}
    assert (found.viewed_before, found.orders) == (3.0, 0)
    later = read_buying(_history(dataset), {}, Period(START + _MINUTE, START + timedelta(days=2)))
    assert later is not None
    assert later.steps == {"visits": 1, "cart": 0, "order": 0, "add_on": 0, "again": 0}
    assert (later.orders, later.orders_met) == (1, 1)


def test_a_shop_that_logs_nothing_has_no_visits(workspace: Workspace) -> None:
    assert _read(workspace, [Order("o-1", ("a",), START, "c-1")]) is None
