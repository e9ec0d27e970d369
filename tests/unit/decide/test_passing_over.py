"""What a decision remembers of the offers that it valued and did not choose."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, MODEL, SURE, ask, pair, read, scene
from tests.unit.decide.test_sets import KEEN, _model

from pairwell.config.settings import Persuasion, Placement, Settings
from pairwell.decide.choose import choose, run_stages
from pairwell.decide.response import basis_of
from pairwell.events import name_offer
from pairwell.records import Decision, Item

_MANY = {f"a{n}": Item(item_id=f"a{n}", price_minor=2_000, cost_minor=1_000) for n in range(9)}
_SHOP = {**ITEMS, **_MANY}
_PAIRS = [pair(f"a{n}", confidence=0.15 - n / 80) for n in range(9)]  # the first is worth most
_WIDE = msgspec.structs.replace(MODEL, add_ons={"tent": _PAIRS}, ladders={})
_LOATH = msgspec.structs.replace(SURE, persuasion=Persuasion(cross_sell=-0.5, upgrade=-0.5))


def _decide(settings: Settings = SURE, **more: Any) -> Decision:
    inputs = read(ask("tent", **more), items=dict.fromkeys(_SHOP, 0))
    return choose(inputs, model=_WIDE, items=_SHOP, settings=settings)


def _names(decision: Decision) -> list[str]:
    return [one.name for one in decision.passed_over]


def test_the_four_most_promising_that_found_no_slot_are_remembered_best_first() -> None:
    decision = _decide(limit=1)
    assert [offer.item_id for offer in decision.slate] == ["a0"]
    assert _names(decision) == ["a1", "a2", "a3", "a4"]
    assert {one.kind for one in decision.passed_over} == {"cross_sell"}


def test_what_was_foretold_of_them_is_remembered_too() -> None:
    course = run_stages(scene(ask("tent", limit=1), items=_MANY, model=_WIDE))
    by_item = {one.item_id: one for one in course.proposal.candidates}
    assert [one.basis for one in course.passed_over] == [
        basis_of(by_item[one.name], course.scene) for one in course.passed_over
    ]


@pytest.mark.parametrize("attention", [2.0, 500.0])
def test_silence_passes_over_all_that_it_valued(attention: float) -> None:
    """Whether each is worth nothing, or all together less than the attention that they cost."""
    settings = msgspec.structs.replace(SURE, placements={"cart": Placement(attention_minor=attention, friction=0.0)})
    decision = _decide(_LOATH if attention == 2.0 else settings)
    assert decision.answer.silence is not None
    assert decision.answer.silence.reason == "nothing_worth_it"
    assert len(_names(decision)) == 4
    if attention == 500.0:
        assert _names(decision) == ["a0", "a1", "a2", "a3"]


def test_a_ghost_passes_over_what_the_slate_would_have() -> None:
    held = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, holdout=1.0))
    ghost, real = (_decide(one, limit=2, customer_id="c") for one in (held, SURE))
    assert ghost.answer.silence is not None
    assert ghost.passed_over == real.passed_over != []


def test_what_rules_and_guards_hold_back_is_not_passed_over() -> None:
    decision = choose(read(ask("tent", limit=1)), model=MODEL, items=ITEMS, settings=SURE)
    assert {one.item_id for one in decision.withheld if one.stage == "guards"} == {"stove"}
    assert "stove" not in _names(decision)


def test_what_shares_an_item_with_the_slate_is_not_passed_over() -> None:
    """A part of a bundle that is shown, or a bundle of which a part is shown."""
    both = msgspec.structs.replace(KEEN, persuasion=Persuasion(bundle=1.0, cross_sell=0.05, half_fit=0.05))
    request = ask("tent", customer_id="c", limit=1)
    inputs, model = read(request, items=dict.fromkeys(ITEMS, 0)), _model("tent", "mat", "lamp")
    shown = choose(inputs, model=model, items=ITEMS, settings=both)
    assert [offer.kind for offer in shown.slate] == ["bundle"]
    assert not {"mat", "lamp"} & set(_names(shown))
    apart = msgspec.structs.replace(both, persuasion=Persuasion(bundle=0.1, cross_sell=0.5, half_fit=0.05))
    part = choose(inputs, model=model, items=ITEMS, settings=apart)
    assert [offer.item_id for offer in part.slate] == ["lamp"]
    assert name_offer(["lamp", "mat"]) not in _names(part)
    assert "mat" in _names(part)


def test_a_bundle_is_known_by_all_its_items() -> None:
    dear = msgspec.structs.replace(KEEN, placements={"cart": Placement(attention_minor=9_000.0, friction=0.0)})
    inputs = read(ask("tent", customer_id="c"), items=dict.fromkeys(ITEMS, 0))
    decision = choose(inputs, model=_model("tent", "mat", "lamp"), items=ITEMS, settings=dear)
    assert ("bundle", name_offer(["lamp", "mat"])) in [(one.kind, one.name) for one in decision.passed_over]


def test_of_an_upgrade_that_two_lines_lead_to_the_better_is_remembered() -> None:
    prices = {"dome": 20_000, "hut": 21_000, "castle": 29_000}
    shop = {name: Item(item_id=name, price_minor=price, cost_minor=15_000) for name, price in prices.items()}
    ladders = {"dome": [pair("castle", confidence=0.1)], "hut": [pair("castle", confidence=0.4)]}
    here = scene(
        ask("dome", "hut"),
        settings=_LOATH,
        items=shop,
        model=msgspec.structs.replace(MODEL, add_ons={}, ladders=ladders),
    )
    course = run_stages(here)
    led = {one.candidate.anchor_id: one for one in course.doubtful if one.candidate.item_id == "castle"}
    assert set(led) == {"dome", "hut"}
    (found,) = course.passed_over
    assert found.basis == max(led.values(), key=lambda one: one.net_minor).basis


def test_the_same_inputs_pass_over_the_same_bytes() -> None:
    one, other = (msgspec.json.encode(_decide(limit=2).passed_over) for _ in range(2))
    assert one == other
    assert msgspec.json.decode(one) != []
