from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec
import numpy as np
import pytest
from tests.unit.backtest.test_month import collector, silent, truthful

from pairwell.backtest.loop.contest import Came, contest
from pairwell.backtest.loop.engine import Decided, Engine, run_engine
from pairwell.backtest.loop.figures import figures_of, lead
from pairwell.backtest.loop.holdout import HoldoutRead, read_holdout
from pairwell.backtest.loop.intervals import Mean
from pairwell.backtest.loop.living import Lived, Span, live
from pairwell.backtest.loop.losses import find_losses
from pairwell.backtest.loop.policies import Told
from pairwell.events import Event
from pairwell.records import Decision, DecisionRequest, Silence


def test_the_engine_hears_every_day_what_is_dearer_and_what_is_sold_out(span: Span) -> None:
    logged, log = collector()
    run_engine(span, Engine(decide=silent, log=log, learn=_nothing, learn_offers=_nothing))
    told = {event.item.item_id: event.item for event in logged if event.item}
    assert told
    market, last = span.world.ground.market, span.visits[-1].hidden.day
    for place, item in enumerate(span.world.items):
        price = int(market.price[last, place] - market.discount[last, place])
        known = told.get(item.item_id)
        assert price == (item.price_minor if known is None else known.price_minor)
        assert (known is None or known.stock is None) == bool(market.in_stock[last, place])


def test_the_engine_hears_no_day_before_it_comes(span: Span) -> None:
    log, moments = ordered()
    run_engine(span, Engine(decide=silent, log=log, learn=_nothing, learn_offers=_nothing))
    assert moments == sorted(moments)


def test_the_engine_learns_as_often_as_asked(span: Span) -> None:
    learned: list[datetime] = []
    heard: list[datetime] = []
    engine = Engine(decide=silent, log=lambda *_: None, learn=learned.append, learn_offers=heard.append, learn_days=5)
    run_engine(span, engine)

    def days(moments: list[datetime]) -> list[int]:
        return [span.world.size.day_of(moment) - span.world.size.days for moment in moments]

    assert days(learned) == list(range(5, span.days, 5))
    assert days(heard) == list(range(1, span.days))  # what outcomes say, every day


def test_a_silent_engine_is_nobody(came: Came) -> None:
    assert came.whole["pairwell"] == came.whole["nobody"]
    assert came.silences == {"no_candidates": came.whole["pairwell"].visits}


def test_the_second_half_is_a_part_of_the_whole(span: Span, lived: dict[str, Lived]) -> None:
    whole, late = figures_of(span, lived["oracle"]), figures_of(span, lived["oracle"], late=True)
    assert late.visits == (whole.visits + 1) // 2
    assert 0 < late.incremental_minor < whole.incremental_minor
    assert late.exposures < whole.exposures


def test_the_lead_is_paired(span: Span, lived: dict[str, Lived]) -> None:
    oracle, nobody = (figures_of(span, lived[name]) for name in ("oracle", "nobody"))
    found = lead([oracle, oracle], [nobody, nobody])
    assert isinstance(found, Mean)
    assert found.low == found.high == pytest.approx(oracle.incremental_minor / oracle.visits)


def test_losses_add_up_to_the_gap(span: Span) -> None:
    decided = run_engine(
        span, Engine(decide=truthful(span.world), log=lambda *_: None, learn=_nothing, learn_offers=_nothing)
    )
    lived = live(span, told(decided))
    losses = find_losses(span, decided, lived)
    steps = [getattr(losses, name) for name in losses.__struct_fields__[1:-1]]
    assert all(step >= -1e-6 for step in steps)
    assert losses.reachable - losses.earned == pytest.approx(sum(steps))
    assert losses.not_proposed > 0  # it proposes no upgrades
    assert losses.sparing > 0  # and spares nobody
    assert losses.by_lot == losses.rules_and_caps == 0.0


def test_what_the_holdout_misses_is_lost_by_lot(span: Span) -> None:
    decided = run_engine(
        span, Engine(decide=half(truthful(span.world)), log=lambda *_: None, learn=_nothing, learn_offers=_nothing)
    )
    losses = find_losses(span, decided, live(span, told(decided)))
    assert losses.by_lot > 0.2 * (losses.reachable - losses.not_proposed)


def test_the_holdout_covers_the_truth(span: Span) -> None:
    decided = run_engine(
        span, Engine(decide=half(truthful(span.world)), log=lambda *_: None, learn=_nothing, learn_offers=_nothing)
    )
    found = read_holdout(span, decided, live(span, told(decided)))
    assert isinstance(found, HoldoutRead)
    assert found.covers
    assert found.treated + found.held_out == len({visit.customer_id for visit in span.visits})


def test_equal_arms_differ_by_nothing_but_chance(span: Span, lived: dict[str, Lived]) -> None:
    """Whatever the lot, where nobody sees offers the truth is 0, and 95 in 100 intervals hold it."""
    customers = sorted({visit.customer_id for visit in span.visits})
    covered = 0
    for lot in range(200):
        held = set(np.random.default_rng(lot).choice(customers, len(customers) // 3, replace=False).tolist())
        decided = {
            visit.visit_id: of_arm("holdout" if visit.customer_id in held else "treated") for visit in span.visits
        }
        found = read_holdout(span, decided, lived["nobody"])
        assert isinstance(found, HoldoutRead)
        assert found.truth == 0.0
        covered += found.covers
    assert 180 <= covered <= 199


@pytest.fixture(scope="module")
def came(span: Span) -> Came:
    return contest(span, Engine(decide=silent, log=lambda *_: None, learn=_nothing, learn_offers=_nothing))


def told(decided: dict[str, Decided]) -> Told:
    return Told({name: list(one.shown) for name, one in decided.items()})


def of_arm(arm: str) -> Decided:
    return Decided(arm=arm, silence=None, shown=(), drawn=(), withheld=())


def half(decide: Callable[[DecisionRequest, datetime], Decision]) -> Callable[[DecisionRequest, datetime], Decision]:
    """The same with half of the customers held out."""

    def held(request: DecisionRequest, now: datetime) -> Decision:
        decision = decide(request, now)
        if hashlib.blake2b(str(request.customer_id).encode()).digest()[0] % 2:
            return decision
        answer = msgspec.structs.replace(decision.answer, offers=[], silence=Silence(reason="holdout"))
        return msgspec.structs.replace(decision, arm="holdout", shown=False, answer=answer)

    return held


def ordered() -> tuple[Callable[[object, datetime], None], list[datetime]]:
    moments: list[datetime] = []

    def log(events: list[Event], now: datetime) -> None:
        moments.extend(event.at for event in events if event.type == "item")
        assert all(event.at <= now for event in events)

    return log, moments  # type: ignore[return-value]


def _nothing(_: datetime) -> None:
    """Learns nothing."""
