"""The same months on every plan."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.unit.advise.billing.accounts import PAY_AS_YOU_GO, SCALE, at, case, held, meter, plan, use

from pairwell.advise.billing.case import Benefit, Case
from pairwell.advise.billing.compare import Comparison, NotKnown, Option, compare
from pairwell.advise.billing.ledger import Bill, Lack, Ledger

CREDITS = [1, 2, 3, 4, 1, 2, 3, 4, 1, 3]  # 24 in ten months: 14 further ones


def compared(found: Case) -> Comparison:
    comparison = compare(found)
    assert isinstance(comparison, Comparison)
    return comparison


def option(comparison: Comparison, plan_id: str, *add_ons: str) -> Option:
    return next(one for one in comparison.options if (one.plan_id, one.add_ons) == (plan_id, add_ons))


def worked(**more: object) -> Comparison:
    return compared(case([PAY_AS_YOU_GO, SCALE], [held("payg", "2026-01-01")], {"credits": CREDITS}, **more))


def test_each_month_is_reckoned_on_every_plan() -> None:
    found = worked()
    assert found.paid_minor == 10 * 7500 + 14 * 5000
    small, large = option(found, "payg"), option(found, "scale")
    assert (small.is_current, small.total_minor, small.difference_minor) == (True, 145000, 0)
    assert (large.is_current, large.total_minor, large.difference_minor) == (False, 125000, -20000)
    assert [bill.total_minor for bill in small.months if isinstance(bill, Bill)][:3] == [7500, 12500, 17500]
    assert found.cheapest == large


def test_the_running_month_stands_apart() -> None:
    used = {"credits": [*CREDITS, 20]}
    found = compared(case([PAY_AS_YOU_GO, SCALE], [held("payg", "2026-01-01")], used, as_of=at("2026-11-20")))
    assert found.months[-1] == dt.date(2026, 10, 1)
    assert option(found, "payg").total_minor == 145000
    running = option(found, "scale").running
    assert isinstance(running, Bill)
    assert (running.month, running.total_minor) == (dt.date(2026, 11, 1), 12500 + 5 * 5000)


def test_only_months_that_were_paid_for_on_every_day_and_whose_use_is_known_count() -> None:
    holding = [
        held("payg", "2026-01-01", "2026-02-01", is_trial=True),
        held("payg", "2026-02-01", "2026-05-10"),
        held("scale", "2026-05-10", "2026-07-05"),
        held("payg", "2026-08-02"),
    ]
    found = case(
        [PAY_AS_YOU_GO, SCALE], holding, {}, known_since=dt.date(2026, 3, 1), known_until=dt.date(2026, 10, 30)
    )
    assert [month.month for month in found.whole_months] == [3, 4, 5, 6, 9]
    assert found.recent_months == (dt.date(2026, 9, 1),)
    assert found.today == dt.date(2026, 10, 31)


def test_no_more_months_are_looked_back_over_than_asked() -> None:
    assert len(worked(months=3).months) == 3


def test_a_plan_that_cannot_serve_says_what_it_lacks() -> None:
    found = compared(
        case(
            [PAY_AS_YOU_GO, SCALE],
            [held("scale", "2026-01-01")],
            {"credits": CREDITS, "candidate_credits": [9, 13, 40, 8, 8, 8, 8, 8, 8, 8]},
        )
    )
    small = option(found, "payg")
    assert (small.total_minor, small.difference_minor) == (None, None)
    assert small.lacks == (Lack(plan_id="payg", what="meter", lacking=Decimal(30), meter="candidate_credits"),)
    assert found.cheapest == option(found, "scale")


def test_seats_are_tried_as_they_were() -> None:
    team = plan("team", 1000, seats_included=2, seat_minor=100)
    solo = plan("solo", 100, seats_included=1, tier=-1)
    holding = [held("team", "2026-01-01", "2026-04-01", seats=1), held("team", "2026-04-01", seats=4)]
    found = compared(case([team, solo], holding, {}))
    assert option(found, "team").total_minor == 10 * 1000 + 7 * 200
    assert option(found, "solo").lacks == (Lack(plan_id="solo", what="seats", lacking=Decimal(3)),)


MESSAGES = plan("app", 2000, meters=(meter("messages", "100", ("4", None)),))
PACK = plan("pack", 300, kind="add_on", meters=(meter("messages", "100"),))


def test_packages_are_tried_in_the_number_that_costs_least() -> None:
    # 350: 250 further for 1000; with two packages 50 for 200 and 600 for them; a third package is not worth 200
    found = compared(case([MESSAGES, PACK], [held("app", "2026-01-01")], {"messages": [350] * 10}))
    assert [(one.plan_id, one.add_ons, one.total_minor) for one in found.options] == [
        ("app", (), 30000),
        ("app", ("pack", "pack"), 28000),
    ]


def test_a_package_that_makes_a_plan_fit_is_found() -> None:
    strict = plan("app", 2000, meters=(meter("messages", "100"),))
    found = compared(case([strict, PACK], [held("app", "2026-01-01")], {"messages": [350] * 10}))
    assert option(found, "app").total_minor is None
    assert option(found, "app", "pack", "pack", "pack").total_minor == 29000
    assert found.paid_minor is None


def test_add_ons_held_stay_unless_the_plan_has_what_they_do() -> None:
    sso = plan("sso", 500, kind="add_on", features=("sso",), requires=("small", "large"))
    small, large = plan("small", 1000), plan("large", 1400, tier=1, features=("sso",))
    huge = plan("huge", 1600, tier=2)
    found = compared(case([small, large, huge, sso], [held("small", "2026-01-01"), held("sso", "2026-01-01")], {}))
    assert [(one.plan_id, one.add_ons, one.total_minor, one.loses) for one in found.options] == [
        ("small", ("sso",), 15000, ()),
        ("large", (), 14000, ()),
        ("huge", (), 16000, ("sso",)),
    ]


def test_the_best_value_counts_what_named_benefits_are_worth() -> None:
    small, large = plan("small", 1000), plan("large", 1400, tier=1, features=("api",))
    asked = {
        worth: compared(
            case(
                [small, large],
                [held("small", "2026-01-01")],
                {},
                benefits=(Benefit(feature="api", money_minor=Decimal(worth)),),
            )
        )
        for worth in (399, 401)
    }
    assert asked[399].best_value == option(asked[399], "small")
    assert asked[401].best_value == option(asked[401], "large")
    assert asked[401].cheapest == option(asked[401], "small")
    assert option(asked[401], "large").gains == ("api",)


def test_of_the_same_value_more_units_to_spare_are_better() -> None:
    found = compared(case([PAY_AS_YOU_GO, SCALE], [held("payg", "2026-01-01")], {"credits": [2] * 10}))
    assert found.cheapest == option(found, "payg")
    assert found.best_value == option(found, "scale")
    assert option(found, "scale").spare == {"credits": 13, "candidate_credits": 150}


def test_a_year_is_tried_from_the_first_month_on() -> None:
    yearly = plan("year", 60000, period="year", meters=(meter("calls", "120", ("100", None)),))
    month = plan("month", 6000, meters=(meter("calls", "10", ("100", None)),))
    used = tuple(use("calls", f"2025-{number:02}-05", "11") for number in range(1, 13))
    found = compared(
        Case(
            ledger=Ledger((held("month", "2024-01-01"),), used),
            prices=case([yearly, month], [], {}).prices,
            family="app",
            as_of=at("2026-01-01"),
        )
    )
    assert option(found, "month").total_minor == 12 * 6100
    assert option(found, "year").total_minor == 60000 + 12 * 100


def test_how_long_a_plan_binds_is_said() -> None:
    bound = plan("bound", 1000, min_term_months=6)
    year = plan("year", 9000, period="year", prorated=False)
    found = compared(case([bound, year], [held("bound", "2026-08-15"), held("bound", "2026-08-15")], {}))
    assert option(found, "bound").locked_until == dt.date(2027, 2, 15)
    assert option(found, "year").locked_until == dt.date(2027, 12, 1)
    later = compared(case([bound, year], [held("year", "2025-03-01")], {}))
    assert option(later, "year").locked_until == dt.date(2027, 3, 1)


def test_without_a_plan_or_months_there_is_nothing_to_compare() -> None:
    assert compare(case([SCALE], [], {})) == NotKnown("no_plan")
    assert compare(case([SCALE], [held("scale", is_trial=True)], {})) == NotKnown("trial")
    assert compare(case([SCALE], [held("scale", "2026-10-05")], {})) == NotKnown("too_few_months", needed=1)
