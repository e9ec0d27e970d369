from __future__ import annotations

import pytest

from pairwell.errors import NotFoundError
from pairwell.simulate.firm.judging import (
    Pitched,
    best_pitches,
    expected_margin,
    judge_upgrades,
    pitched_though_touchy,
    pitches_by_revenue,
)
from pairwell.simulate.firm.truth import Account, Move, Right, Truth


def account(name: str, right: Right, bill: int, *moves: Move) -> Account:
    plan_id = moves[0].plan_id if right == "upgrade_now" else None
    return Account(
        account_id=name, right=right, plan_id=plan_id, minutes=30, bill_minor=bill, help_minor=0, moves=moves
    )  # fmt: skip


def upgrade(plan_id: str, margin: int) -> Move:
    return Move(plan_id=plan_id, kind="upgrade", gain_minor=100, accept=0.8, margin_minor=margin)


def add_on(plan_id: str, margin: int) -> Move:
    return Move(plan_id=plan_id, kind="add_on", gain_minor=100, accept=0.8, margin_minor=margin)


@pytest.fixture
def three() -> Truth:
    rows = (
        account("a", "upgrade_now", 100, upgrade("hiring-scale", 900), add_on("reports", 20), upgrade("desk-team", -5)),
        account("b", "leave_alone", 900, add_on("reports", -40), add_on("audit-log", -50)),
        account("c", "stay", 500, add_on("audit-log", 300), upgrade("hiring-growth", -100)),
    )
    return Truth(accounts={row.account_id: row for row in rows})


def test_upgrades_are_counted_by_account_and_by_plan(three: Truth) -> None:
    found = judge_upgrades(three, {"a": "hiring-growth", "c": "hiring-growth"})
    assert (found.said, found.found, found.right, found.to_right_plan) == (2, 1, 1, 0)
    assert (found.precision, found.recall) == (0.5, 1.0)
    assert judge_upgrades(three, {"a": "hiring-scale"}).to_right_plan == 1


def test_who_says_nothing_has_no_precision(three: Truth) -> None:
    assert judge_upgrades(three, {}).precision is None
    assert judge_upgrades(three, {}).recall == 0


def test_an_account_that_is_not_there_is_an_error(three: Truth) -> None:
    with pytest.raises(NotFoundError):
        judge_upgrades(three, {"z": "hiring-scale"})


def test_the_touchy_are_named_once(three: Truth) -> None:
    talks = [Pitched(account_id=name, plan_id="reports") for name in ("b", "a", "b")]
    assert pitched_though_touchy(three, talks) == ["b"]


def test_margins_add_up_and_what_cannot_be_pitched_brings_nothing(three: Truth) -> None:
    talks = [
        Pitched(account_id="a", plan_id="hiring-scale"),
        Pitched(account_id="b", plan_id="audit-log"),
        Pitched(account_id="c", plan_id="desk-team"),
    ]
    assert expected_margin(three, talks) == 900 - 50


def test_the_best_talks_come_first_and_only_those_that_pay(three: Truth) -> None:
    assert [one.account_id for one in best_pitches(three, 1)] == ["a"]
    assert best_pitches(three, 9) == [
        Pitched(account_id="a", plan_id="hiring-scale"),
        Pitched(account_id="c", plan_id="audit-log"),
    ]


def test_by_revenue_the_largest_bills_get_the_next_plan(three: Truth) -> None:
    assert pitches_by_revenue(three, 2) == [
        Pitched(account_id="b", plan_id="audit-log"),  # the smallest fee of the two
        Pitched(account_id="c", plan_id="hiring-growth"),
    ]


def test_in_a_firm_knowing_the_truth_pays_far_more_than_ranking_by_revenue(truth: Truth) -> None:
    talks = len(truth.accounts) // 5
    best = expected_margin(truth, best_pitches(truth, talks))
    usual = pitches_by_revenue(truth, talks)
    assert best > 3 * max(expected_margin(truth, usual), 0)
    # Even if each of them were pitched the best there is.
    knowing = [Pitched(account_id=one.account_id, plan_id=truth.find(one.account_id).moves[0].plan_id) for one in usual]
    assert expected_margin(truth, usual) < expected_margin(truth, knowing) < 0.6 * best
    assert pitched_though_touchy(truth, best_pitches(truth, talks)) == []
