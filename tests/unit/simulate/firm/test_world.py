from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from pairwell.simulate.firm.holding import costs_of, overpaid
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.truth import find_truth
from pairwell.simulate.firm.world import Firm, make_firm


def test_the_same_seed_makes_the_same_firm(little: Firm) -> None:
    again = make_firm(little.seed, size=little.size)
    for name in little.holding.__struct_fields__:
        assert getattr(again.holding, name).tobytes() == getattr(little.holding, name).tobytes(), name
    assert find_truth(again) == find_truth(little)


def test_another_seed_makes_another_firm(little: Firm) -> None:
    other = make_firm(little.seed + 1, size=little.size)
    assert other.holding.tier.tobytes() != little.holding.tier.tobytes()
    assert find_truth(other) != find_truth(little)


def test_an_account_is_the_same_in_a_bigger_firm(little: Firm) -> None:
    bigger = make_firm(little.seed, size=replace(little.size, accounts=120))
    assert bigger.accounts.add_on_worth[:90].tolist() == little.accounts.add_on_worth.tolist()
    assert bigger.holding.tier[:, :90].tolist() == little.holding.tier.tolist()
    more, truth = find_truth(bigger), find_truth(little)
    assert {name: more.accounts[name] for name in truth.accounts} == truth.accounts


@pytest.mark.parametrize(("month", "start"), [(0, "2025-05"), (-5, "2024-12"), (8, "2026-01"), (18, "2026-11")])
def test_months_are_those_of_the_calendar(month: int, start: str) -> None:
    assert f"{FirmSize().month_start(month):%Y-%m}" == start
    assert FirmSize().month_start(month).day == 1


def test_the_default_firm_is_as_big_as_it_says(firm: Firm) -> None:
    assert firm.size.history_end == FirmSize().month_start(18)
    assert 400 <= firm.customers.size <= 2_000
    assert firm.customers.size == (firm.holding.there[-1] & ~firm.holding.left[-1]).sum()


def test_accounts_come_and_leave_and_never_return(firm: Firm) -> None:
    there = firm.holding.there.astype(int)
    came, went = (np.diff(there, axis=0) == 1).sum(), (np.diff(there, axis=0) == -1).sum()
    assert came > 100
    assert went > 60
    assert (np.abs(np.diff(there, axis=0)).sum(axis=0) + there[0] <= 2).all()
    assert (firm.holding.left[:-1] == (np.diff(there, axis=0) == -1)).all()


def test_plans_are_changed_both_ways_and_tried(firm: Firm) -> None:
    tier = firm.holding.tier
    stays = (tier[1:] >= 0) & (tier[:-1] >= 0)
    assert (stays & (tier[1:] > tier[:-1])).sum() > 20
    assert (stays & (tier[1:] < tier[:-1])).sum() > 5
    assert firm.holding.trial.any()
    assert firm.holding.add_on_trials.sum() > 50


def test_nobody_holds_anything_before_coming_or_after_leaving(firm: Firm) -> None:
    away = ~firm.holding.there
    assert (firm.holding.tier[away] == -1).all()
    assert not firm.holding.add_ons[away].any()
    assert (firm.holding.tier[firm.holding.there] >= 0).any(axis=1).all()


def test_bills_are_paid_by_those_who_are_there(firm: Firm) -> None:
    for month in range(firm.size.months):
        bills = firm.bills(month)
        there = firm.holding.there[month]
        paying = there & ~firm.holding.trial[month].any(axis=1)
        assert (bills[~there] == 0).all()
        assert (bills[paying] >= 2_900).all()


def test_who_overpays_leaves_more_often(firm: Firm) -> None:
    rates = {True: [0, 0], False: [0, 0]}
    for month in range(3, firm.size.months):
        over = overpaid(firm.holding.tier[month], costs_of(firm.needs.wants[month - 3 : month])) > 0.3
        for dear, counts in rates.items():
            at = firm.holding.there[month] & (over == dear)
            counts[0] += int((firm.holding.left[month] & at).sum())
            counts[1] += int(at.sum())
    assert rates[True][0] / rates[True][1] > 2 * rates[False][0] / rates[False][1]
