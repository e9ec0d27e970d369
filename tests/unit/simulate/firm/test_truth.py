from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pairwell.errors import NotFoundError
from pairwell.simulate.firm.behaviour import Ties, accept_chance, harm_chance, leave_chance, months_kept
from pairwell.simulate.firm.exports import write_firm
from pairwell.simulate.firm.futures import look_ahead
from pairwell.simulate.firm.price_list import FAMILIES, PRICE_LIST
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.standing import stand
from pairwell.simulate.firm.truth import LIKELY, Account, Move, Truth, find_truth
from pairwell.simulate.firm.world import Firm, make_firm

from .reading import accounts_with_a_trace, read_files

_PLANS = {plan.plan_id: plan for plan in PRICE_LIST}


def test_the_truth_is_told_of_everybody_who_is_there(firm: Firm, truth: Truth) -> None:
    assert list(truth.accounts) == [firm.accounts.ids[place] for place in firm.customers]


def test_of_an_account_that_is_not_there_nothing_is_true(truth: Truth) -> None:
    with pytest.raises(NotFoundError, match="'A99999'"):
        truth.find("A99999")


def test_each_right_move_is_there_often_enough(truth: Truth) -> None:
    counts = Counter(account.right for account in truth.accounts.values())
    shares = {right: count / len(truth.accounts) for right, count in counts.items()}
    assert 0.08 < shares["upgrade_now"] < 0.25
    assert 0.12 < shares["leave_alone"] < 0.30
    assert 0.40 < shares["stay"] < 0.70
    assert 0.01 < shares["downgrade"] < 0.10
    assert 0.01 < shares["help_instead"] < 0.10


def test_a_change_is_right_where_it_helps_and_is_likely_to_be_accepted(truth: Truth) -> None:
    for account in truth.accounts.values():
        changes = [move for move in account.moves if move.kind != "add_on"]
        if account.right in {"upgrade_now", "downgrade"}:
            right = _move(account, account.plan_id)
            assert right.kind == {"upgrade_now": "upgrade", "downgrade": "downgrade"}[account.right]
            assert right.gain_minor == max(move.gain_minor for move in changes) > 0
            assert right.accept >= LIKELY
        elif account.right == "stay":
            assert account.plan_id is None
            best = max(changes, key=lambda move: move.gain_minor)
            assert best.gain_minor <= 0 or best.accept < LIKELY


def test_to_pitch_those_to_be_left_alone_only_costs_money(truth: Truth) -> None:
    alone = [account for account in truth.accounts.values() if account.right == "leave_alone"]
    assert all(move.margin_minor <= 0 for account in alone for move in account.moves)
    assert np.mean([account.moves[0].margin_minor for account in alone]) < -10_000


def test_help_keeps_money_where_interest_is_lost(firm: Firm, truth: Truth) -> None:
    for place in firm.customers.tolist():
        account = truth.find(firm.accounts.ids[place])
        assert (account.help_minor > 0) == bool(firm.needs.fading[-1, place])
        assert account.right != "help_instead" or account.help_minor > 0


def test_moves_lead_to_what_is_not_held(firm: Firm, truth: Truth) -> None:
    for place in firm.customers.tolist():
        account = truth.find(firm.accounts.ids[place])
        tiers = dict(zip(FAMILIES, firm.holding.tier[-1, place].tolist(), strict=True))
        for move in account.moves:
            plan = _PLANS[move.plan_id]
            if move.kind != "add_on":
                held = tiers[plan.family] + 1
                assert held > 0
                assert move.kind == ("upgrade" if plan.tier > held else "downgrade")
                assert plan.tier != held
        margins = [move.margin_minor for move in account.moves]
        assert margins == sorted(margins, reverse=True)


def test_a_gain_is_the_difference_of_what_two_plans_will_cost(firm: Firm, truth: Truth) -> None:
    ahead = look_ahead(firm)
    family = list(FAMILIES).index("hiring")
    for place in firm.customers[firm.holding.tier[-1, firm.customers, family] == 1][:20].tolist():
        total = ahead.total[family][:, place]
        gain = _move(truth.find(firm.accounts.ids[place]), "hiring-growth").gain_minor
        assert gain == pytest.approx(total[1] - total[2], abs=1)


