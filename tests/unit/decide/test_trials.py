"""The learning budget: offers that are thought to lose money, shown to learn whether they do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, MODEL, SURE, ask, read, scene

from pairwell.config.settings import Persuasion, Placement, Settings
from pairwell.decide import worth
from pairwell.decide.choose import choose, run_stages
from pairwell.decide.scene import Scene
from pairwell.decide.worth import Valued, value, worthwhile
from pairwell.records import Candidate


def _settings(budget: float, *, friction: float = 0.001, **persuasion: float) -> Settings:
    """A shop that believes too little in its offers; attention is 2."""
    doubt = Persuasion(cross_sell=0.004, upgrade=0.003, half_fit=0.05, from_effect=0.0)
    return msgspec.structs.replace(
        SURE,
        choice=msgspec.structs.replace(SURE.choice, learning_budget_minor=budget),
        persuasion=msgspec.structs.replace(doubt, **persuasion),
        placements={"cart": Placement(friction=friction)},
    )


def _shown(settings: Settings, **more: Any) -> list[str]:
    decision = choose(read(ask("tent")), model=MODEL, items=ITEMS, settings=settings, **more)
    return [offer.item_id for offer in decision.answer.offers]


def test_without_a_budget_doubt_is_for_ever() -> None:
    assert _shown(_settings(0.0)) == []


def test_within_the_budget_what_may_pay_is_tried() -> None:
    assert _shown(_settings(40.0)) != []


def test_the_expected_loss_of_a_slate_stays_within_the_budget() -> None:
    for budget in (3.0, 10.0, 31.0):
        course = run_stages(scene(ask("tent"), settings=_settings(budget)))
        if course.slots:
            assert course.cost_minor - course.worth_minor <= budget


def test_what_is_lost_to_learn_is_journaled() -> None:
    decision = choose(read(ask("tent")), model=MODEL, items=ITEMS, settings=_settings(40.0))
    assert 0 < decision.learning_minor <= 40.0
    assert choose(read(ask("tent")), model=MODEL, items=ITEMS, settings=SURE).learning_minor == 0.0


def test_a_budget_that_does_not_bear_the_attention_tries_nothing_alone() -> None:
    assert _shown(_settings(2.0)) == []


def test_what_is_worth_its_cost_anyway_is_no_trial() -> None:
    valued, _ = worthwhile(_candidates(), scene(ask("tent"), settings=SURE))
    assert {one.candidate.item_id for one in valued if not one.trial} == {"mat", "lamp", "tent+", "stove"}


def test_what_hardly_may_pay_is_not_tried() -> None:
    """A cart at stake so large that even a great success would not pay."""
    assert _shown(_settings(1e6, friction=1.0)) == []


def test_a_trial_is_ranked_by_what_may_be_hoped_of_it() -> None:
    valued, left = worthwhile(_candidates(), scene(ask("tent"), settings=_settings(40.0)))
    trials = [one for one in valued if one.trial]
    assert trials
    assert all(one.score > 0 >= one.net_minor for one in trials)
    assert {one.candidate.item_id for one in [*left, *valued]} == {one.item_id for one in _candidates()}


@pytest.mark.parametrize("cross_sell", [-0.05, 0.0])
def test_a_pessimistic_prior_may_be_wrong_and_is_tried_too(cross_sell: float) -> None:
    assert "mat" in _shown(_settings(60.0, cross_sell=cross_sell))


def _candidates() -> list[Any]:
    return run_stages(scene(ask("tent"))).proposal.candidates


def test_only_the_twenty_that_come_nearest_to_paying_are_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def doubt(one: Valued, _: Scene) -> float:
        asked.append(one.net_minor)
        return 0.0

    monkeypatch.setattr(worth, "_deviation", doubt)
    here = scene(ask("tent"), settings=_settings(1e6))
    mat = value(Candidate(kind="cross_sell", item_id="mat", anchor_id="tent", source="pairs", score=0.5, pin=1), here)
    doubtful = [msgspec.structs.replace(mat, worth_minor=-float(n), cost_minor=0.0) for n in range(30)]
    assert worth._trials(doubtful, here, alone=True) == []
    assert asked == [-float(n) for n in range(20)]
