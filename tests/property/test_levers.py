"""No levers and no weights let an offer in, keep one out, or change what it is worth."""

from __future__ import annotations

import math
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.random_rules import make_rules
from tests.property.random_shops import Case, make_case

from pairwell.config.rules.engine import ConditionError, compile_condition, make_context, work_out
from pairwell.config.rules.fields import RECORDS
from pairwell.config.rules.lever import Lever
from pairwell.config.settings import Settings
from pairwell.decide.choose import choose, lead_through, propose_for, run_stages
from pairwell.decide.rules.facts import offer_reader
from pairwell.decide.scene import Scene
from pairwell.decide.sets import settle
from pairwell.decide.worth import Valued
from pairwell.records import Candidate, Withheld

_LEVERS = 6
_KINDS = ("cross_sell", "upgrade", "repeat", "pairs", "backoff", "viewed", "upgrades", "curated")


def _moved(rng: random.Random, plain: Settings) -> Settings:
    """The same settings with random levers, some of which cannot be worked out, and random weights everywhere."""
    rules = make_rules(rng, _LEVERS)
    levers = tuple(
        Lever(name=rule.name, when=rule.when, weight=rng.choice((0.001, 0.5, 2.0, 1_000.0))) for rule in rules
    )
    placements = {
        name: msgspec.structs.replace(one, weights={kind: rng.choice((0.01, 3.0)) for kind in rng.sample(_KINDS, 3)})
        for name, one in plain.placements.items()
    }
    return msgspec.structs.replace(plain, levers=levers, placements=placements)


def _plain(rng: random.Random, case: Case) -> Settings:
    """The case's settings where what ranks may tempt: some loss is borne to learn, parcels and returns cost."""
    choice = msgspec.structs.replace(case.settings.choice, learning_budget_minor=rng.choice((0.0, 5.0, 500.0)))
    costs = {name: rng.choice((0.0, 20.0)) for name in ("shipping_minor", "return_cost_minor")}
    shop = msgspec.structs.replace(case.settings.shop, **costs)
    placements = {
        name: msgspec.structs.replace(one, ships_again=rng.random() < 0.5)
        for name, one in case.settings.placements.items()
    }
    return msgspec.structs.replace(case.settings, choice=choice, shop=shop, placements=placements)


def _case(rng: random.Random) -> Case:
    """A random shop in which some of what is sold comes back."""
    case = make_case(rng)
    if case.model is None:
        return case
    kept = {item_id: rng.choice((0.2, 0.9, 1.0)) for item_id in sorted(case.items)}
    return msgspec.structs.replace(case, model=msgspec.structs.replace(case.model, shares_kept=kept))


def _scene(case: Case, rules: Settings) -> Scene:
    return Scene(case.inputs, model=case.model, items=case.items, settings=rules)


def _led(scene: Scene) -> tuple[dict[tuple[str, ...], Valued], list[Withheld]]:
    proposal = propose_for(scene.inputs, model=scene.model, settings=scene.settings)
    led = lead_through(settle(proposal.candidates, scene), scene)
    return {(one.candidate.item_id, one.candidate.kind, one.candidate.anchor_id): one for one in led.valued}, led.left


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_levers_rank_but_never_admit(seed: int) -> None:
    rng = random.Random(seed)
    case = _case(rng)
    plain = _plain(rng, case)
    without, left_without = _led(_scene(case, plain))
    with_levers, left_with = _led(_scene(case, _moved(rng, plain)))

    assert with_levers.keys() == without.keys(), "a lever let something in or kept something out"
    assert left_with == left_without
    for name, one in with_levers.items():
        other = without[name]
        assert (one.worth_minor, one.cost_minor, one.gain_minor, one.trial) == (
            other.worth_minor,
            other.cost_minor,
            other.gain_minor,
            other.trial,
        )
        assert one.trial or (one.net_minor > 0 and one.persuasion > 0)


@settings(max_examples=250, derandomize=True, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_what_is_offered_is_worth_its_cost_unlevered(seed: int) -> None:
    rng = random.Random(seed)
    case = _case(rng)
    plain = _plain(rng, case)
    moved = _moved(rng, plain)

    decision = choose(case.inputs, model=case.model, items=case.items, settings=moved)
    course = run_stages(_scene(case, moved))

    without, _ = _led(_scene(case, plain))
    for offer in decision.slate:
        drawn = course.slots[offer.offer_no].drawn.candidate
        one = without[drawn.item_id, drawn.kind, drawn.anchor_id]
        assert offer.worth_minor == one.worth_minor
        assert one.trial or one.worth_minor > one.cost_minor
    if course.slots and not any(slot.drawn.trial for slot in course.slots):
        assert course.worth_minor > course.cost_minor


def _holds(lever: Lever, candidate: Candidate, scene: Scene) -> bool:
    """What the whole condition says of records as CEL has them, without any of the shortcuts under test."""
    read = offer_reader(candidate, scene)
    values: dict[str, Any] = {record: {name: read(record, name) for name in RECORDS[record]} for record in RECORDS}
    try:
        return work_out(compile_condition(lever.when), make_context({**values, "now": scene.inputs.now})) is True
    except ConditionError:
        return False


@settings(max_examples=250, derandomize=True, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_a_score_is_the_weights_times_the_worth(seed: int) -> None:
    rng = random.Random(seed)
    case = _case(rng)
    plain = _plain(rng, case)
    scene = _scene(case, _moved(rng, plain))
    without, _ = _led(_scene(case, plain))

    for name, one in _led(scene)[0].items():
        kinds = (one.candidate.kind, one.candidate.source)
        placed = [weight for kind, weight in scene.placement.weights.items() if kind in kinds]
        moving = [lever.weight for lever in scene.settings.levers if _holds(lever, one.candidate, scene)]
        weight = min(max(math.prod((*placed, *moving)), 1e-6), 1e6)
        assert one.score == pytest.approx(without[name].score * weight)