def test_whitespace_is_worth_its_fee_and_not_held(firm: Firm, truth: Truth) -> None:
    sizes = []
    for place in firm.customers.tolist():
        found = truth.whitespace(firm.accounts.ids[place])
        sizes.append(len(found))
        assert all(move.kind == "add_on" and move.gain_minor > 0 for move in found)
    assert 1 < np.mean(sizes) < 4


def test_an_add_on_held_is_worth_its_fee_more_often_than_not(firm: Firm) -> None:
    held = firm.holding.add_ons[-1][firm.customers]
    worth = firm.accounts.add_on_worth[firm.customers] > 0
    assert worth[held].mean() > 0.75
    assert worth[~held].mean() < 0.25


def test_a_talk_takes_longer_with_a_large_firm(firm: Firm, truth: Truth) -> None:
    by_size = sorted(firm.customers.tolist(), key=lambda place: int(firm.accounts.employees[place]))
    minutes = [truth.find(firm.accounts.ids[place]).minutes for place in by_size]
    assert minutes == sorted(minutes)
    assert 20 <= minutes[0] < minutes[-1] <= 90


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_to_be_left_alone_without_a_trace_in_the_files(seed: int, tmp_path: Path) -> None:
    firm = make_firm(seed, size=FirmSize(accounts=250))
    truth, files = find_truth(firm), read_files(write_firm(firm, tmp_path))
    traced = accounts_with_a_trace(files, f"{firm.size.history_end:%Y-%m-%d}")
    alone = {name for name, account in truth.accounts.items() if account.right == "leave_alone"}
    assert len(alone) > 20
    assert alone <= traced
    # Some traces mean nothing, so that to shun them all costs upgrades; yet not many.
    upgrades = {name for name, account in truth.accounts.items() if account.right == "upgrade_now"}
    assert len(traced & truth.accounts.keys()) > len(alone)
    assert len(upgrades & traced) < 0.2 * len(upgrades)


def test_some_near_a_limit_will_shrink_and_some_grow_late(firm: Firm, truth: Truth) -> None:
    """What was paid last month alone does not tell who should move."""
    over = {}
    for place in firm.customers.tolist():
        account = truth.find(firm.accounts.ids[place])
        upgrades = [move.gain_minor for move in account.moves if move.kind == "upgrade"]
        over[place] = (bool(upgrades) and max(upgrades) > 0, account.right == "upgrade_now")
    wanted, right = (np.array(each) for each in zip(*over.values(), strict=True))
    assert (wanted & ~right).sum() > 10
    assert not (right & ~wanted).any()


def _move(account: Account, plan_id: str | None) -> Move:
    return next(move for move in account.moves if move.plan_id == plan_id)


def test_the_margin_of_an_add_on_is_its_fee_for_as_long_as_the_account_stays(firm: Firm, truth: Truth) -> None:
    standing = stand(firm)
    for place in firm.customers[:60].tolist():
        mood, touchy, renews = standing.ties.mood, standing.ties.touchy, standing.ties.renews
        ties = Ties(mood[[place]], touchy[[place]], renews[[place]])
        over = standing.total[[place]] / standing.best[[place]] - 1
        kept = months_kept(leave_chance(over, standing.fading[[place]], ties.touchy))[0]
        for move in truth.find(firm.accounts.ids[place]).moves:
            plan = _PLANS[move.plan_id]
            if move.kind == "add_on":
                share = np.array([0.25 * move.gain_minor / plan.fee_minor])
                lost = harm_chance(share, ties)[0] * kept * standing.brings[place]
                won = accept_chance(share, ties)[0] * kept * 0.9 * plan.fee_minor
                assert move.margin_minor == pytest.approx(won - lost, rel=0.001, abs=50)
