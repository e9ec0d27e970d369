from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from tests.unit.backtest.whatif.conftest import DAYS, other

from pairwell.backtest.offpolicy.estimates import NotEstimable
from pairwell.backtest.whatif.again import Past
from pairwell.backtest.whatif.audit import audit
from pairwell.backtest.whatif.outcomes import Till
from pairwell.backtest.whatif.sides import Counted
from pairwell.backtest.whatif.simulate import Asked, Earned, Logged, Simulated, simulate
from pairwell.config.settings import Settings
from pairwell.errors import EvidenceError
from pairwell.journal.past import Told
from pairwell.records import Decision
from pairwell.simulate.visits import visits
from pairwell.simulate.world import World


@pytest.fixture(scope="module")
def question(past: Past, till: Till, settings: Settings) -> Asked:
    return Asked(other=other(settings), changes=[], past=past, till=till)


@pytest.fixture(scope="module")
def strict(question: Asked, some: list[Decision], settings: Settings) -> Counted:
    """Some requests under a stricter guard."""
    guards = msgspec.structs.replace(settings.guards, add_on_price_share=0.05)
    return tried(question, some, msgspec.structs.replace(settings, guards=guards)).counted


def tried(question: Asked, decisions: Sequence[Decision], settings: Settings) -> Simulated:
    asked = msgspec.structs.replace(question, other=other(settings))
    return simulate(Logged(decisions=decisions, number=len(decisions), told=Told()), asked)


def test_the_settings_of_then_change_nothing(question: Asked, decisions: list[Decision], settings: Settings) -> None:
    found = tried(question, decisions, settings)
    counted = found.counted
    assert counted.requests == counted.same == len(decisions)
    assert counted.before == counted.after
    assert (counted.movers, counted.examples, counted.gaps, found.untold) == ([], [], {}, {})
    (offers,) = (worth.found for worth in found.worth if worth.measure == "offers")
    assert isinstance(offers, Earned)
    assert (offers.change.value, offers.change.low, offers.change.high) == (0.0, 0.0, 0.0)


def test_every_request_is_shown_something_or_silent(strict: Counted, some: list[Decision]) -> None:
    for side in (strict.before, strict.after):
        assert side.shown + sum(side.silences.values()) == strict.requests == len(some)
    assert strict.before.shown == sum(decision.shown for decision in some)
    assert strict.before.slates == sum(bool(decision.slate) for decision in some)
    by_placement = [one for one in strict.segments if one.by == "placement"]
    assert sum(one.requests for one in by_placement) == strict.requests
    assert sum(one.slates_after for one in by_placement) == strict.after.slates


def test_a_stricter_guard_holds_more_back(strict: Counted) -> None:
    (guard,) = (one for one in strict.held if one.reason == "add_on_price_share")
    assert guard.after > guard.before
    assert strict.after.slates < strict.before.slates
    assert strict.after.worth_minor < strict.before.worth_minor
    moved = [abs(one.worth_after_minor - one.worth_before_minor) for one in strict.examples]
    assert moved == sorted(moved, reverse=True)
    assert all(one.before != one.after for one in strict.examples)
    assert strict.movers
    assert strict.movers[0].after < strict.movers[0].before


def test_silence_for_all_earns_nothing_by_offers(
    question: Asked, decisions: list[Decision], settings: Settings
) -> None:
    cart = msgspec.structs.replace(settings.placements["cart"], attention_minor=1e9)
    dear = msgspec.structs.replace(settings, placements={**settings.placements, "cart": cart})
    found = tried(question, decisions, dear)
    assert found.counted.after.slates == 0
    assert found.counted.after.saved_minor > 0
    (offers,) = (worth.found for worth in found.worth if worth.measure == "offers")
    assert isinstance(offers, Earned)
    assert offers.after.value == 0.0
    assert offers.change.value == -offers.before.value


def test_a_policy_far_from_what_was_drawn_is_refused(question: Asked, some: list[Decision], settings: Settings) -> None:
    wide = msgspec.structs.replace(settings.slots, max=8)
    found = tried(question, some, msgspec.structs.replace(settings, slots=wide))
    (orders,) = (worth.found for worth in found.worth if worth.measure == "orders")
    assert isinstance(orders, NotEstimable)
    assert orders.reason == "no_overlap"


def test_too_few_are_refused(question: Asked, decisions: list[Decision], settings: Settings) -> None:
    found = tried(question, decisions[:40], settings)
    assert [one.found.reason for one in found.worth if isinstance(one.found, NotEstimable)] == ["too_few"] * 3


def test_nothing_that_can_be_computed_again_is_an_error(
    question: Asked, some: list[Decision], settings: Settings
) -> None:
    old = [msgspec.structs.replace(one, inputs=msgspec.structs.replace(one.inputs, engine="0")) for one in some]
    with pytest.raises(EvidenceError, match="another_version"):
        tried(question, old, settings)
    with pytest.raises(EvidenceError, match="No decision is logged"):
        tried(question, [], settings)


def test_an_even_draw_is_within_its_interval_of_the_truth(
    world: World, question: Asked, decisions: list[Decision], settings: Settings
) -> None:
    even = msgspec.structs.replace(settings, choice=msgspec.structs.replace(settings.choice, exploration=1.0))
    asked = msgspec.structs.replace(question, other=other(even))
    logged = {decision.inputs.request.request_id or "": decision for decision in decisions}
    found = {one.measure: one.found for one in audit(world, visits(world, world.history_end, DAYS), logged, asked)}
    offers = found["offers"]
    assert isinstance(offers, dict)
    assert [name for name, compared in offers.items() if not compared.covers] == []
    assert offers["after"].truth < offers["before"].truth  # what is drawn evenly is drawn worse


def test_a_window_that_holds_no_order_tells_nothing(question: Asked, some: list[Decision], settings: Settings) -> None:
    short = msgspec.structs.replace(question.till, window=timedelta(seconds=1))
    found = tried(msgspec.structs.replace(question, till=short), some, settings)
    assert found.orders == 0
    assert all(isinstance(one.found, NotEstimable) for one in found.worth)


def test_requests_whose_window_is_open_are_told_apart(
    question: Asked, some: list[Decision], settings: Settings
) -> None:
    """Nobody knows yet what came of them, which is another thing than that nothing was bought."""
    middle = some[len(some) // 2].inputs.now
    early = msgspec.structs.replace(question.till, now=middle + question.till.window)
    found = tried(msgspec.structs.replace(question, till=early), some, settings)
    known = [one for one in some if one.inputs.now <= middle]
    assert found.too_new == len(some) - len(known) > 0
    assert found.counted.requests == len(some)
    assert {one.requests for one in found.worth} == {sum(one.unit is not None for one in known)}
    nothing = msgspec.structs.replace(question.till, now=some[0].inputs.now)
    new = tried(msgspec.structs.replace(question, till=nothing), some, settings)
    assert (new.too_new, new.orders, new.worth) == (len(some), 0, [])
