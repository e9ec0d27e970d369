"""No random rule, person or request breaks a law of rules."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.random_rules import make_rules, withholds
from tests.property.random_shops import Case, make_case

from pairwell.config.rules.checking import find_fault
from pairwell.config.rules.rule import Rule
from pairwell.decide.choose import choose, propose_for
from pairwell.decide.rules.book import open_book
from pairwell.decide.rules.facts import is_acute
from pairwell.decide.rules.stages import applicability, eligibility, suitability
from pairwell.decide.scene import Scene
from pairwell.records import Candidate, Withheld

_STAGES = {"eligibility": eligibility, "applicability": applicability, "suitability": suitability}
seeds = st.integers(min_value=0, max_value=2**64 - 1)


def _ruled(case: Case, rules: tuple[Rule, ...]) -> Case:
    return msgspec.structs.replace(case, settings=msgspec.structs.replace(case.settings, rules=rules))


def _scene(case: Case) -> Scene:
    return Scene(case.inputs, model=case.model, items=case.items, settings=case.settings)


def _run(case: Case) -> tuple[list[Candidate], list[Withheld]]:
    scene = _scene(case)
    candidates, withheld = list(propose_for(scene.inputs, model=scene.model, settings=scene.settings).candidates), []
    for stage in _STAGES.values():
        candidates, left = stage(candidates, scene)
        withheld += left
    return candidates, withheld


def _expected(case: Case) -> tuple[list[Candidate], dict[int, str]]:
    """Who stays, and the rule that held back each of the others, by asking every rule of every candidate, whole."""
    plain, scene = _scene(_ruled(case, ())), _scene(case)
    channel = case.settings.placements[case.inputs.request.placement].channel
    candidates, held = list(propose_for(scene.inputs, model=scene.model, settings=scene.settings).candidates), {}
    for name, stage in _STAGES.items():
        candidates, _ = stage(candidates, plain)
        rules = [
            rule for rule in case.settings.rules if rule.stage == name and not (rule.unless_acute and is_acute(scene))
        ]
        rules = [rule for rule in rules if not rule.placements or case.inputs.request.placement in rule.placements]
        rules = [rule for rule in rules if not rule.channels or channel in rule.channels]
        first = {id(candidate): _first_rule(candidate, rules, scene) for candidate in candidates}
        held.update({key: rule for key, rule in first.items() if rule is not None})
        candidates = [candidate for candidate in candidates if first[id(candidate)] is None]
    return candidates, held


def _first_rule(candidate: Candidate, rules: list[Rule], scene: Scene) -> str | None:
    """The rule that holds back the first part of it that any does; what is no bundle has one part."""
    parts = [msgspec.structs.replace(candidate, item_id=item_id) for item_id in candidate.adds]
    return next((rule.name for part in parts for rule in rules if withholds(rule, part, scene)), None)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(seeds)
def test_rules_in_parts_say_what_they_say_whole(seed: int) -> None:
    rng = random.Random(seed)
    case = _ruled(make_case(rng), make_rules(rng, rng.randint(1, 6)))
    stayed, withheld = _run(case)
    expected, held = _expected(case)
    key = [(c.item_id, c.kind, c.anchor_id) for c in stayed]
    assert key == [(c.item_id, c.kind, c.anchor_id) for c in expected]
    assert sorted(w.factors["rule"] for w in withheld if "rule" in w.factors) == sorted(held.values())


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(seeds)
def test_what_is_remembered_changes_no_verdict(seed: int) -> None:
    rng = random.Random(seed)
    case = _ruled(make_case(rng), make_rules(rng, 5))
    first = choose(case.inputs, model=case.model, items=case.items, settings=case.settings)
    changed = {
        item_id: msgspec.structs.replace(item, price_minor=77, rating=1.0) for item_id, item in case.items.items()
    }
    choose(case.inputs, model=case.model, items=changed, settings=case.settings)
    again = choose(case.inputs, model=case.model, items=case.items, settings=case.settings)
    unread = msgspec.structs.replace(case.settings)
    assert open_book(unread) is not open_book(case.settings)
    fresh = choose(case.inputs, model=case.model, items=case.items, settings=unread)
    assert msgspec.json.encode(first) == msgspec.json.encode(again) == msgspec.json.encode(fresh)


@settings(max_examples=80, derandomize=True, deadline=None, database=None)
@given(seeds)
def test_one_rule_more_lets_nobody_more_pass(seed: int) -> None:
    rng = random.Random(seed)
    rules = make_rules(rng, 4)
    case = make_case(rng)
    before, after = (_run(_ruled(case, some))[0] for some in (rules[:3], rules))
    assert {(c.item_id, c.kind, c.anchor_id) for c in after} <= {(c.item_id, c.kind, c.anchor_id) for c in before}


def test_a_rule_that_passed_its_trial_hardly_ever_fails() -> None:
    """The trial meets nearly every null and missing key; the conditions here are far wilder than people's."""
    passed = failed = 0
    for seed in range(30):
        rng = random.Random(f"trial/{seed}")
        sound = tuple(rule for rule in make_rules(rng, 30) if find_fault(rule) is None)
        case = _ruled(make_case(rng), sound)
        _, withheld = _run(case)
        passed += len(sound)
        failed += len({one.factors["rule"] for one in withheld if "rule_failed" in one.factors})
    assert passed > 200
    assert failed <= passed / 100


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text(alphabet="abcu.&|!()<>='\"0123456789 \n\t/*+-?:[]{},_item.cstorqkn$\\§", max_size=60))
def test_checking_any_text_finds_a_fault_or_none(text: str) -> None:
    rule = Rule(name="r", stage="suitability", scope="offer", when=text or " ", reason="r")
    fault = find_fault(rule)
    assert fault is None or (fault.said and 0 <= fault.at <= len(rule.when))
