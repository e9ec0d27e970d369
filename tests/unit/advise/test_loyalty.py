"""What a loyalty programme would have cost."""

from __future__ import annotations

import datetime as dt

import pytest

from pairwell.advise.loyalty import Programme, Purchase, reckon_programme

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def bought(*days: int, amount: int = 1000) -> list[Purchase]:
    return [Purchase(START + dt.timedelta(days=day), amount, 400) for day in days]


THIRD = Programme(purchases=3, bonus_minor=300, expires_days=30)


def test_the_purchase_after_the_third_takes_the_bonus() -> None:
    found = reckon_programme(THIRD, {"a": bought(0, 5, 10, 20), "b": bought(0, 5)})
    assert (found.customers, found.earned, found.taken, found.expired) == (2, 1, 1, 0)
    assert (found.cost_minor, found.takers, found.cost_per_taker_minor) == (300, 1, 300)
    assert found.more_needed == pytest.approx(300 / 1600)


def test_one_that_comes_too_late_expires() -> None:
    found = reckon_programme(THIRD, {"a": bought(0, 5, 10, 41)})
    assert (found.earned, found.taken, found.expired, found.cost_minor) == (1, 0, 1, 0)
    assert (found.cost_per_taker_minor, found.more_needed) == (None, None)
    assert reckon_programme(THIRD, {"a": bought(0, 5, 10, 40)}).taken == 1


def test_small_purchases_neither_earn_nor_take_and_no_bonus_exceeds_its_purchase() -> None:
    least = Programme(purchases=1, bonus_minor=300, least_minor=500)
    assert reckon_programme(least, {"a": bought(0, 1, amount=499)}).earned == 0
    assert reckon_programme(Programme(purchases=1, bonus_minor=300), {"a": bought(0, 1, amount=200)}).cost_minor == 200


def test_the_order_of_rows_changes_nothing() -> None:
    rows = bought(0, 5, 10, 20, 25)
    assert reckon_programme(THIRD, {"a": rows}) == reckon_programme(THIRD, {"a": rows[::-1]})


def test_it_never_claims_to_know_what_it_adds() -> None:
    assert "experiment" in reckon_programme(THIRD, {"a": bought(0)}).said[-1]
