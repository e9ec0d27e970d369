from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Settings
from pairwell.events import Event, EventLine, EventNeed, EventOrder, EventUsage
from pairwell.records import CustomerFacts, DecisionInputs, DecisionRequest
from pairwell.triggers.bodies import name_triggered
from pairwell.triggers.conditions import Condition

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
USAGE = Event(
    event_id="u", type="usage", at=NOW, usage=EventUsage(account_id="a", meter="seats", quantity=9.0), customer_id="c"
)
NEED = Event(event_id="n", type="need", at=NOW, need=EventNeed(need="camping"), customer_id="c")
LINES = [
    EventLine(item_id="tent", quantity=2, unit_price_minor=1_000, discount_minor=100),
    EventLine(item_id="mat", unit_price_minor=50),
]
ORDER = Event(event_id="o", type="order", at=NOW, order=EventOrder(order_id="o-1", lines=LINES), customer_id="c")


def _condition(event: Event, when: str) -> Condition:
    assert event.type in {"usage", "need", "order"}
    return Condition(Trigger(name="t", on=event.type, placement="email", when=when))


@pytest.mark.parametrize(
    ("event", "when", "holds"),
    [
        (USAGE, "true", True),
        (USAGE, "usage.meter == 'seats' && usage.quantity >= 9.0", True),
        (USAGE, "usage.quantity > 9.0", False),
        (USAGE, "usage.account_id == 'b'", False),
        (NEED, "need.need == 'camping' && need.how == 'said'", True),
        (ORDER, "order.total_minor != null && order.total_minor == 1950", True),
        (ORDER, "order.units == 3 && order.lines == 2 && 'mat' in order.items", True),
        (ORDER, "order.currency == null", True),
        (ORDER, "now > timestamp('2026-11-21T12:00:00Z')", False),
    ],
)
def test_what_is_said_of_the_event_is_settled_as_it_comes(event: Event, when: str, holds: bool) -> None:
    condition = _condition(event, when)
    assert condition.objection(event, NOW) == (None if holds else "condition")
    assert not condition.asks_of_customer


def test_a_total_is_unknown_where_a_price_is_or_tax_is_missing() -> None:
    condition = _condition(ORDER, "order.total_minor == null")
    lines = [*LINES, EventLine(item_id="mug")]
    assert ORDER.order is not None
    for order in (EventOrder(order_id="o-1", lines=lines), msgspec.structs.replace(ORDER.order, net=True)):
        assert condition.objection(msgspec.structs.replace(ORDER, order=order), NOW) is None
    assert condition.objection(ORDER, NOW) == "condition"


def test_what_cannot_be_worked_out_does_not_hold_and_is_told_from_what_is_false() -> None:
    assert _condition(ORDER, "order.units / (order.lines - 2) == 1").objection(ORDER, NOW) == "condition_failed"


def test_what_is_said_of_the_customer_is_looked_at_when_it_is_decided() -> None:
    condition = _condition(USAGE, "usage.quantity > 3.0 && customer.orders > 1")
    assert condition.objection(USAGE, NOW) is None
    assert condition.asks_of_customer
    for orders, holds in ((2, True), (1, False)):
        inputs = DecisionInputs(
            decision_id="d",
            request=DecisionRequest(placement="email", customer_id="c"),
            engine="",
            model=None,
            settings="",
            now=NOW,
            items={},
            relations=[],
            owned=[],
            declines=[],
            customer=CustomerFacts(orders=orders),
        )
        assert condition.objection_to(USAGE, inputs, Settings()) == (None if holds else "condition")


def test_an_order_told_again_is_the_same_and_all_else_is_not() -> None:
    trigger, other = (Trigger(name=name, on="order", placement="email") for name in ("a", "b"))
    again = msgspec.structs.replace(ORDER, event_id="o-again", at=datetime(2026, 11, 22, tzinfo=UTC))
    assert name_triggered(trigger, ORDER) == name_triggered(trigger, again)
    names = {name_triggered(trigger, one) for one in (ORDER, NEED, USAGE)} | {name_triggered(other, ORDER)}
    assert len(names) == 4
