"""The engine in the loop: told every day what the shop knows, asked on every visit, told what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from pairwell.backtest.loop.living import Span
from pairwell.backtest.month import Decide, Log, Month, run_month, shown_of
from pairwell.events import Event, EventItem
from pairwell.records import Decision, DecisionRequest, Offer, Withheld
from pairwell.simulate.visits import Shown
from pairwell.simulate.world import World

Learn = Callable[[datetime], object]


class Engine(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An open workspace that has learned from the history; `learn` learns again from all until a moment."""

    decide: Decide
    log: Log
    learn: Learn
    learn_offers: Learn  # from the outcomes of offers, every day
    learn_days: int = 30  # from one learning of the rest to the next
    explain: bool = False  # whether decisions say what they withheld


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision came to."""

    arm: str
    silence: str | None
    shown: tuple[Shown, ...]
    drawn: tuple[Shown, ...]  # also where it was not shown by lot
    withheld: tuple[Withheld, ...]  # where the engine was asked to explain


def run_engine(span: Span, engine: Engine) -> dict[str, Decided]:
    """Take every visit of the span through the engine; what it decided, by visit."""
    world, decided = span.world, dict[str, Decided]()
    today = world.size.days

    def decide(request: DecisionRequest, now: datetime) -> Decision:
        nonlocal today
        while today <= world.size.day_of(now):
            _begin_day(world, today, engine)
            today += 1
        decision = engine.decide(msgspec.structs.replace(request, explain=engine.explain), now)
        assert request.request_id is not None, "every visit has an id"
        decided[request.request_id] = _decided(decision)
        return decision

    run_month(world, Month(start=world.history_end, days=span.days), decide=decide, log=engine.log)
    return decided


def _begin_day(world: World, day: int, engine: Engine) -> None:
    at, lived = world.size.opened + timedelta(days=day), day - world.size.days
    if lived and lived % engine.learn_days == 0:
        engine.learn(at)
    if lived:
        engine.learn_offers(at)
    if events := list(_news(world, day, at)):
        engine.log(events, at)


def _news(world: World, day: int, at: datetime) -> Iterator[Event]:
    """The prices and the stock that differ from the day before's; on the first day, from the catalogue's."""
    market, first = world.ground.market, day == world.size.days
    price = market.price[day] - market.discount[day]
    before = world.ground.catalogue.price if first else market.price[day - 1] - market.discount[day - 1]
    for place, item in enumerate(world.items):
        there, was_there = bool(market.in_stock[day, place]), first or bool(market.in_stock[day - 1, place])
        if price[place] != before[place] or there != was_there:
            known = EventItem(item_id=item.item_id, price_minor=int(price[place]), stock=None if there else 0)
            yield Event(event_id=f"day-{day}-{item.item_id}", type="item", at=at, item=known)


def _decided(decision: Decision) -> Decided:
    silence = decision.answer.silence
    return Decided(
        arm=decision.arm,
        silence=None if silence is None else silence.reason,
        shown=_slate(decision.answer.offers),
        drawn=_slate(decision.slate),
        withheld=tuple(decision.withheld),
    )


def _slate(offers: Sequence[Offer]) -> tuple[Shown, ...]:
    return tuple(shown for offer in offers for shown in shown_of(offer))
