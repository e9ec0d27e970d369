"""Seasons that accounts of one industry share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from math import cos, exp, pi

import numpy as np
import pytest
from tests.unit.advise.billing.accounts import at, held, meter, plan

from pairwell.advise.account import Account
from pairwell.advise.billing.days import months_on
from pairwell.advise.billing.ledger import Ledger, Prices, Use
from pairwell.advise.seasons import Seasons, find_seasons, seasons_of

APP = plan("app", 1000, meters=(meter("calls", "10000"),))
PRICES = Prices(plans=(APP,), currency="EUR")
FIRST = dt.date(2025, 5, 1)


def account(number: int, swing: float, *, months: int = 18, limit: float = 1e9, industry: str = "Retail") -> Account:
    """One that grows or shrinks by its own pace, wavers, and swings with the year: most in November."""
    rng = np.random.default_rng(number)
    drift, level = rng.normal(0, 0.03), 5 + rng.normal()
    used = []
    for month in range(months):
        day = months_on(FIRST, month)
        log = level + drift * month + swing * cos(2 * pi * (day.month - 11) / 12) + rng.normal(0, 0.06)
        used.append(Use("calls", day, Decimal(round(min(exp(log), limit)))))
    return Account(
        account_id=f"a{number}",
        as_of=at("2026-11-01T00:00"),
        attributes={"industry": industry},
        ledger=Ledger((held("app", "2025-05-01"),), tuple(used)),
        used_until=dt.date(2026, 10, 31),
    )


def learned(swing: float, number: int = 30, **more: float) -> Seasons:
    return find_seasons([account(one, swing, **more) for one in range(number)], PRICES)  # type: ignore[arg-type]  # months


def test_a_season_is_found_whatever_each_account_does_beside() -> None:
    season = learned(0.3)["Retail", "calls"]
    assert season.accounts == 30
    for month in range(1, 13):
        assert season.factors[month - 1] == pytest.approx(exp(0.3 * cos(2 * pi * (month - 11) / 12)), rel=0.08)


def test_where_there_is_none_hardly_any_is_found() -> None:
    factors = learned(0.0)["Retail", "calls"].factors
    assert max(factors) < 1.04
    assert min(factors) > 0.96


def test_a_burst_bears_on_no_season() -> None:
    many = [account(one, 0.0) for one in range(30)]
    burst = Use("calls", dt.date(2026, 3, 1), Decimal(5_000))
    for place in range(5):
        ledger = many[place].ledger
        used = (*ledger.used, burst)
        many[place] = Account(
            **{name: getattr(many[place], name) for name in many[place].__struct_fields__}
            | {"ledger": Ledger(ledger.held, used)}
        )
    assert find_seasons(many, PRICES)["Retail", "calls"].factors[2] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("number", "months"), [(7, 18), (30, 14)])
def test_too_few_accounts_or_months_tell_none(number: int, months: int) -> None:
    assert learned(0.3, number, months=months) == {}


def test_months_that_took_all_there_was_tell_nothing() -> None:
    full = [account(one, 0.3, limit=10_000) for one in range(30)]
    capped = Prices(plans=(plan("app", 1000, meters=(meter("calls", "40"),)),), currency="EUR")
    low = [account(one, 0.3, limit=40) for one in range(30)]
    assert find_seasons(low, capped).keys() == set()
    assert find_seasons(full, PRICES).keys() == {("Retail", "calls")}


def test_an_account_has_those_of_its_industry() -> None:
    found = find_seasons([account(one, 0.3) for one in range(10)], PRICES)
    assert set(seasons_of(found, account(1, 0.3))) == {"calls"}
    assert seasons_of(found, account(1, 0.3, industry="Health")) == {}
