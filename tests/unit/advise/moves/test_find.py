"""Which moves are worth a talk, and what they say."""

from __future__ import annotations

import pytest
from tests.unit.advise.billing.accounts import meter, plan
from tests.unit.advise.moves.firms import AUDIT, CHAT, benefit, hold, prospect, signal, terms

from pairwell.advise.advice import Move
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.moves.find import find_moves
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.said import spoken


def of_kind(kind: str, one: Prospect, of: Terms | None = None) -> list[Move]:
    return [move for move in find_moves(one, of or terms()) if move.kind == kind]


def test_what_the_bills_say_is_a_move() -> None:
    (move,) = find_moves(prospect(), terms())
    assert (move.kind, move.plan_id, move.gain_minor, move.basis) == ("upgrade", "scale", 5000, "prior")
    assert move.benefit == "Scale saves 50 a month"
    assert move.chance_low < move.chance < move.chance_high
    assert move.evidence[0].rows == "the last 10 whole months"
    assert (move.objection, move.story and move.story.story_id) == ("And if we use less again?", "s3")


def test_the_same_bill_is_a_heads_up_and_pays_nothing() -> None:
    (move,) = find_moves(prospect(bought=2), terms())
    assert (move.kind, move.gain_minor, move.benefit) == ("heads_up", 0, "The same bill, 13 more credits")


def test_to_an_account_with_a_hold_silence_is_the_answer() -> None:
    assert find_moves(prospect(holds=(hold(),), needs=("inbound",)), terms()) == ()


def test_an_add_on_needs_something_of_this_account_that_speaks_for_it() -> None:
    assert of_kind("add_on", prospect()) == []
    (told,) = of_kind("add_on", prospect(needs=("Inbound",)))
    assert told.plan_id == "chat"
    assert told.benefit == "It serves Inbound, which they said they need on 2026-10-01"
    assert spoken(told.benefit, "pl") != told.benefit
    (asked,) = of_kind("add_on", prospect(signals=(signal("feature_asked", "audit"),)))
    assert (asked.plan_id, asked.benefit) == ("audit", "feature_asked of audit.")
    assert asked.signals[0].code == "feature_asked"


@pytest.mark.parametrize(("money", "found"), [(3999, 0), (4000, 1)])
def test_a_benefit_in_money_must_pay_for_an_add_on(money: int, found: int) -> None:
    of = terms(benefits=(benefit(feature="chat", money_minor=money),))
    moves = of_kind("add_on", prospect(of=of), of)
    assert len(moves) == found
    assert all(move.gain_minor == 0 for move in moves)


def test_time_that_an_add_on_saves_is_told_in_hours() -> None:
    of = terms(benefits=(benefit(feature="chat", minutes=150),))
    (move,) = of_kind("add_on", prospect(of=of), of)
    assert (move.benefit, move.gain_minor) == ("chat: saves 2.5 hours a month", None)


@pytest.mark.parametrize(("share", "found"), [(0.2285, []), (0.2286, ["chat"]), (0.0, [])])
def test_an_add_on_costs_no_more_than_a_share_of_the_contract(share: float, found: list[str]) -> None:
    # 4000 of the 17500 that are expected a month.
    of = terms(add_on_price_share=share)
    assert [move.plan_id for move in of_kind("add_on", prospect(needs=("inbound",)), of)] == found


def test_what_was_asked_for_is_likelier_than_what_was_not() -> None:
    one = of_kind("add_on", prospect(needs=("inbound",)))[0]
    both = of_kind("add_on", prospect(needs=("inbound",), signals=(signal("feature_tried", "chat"),)))[0]
    assert one.chance < both.chance
    assert one.worth_minor < both.worth_minor


def test_minutes_of_whoever_talks_are_a_cost() -> None:
    free, paid = (find_moves(prospect(), terms(minute_minor=minor))[0] for minor in (0, 100))
    assert free.worth_minor - paid.worth_minor == 100 * free.minutes


def test_a_story_is_told_in_the_language_asked_for_and_says_why() -> None:
    of = terms(locale="pl")
    (move,) = of_kind("add_on", prospect(needs=("inbound",), of=of), of)
    assert move.story is not None
    assert move.story.text == "Czterdzieści sklepów."
    assert move.story.because == "the same industry, the same need: inbound, about Web chat"


def test_a_story_of_another_need_is_not_told() -> None:
    of = terms(stories=tuple(told for told in terms().stories if told.story_id == "s1"))
    moves = find_moves(prospect(needs=("inbound",), of=of), of)
    assert {move.plan_id: move.story and move.story.story_id for move in moves} == {"scale": None, "chat": "s1"}


def test_a_limit_that_is_taken_whole_is_tried_without_and_measured() -> None:
    full = plan("full", 1000, meters=(meter("credits", "3"), meter("candidate_credits", "10")), title="Full")
    large = plan(
        "large", 9000, tier=1, meters=(meter("credits", "90"), meter("candidate_credits", "90")), title="Large"
    )
    small = plan("payg", 1000, meters=full.meters, title="Small")
    of = terms(prices=Prices(plans=(small, large), currency="EUR"))
    (move,) = of_kind("trial", prospect(bought=3, of=of), of)
    assert move.benefit == "31 days of Large without a limit on credits, to see how much they need"
    assert move.why[0] == "Look at how much of credits they use in it"
    assert move.why[1] == "It costs us 18"  # a fifth of the fee


def test_a_renewal_near_is_a_talk_of_its_own() -> None:
    (move,) = of_kind("renewal", prospect(bought=1, signals=(signal("renewal_near"),)))
    assert (move.plan_id, move.margin_minor > 0) == ("payg", True)


def test_packages_of_units_are_weighed_with_the_plans_and_not_beside_them() -> None:
    pack = plan("pack", 100, kind="add_on", family="pack", meters=(meter("credits", "10"),), purpose="inbound")
    of = terms(prices=Prices(plans=(*terms().prices.plans, pack), currency="EUR"))
    assert "pack" not in [move.plan_id for move in of_kind("add_on", prospect(needs=("inbound",), of=of), of)]
    assert {CHAT.kind, AUDIT.kind} == {"add_on"}
