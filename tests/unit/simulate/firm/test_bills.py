from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pairwell.simulate.firm.bills import Wants, price_months
from pairwell.simulate.firm.price_list import ADD_ONS, AIMS, DESK, FAMILIES, HIRING, PRICE_LIST


def wants(assessments: float, candidates: float = 0, conversations: float = 0, users: float = 1) -> Wants:
    used = {"assessments": assessments, "candidates": candidates, "conversations": conversations}
    return Wants({name: np.array([float(one)]) for name, one in used.items()}, np.array([float(users)]), np.ones(1))


@pytest.mark.parametrize(
    ("tier", "month", "bill"),
    [
        (0, wants(1, 60), 7_500),
        (0, wants(2, 60), 12_500),
        (0, wants(3, 61), 7_500 + 2 * 5_000 + 40),
        (1, wants(15, 450), 12_500),
        (1, wants(17, 460), 12_500 + 2 * 3_500 + 10 * 30),
    ],
)
def test_bills_of_hiring(tier: int, month: Wants, bill: int) -> None:
    costs = price_months(HIRING[tier], month)
    assert costs.bill.tolist() == [bill]
    assert costs.missed.tolist() == [0]


def test_a_limit_keeps_from_what_is_beyond_it() -> None:
    costs = price_months(DESK[0], wants(0, conversations=420, users=5))
    assert costs.bill.tolist() == [2_900 + 1_200]
    assert costs.missed.tolist() == [120 * 50 + 2 * 3_000]
    assert costs.total.tolist() == [costs.bill[0] + costs.missed[0]]


def test_further_seats_are_paid_and_those_included_are_not() -> None:
    assert price_months(DESK[1], wants(0, conversations=100, users=4)).bill.tolist() == [5_900]
    assert price_months(DESK[1], wants(0, conversations=1_600, users=7)).bill.tolist() == [5_900 + 2 * 2_500 + 600]


def test_each_plan_is_the_best_one_for_somebody() -> None:
    for family, plans in FAMILIES.items():
        grid = [wants(n, 26 * n, 60 * n, max(1, n // 4)) for n in range(1, 400)]
        best = {int(np.argmin([price_months(plan, one).total[0] for plan in plans])) for one in grid}
        assert best == set(range(len(plans))), family


def test_the_price_list_is_one() -> None:
    assert len({plan.plan_id for plan in PRICE_LIST}) == len(PRICE_LIST)
    assert {plan.purpose for plan in ADD_ONS} == set(AIMS)
    for plans in FAMILIES.values():
        assert [plan.tier for plan in plans] == list(range(1, len(plans) + 1))
        assert all(small.fee_minor < large.fee_minor for small, large in pairwise(plans))
    assert all((plan.cost_minor or 0) < plan.fee_minor for plan in PRICE_LIST)
