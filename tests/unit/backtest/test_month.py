from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from pairwell.backtest.month import Month, MonthCounts, run_month
from pairwell.events import Event
from pairwell.records import Answer, Decision, DecisionInputs, DecisionRequest, Offer, Silence
from pairwell.simulate.size import ShopSize
from pairwell.simulate.visits import visits
from pairwell.simulate.world import World, make_shop


@pytest.fixture(scope="module")
def world() -> World:
    return make_shop(5, size=ShopSize(items=60, customers=300, orders=3_000, days=400, later_days=60))


@pytest.fixture(scope="module")
def month(world: World) -> Month:
    return Month(start=world.history_end, days=30)


def test_every_visit_is_decided_on_in_order_of_time(world: World, month: Month) -> None:
    asked: list[tuple[DecisionRequest, datetime]] = []

    def decide(request: DecisionRequest, now: datetime) -> Decision:
        asked.append((request, now))
        return silent(request, now)

    counts = run_month(world, month, decide=decide, log=lambda *_: None)
    expected = list(visits(world, month.start, month.days))
    assert [now for _, now in asked] == sorted(visit.at for visit in expected)
    assert [request.customer_id for request, _ in asked] == [visit.customer_id for visit in expected]
    assert counts.decisions == len(expected)


def test_silence_leaves_what_would_have_happened(world: World, month: Month) -> None:
    logged, log = collector()
    counts = run_month(world, month, decide=silent, log=log)
    assert {event.type for event in logged} == {"order"}
    rows = [int(visit.visit_id.removeprefix("V")) for visit in visits(world, month.start, month.days)]
    assert counts.orders == len(logged) == world.life.finished[rows].sum()
    assert counts.offers_shown == counts.accepts == counts.declines == counts.slates_shown == 0


def test_events_say_what_was_counted(world: World, month: Month) -> None:
    logged, log = collector()
    counts = run_month(world, month, decide=truthful(world), log=log)
    seen = Counter(event.type for event in logged)
    assert seen["exposure"] == counts.offers_shown > counts.slates_shown > 0
    assert seen["accept"] == counts.accepts > 0
    assert seen["decline"] == counts.declines > 0
    assert seen["order"] == counts.orders
    lines = [line for event in logged if event.order for line in event.order.lines]
    assert sum(line.quantity * (line.unit_price_minor or 0) for line in lines) == counts.revenue_minor
    assert 0 < sum(line.decision_id is not None for line in lines) <= counts.accepts


def test_events_are_unique_and_follow_the_decision(world: World, month: Month) -> None:
    moments: list[datetime] = []
    logged: list[Event] = []

    def log(events: Sequence[Event], now: datetime) -> None:
        assert all(event.at <= now for event in events)
        assert [event.at for event in events] == sorted(event.at for event in events)
        moments.append(now)
        logged.extend(events)

    run_month(world, month, decide=truthful(world), log=log)
    assert len({event.event_id for event in logged}) == len(logged)
    assert all(event.at >= month.start for event in logged)
    assert max(moments) < month.start + timedelta(days=month.days + 1)


def test_the_same_decider_lives_the_same_month(world: World, month: Month) -> None:
    runs = []
    for _ in range(2):
        logged, log = collector()
        runs.append((run_month(world, month, decide=truthful(world), log=log), logged))
    assert runs[0] == runs[1]


def test_counts_add_up() -> None:
    total = MonthCounts(decisions=2, orders=1, revenue_minor=10) + MonthCounts(decisions=1, revenue_minor=5)
    assert total == MonthCounts(decisions=3, orders=1, revenue_minor=15)


def collector() -> tuple[list[Event], Callable[[Sequence[Event], datetime], None]]:
    logged: list[Event] = []
    return logged, lambda events, _: logged.extend(events)


def silent(request: DecisionRequest, now: datetime) -> Decision:
    return decision_of(request, now, [])


def truthful(world: World) -> Callable[[DecisionRequest, datetime], Decision]:
    """Offers what truly goes with the first line of the cart."""
    titles = {item.item_id: item for item in world.items}

    def decide(request: DecisionRequest, now: datetime) -> Decision:
        anchor, inside = request.cart[0].item_id, {line.item_id for line in request.cart}
        add_ons = [each.item_id for each in world.truth.complements(anchor) if each.item_id not in inside]
        return decision_of(request, now, [(titles[add_on].title, add_on, anchor) for add_on in add_ons])

    return decide


def decision_of(request: DecisionRequest, now: datetime, add_ons: Sequence[tuple[str | None, str, str]]) -> Decision:
    offers = [
        Offer(
            offer_no=number, kind="cross_sell", item_id=item_id, title=title, price_minor=100, anchor_id=anchor,
            replaces=None, discount_minor=0, reasons=[], compare=None,
        )
        for number, (title, item_id, anchor) in enumerate(add_ons)
    ]  # fmt: skip
    answer = Answer(
        decision_id=f"D-{request.request_id}",
        valid_until=now,
        silence=None if offers else Silence(reason="no_candidates"),
        offers=offers,
        ignored=[],
    )
    inputs = DecisionInputs(
        decision_id=answer.decision_id, request=request, engine="test", model=None, settings="", now=now,
        items={}, relations=[], owned=[], declines=[],
    )  # fmt: skip
    return Decision(
        inputs=inputs,
        unit=f"c:{request.customer_id}",
        arm="treated",
        shown=bool(offers),
        answer=answer,
        slate=offers,
        bases=[],
        withheld=[],
    )
