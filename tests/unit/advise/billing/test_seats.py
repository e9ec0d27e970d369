"""Seats of the coming months."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.unit.advise.billing.accounts import case, held, plan

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.ledger import Held
from pairwell.advise.billing.recommend import recommend
from pairwell.advise.billing.seats import seats_ahead

TEAM = plan("team", 1000, seats_included=2, seat_minor=500, title="Team")
BUSINESS = plan("business", 5200, tier=1, seats_included=15, seat_minor=400, title="Business")
MONTHS = (dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1))


def holding(seats: list[int]) -> list[Held]:
    """From January on, so many in each month."""
    starts = [dt.date(2026, month, 1).isoformat() for month in range(1, len(seats) + 1)]
    return [
        held("team", since, until, seats=number)
        for since, until, number in zip(starts, [*starts[1:], None], seats, strict=True)
    ]


def account(seats: list[int], **more: Any) -> Case:
    plans = more.pop("plans", [TEAM, BUSINESS])
    return case(plans, holding(seats), {"leads": [10 + 2 * month for month in range(10)]}, **more)


def ahead(found: Case) -> list[int]:
    return [part.seats for part in seats_ahead(found, MONTHS)]


def test_seats_that_grew_grow_on() -> None:
    found = ahead(account([3, 4, 5, 5, 6, 7, 7, 8, 9, 9]))
    assert found == sorted(found)
    assert 10 <= found[-1] <= 13


def test_those_that_never_changed_stay() -> None:
    assert ahead(account([5] * 10)) == [5, 5, 5]


def test_no_more_are_taken_than_the_plan_has() -> None:
    small = plan("team", 1000, seats_included=2, seats_max=10, seat_minor=500)
    assert max(ahead(account([3, 4, 5, 5, 6, 7, 7, 8, 9, 9], plans=[small]))) == 10


def test_what_is_not_priced_by_seats_keeps_them() -> None:
    free = plan("team", 1000)
    assert ahead(account([3, 4, 5, 5, 6, 7, 7, 8, 9, 9], plans=[free])) == [9, 9, 9]


@pytest.mark.parametrize(("seats", "action"), [([7, 7, 8, 8, 9, 9, 10, 10, 11, 11], "upgrade"), ([11] * 10, "stay")])
def test_a_larger_plan_is_right_where_they_are_about_to_fill_it(seats: list[int], action: str) -> None:
    assert recommend(account(seats)).action == action
