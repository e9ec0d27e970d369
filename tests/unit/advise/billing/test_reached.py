"""What was wanted, by the day on which all was taken."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.advise.billing.accounts import at, held, meter, plan, use

from pairwell.advise.billing.case import Benefit, Case
from pairwell.advise.billing.coming import Outlook, outlook
from pairwell.advise.billing.ledger import Ledger, Prices, Use
from pairwell.advise.billing.reached import wanted_by_day, wanted_in
from pairwell.advise.billing.recommend import recommend

FULL = plan("full", 1000, meters=(meter("calls", "300"),), title="Full")
LARGE = plan("large", 3000, tier=1, meters=(meter("calls", "1000", ("10", None)),), title="Large")
OCTOBER = dt.date(2026, 10, 1)
LEADS = tuple(use("leads", f"2026-10-{day:02}", "3") for day in (7, 14, 21, 28))


def account(*used: Use, plan_id: str = "full", **more: Any) -> Case:
    prices = Prices(plans=(FULL, LARGE), currency="EUR")
    ledger = Ledger((held(plan_id, "2026-01-01"),), used)
    return Case(ledger=ledger, prices=prices, family="app", as_of=at("2026-11-01T12:00"), **more)


def wanted(*used: Use) -> float | None:
    return wanted_by_day(account(*used), "calls", OCTOBER, Decimal(300))


def test_the_days_before_the_limit_are_the_measure() -> None:
    rows = (use("calls", "2026-10-07", "120"), use("calls", "2026-10-14", "130"), use("calls", "2026-10-21", "50"))
    assert wanted(*rows, *LEADS) == pytest.approx(250 / 14 * 31)


def test_but_no_less_than_the_limit_by_its_day() -> None:
    rows = (use("calls", "2026-10-07", "10"), use("calls", "2026-10-14", "290"))
    assert wanted(*rows, *LEADS) == pytest.approx(300 / 14 * 31)


def test_where_the_first_row_took_all_no_more_is_known() -> None:
    assert wanted(use("calls", "2026-10-07", "300"), *LEADS) == pytest.approx(300 / 7 * 31)


def test_a_row_a_month_tells_nothing() -> None:
    assert wanted(use("calls", "2026-10-01", "300"), use("leads", "2026-10-01", "9")) is None


def test_a_month_below_the_limit_wanted_what_it_took() -> None:
    assert wanted_in(account(*LEADS), "calls", OCTOBER, Decimal(299)) is None
    assert wanted_in(account(*LEADS, plan_id="large"), "calls", OCTOBER, Decimal(2_000)) is None


def full_months(days: int) -> list[Use]:
    """Six months, each of which took all in so many days, a third of it every third of them."""
    found = []
    for month in range(5, 11):
        found += [use("calls", f"2026-{month:02}-{part * days // 3:02}", "100") for part in (1, 2, 3)]
        found += [use("leads", f"2026-{month:02}-{day:02}", "3") for day in (7, 14, 21, 28)]
    return found


def test_it_is_forecast_what_was_wanted() -> None:
    looked = outlook(account(*full_months(15), known_since=dt.date(2026, 5, 1)))
    assert isinstance(looked, Outlook)
    assert looked.meters[0].months[0].expected == pytest.approx(600, rel=0.05)
    assert looked.meters[0].history[-1] == 300


@pytest.mark.parametrize(("days", "action"), [(15, "upgrade"), (27, "heads_up")])
def test_who_runs_out_early_should_have_more(days: int, action: str) -> None:
    worth = (Benefit(meter="calls", money_minor=Decimal(30)),)
    found = recommend(account(*full_months(days), known_since=dt.date(2026, 5, 1), benefits=worth))
    assert found.action == action
