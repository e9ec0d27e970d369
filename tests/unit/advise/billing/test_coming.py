"""What is coming: use, limits and bills."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.unit.advise.billing.accounts import at, case, held, meter, plan

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.coming import Outlook, outlook
from pairwell.advise.billing.compare import NotKnown
from pairwell.advise.billing.ledger import Bill

CALLS = plan("app", 1000, meters=(meter("calls", "100", ("10", None)),))
FLAT = plan("flat", 2500, tier=1, meters=(meter("calls", "500", ("10", None)),))


def look(found: Case) -> Outlook:
    seen = outlook(found)
    assert isinstance(seen, Outlook)
    return seen


def steady(per_month: int, **more: object) -> Outlook:
    return look(case([CALLS, FLAT], [held("app", "2026-01-01")], {"calls": [per_month] * 10}, **more))


def test_bills_of_the_next_whole_months_on_every_plan() -> None:
    found = steady(150)
    assert found.months == (dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1))
    begun = steady(150, as_of=at("2026-11-02T12:00"))  # a day of November is gone
    assert begun.months == (dt.date(2026, 12, 1), dt.date(2027, 1, 1), dt.date(2027, 2, 1))
    assert [(one.way.plan.plan_id, one.total_minor) for one in found.options] == [("app", 4500), ("flat", 7500)]


def test_an_uncertain_use_makes_an_uncertain_bill() -> None:
    used = {"calls": [100, 180, 120, 170, 130, 190, 110, 160, 150, 140]}
    first, flat = look(case([CALLS, FLAT], [held("app", "2026-01-01")], used)).options
    assert first.low_minor is not None
    assert first.total_minor is not None
    assert first.high_minor is not None
    assert first.low_minor < first.total_minor < first.high_minor
    assert flat.low_minor == flat.high_minor == 7500


def test_what_was_used_in_the_running_month_counts() -> None:
    used = {"calls": [60] * 10 + [90]}
    found = look(case([CALLS], [held("app", "2026-01-01")], used, as_of=at("2026-11-16")))
    now = found.meters[0].months[0]
    assert (now.month, now.expected) == (dt.date(2026, 11, 1), 90 + 60 / 2)
    # 10 of the 30 still to come fill the 100: a third of the 15 days left
    assert found.limits[0].day == dt.date(2026, 11, 21)


def test_a_limit_within_a_month_is_met_on_its_day() -> None:
    (limit,) = steady(150).limits
    assert (limit.meter, limit.included, limit.is_sold) == ("calls", Decimal(100), True)
    assert limit.day == limit.earliest == limit.latest == dt.date(2026, 11, 21)


def test_a_limit_that_is_not_met_is_none() -> None:
    assert steady(100).limits == ()


def test_a_limit_ahead_has_an_interval_that_may_be_open() -> None:
    used = {"calls": [60, 66, 70, 75, 78, 85, 88, 92, 94, 97]}
    (limit,) = look(case([CALLS], [held("app", "2026-01-01")], used)).limits
    assert limit.earliest <= limit.day
    assert limit.latest is None or limit.day <= limit.latest


def test_packages_and_seats_raise_a_limit() -> None:
    seated = plan("app", 1000, meters=(meter("calls", "40", ("10", None), per_seat=True),))
    pack = plan("pack", 100, kind="add_on", meters=(meter("calls", "30"),))
    holding = [held("app", "2026-01-01", seats=3), held("pack", "2026-01-01")]
    (limit,) = look(case([seated, pack], holding, {"calls": [200] * 10})).limits
    assert limit.included == 150


def test_units_of_a_year_run_out_over_its_months() -> None:
    yearly = plan("year", 12000, period="year", meters=(meter("calls", "1250", ("10", None)),))
    found = look(case([yearly], [held("year", "2026-01-01")], {"calls": [100] * 10}))
    assert found.limits == ()
    assert len(found.months) == 12
    found = look(case([yearly], [held("year", "2026-01-01")], {"calls": [120] * 10}))
    assert found.limits[0].day == dt.date(2026, 11, 13)  # 50 are left in November, of 120 that it takes


def test_what_a_plan_can_serve_of_the_use_expected() -> None:
    strict = plan("app", 1000, meters=(meter("calls", "100"),))
    (only,) = look(case([strict], [held("app", "2026-01-01")], {"calls": [130] * 10})).options
    assert (only.total_minor, only.high_minor, only.served_minor) == (None, None, 3000)
    assert only.unserved == {"calls": Decimal(90)}


def test_months_that_took_all_that_can_be_had_do_not_tell_what_was_wanted() -> None:
    used = {"calls": [50, 60, 70, 80, 90, 100, 100, 100, 100, 100]}
    strict = plan("app", 1000, meters=(meter("calls", "100"),))
    wanted = look(case([strict], [held("app", "2026-01-01")], used)).meters[0]
    assert wanted.months[0].expected > 120
    sold = look(case([CALLS], [held("app", "2026-01-01")], used)).meters[0]
    assert sold.months[0].expected < 110


def test_whoever_always_took_all_wanted_more_and_nobody_knows_how_much() -> None:
    strict = plan("app", 1000, meters=(meter("calls", "100"),))
    always = look(case([strict], [held("app", "2026-01-01")], {"calls": [100] * 10})).meters[0].months[1]
    # The mean of a log-normal half with the spread .4: exp(.4 x sqrt(2 / pi)).
    assert always.expected == pytest.approx(137.6, abs=0.1)
    assert always.low == 100
    fallen = {"calls": [100, 90, 80, 70, 60, 100, 100, 100, 100, 100]}
    assert look(case([strict], [held("app", "2026-01-01")], fallen)).meters[0].months[0].expected >= 100


def test_what_was_wanted_beyond_a_limit_follows_the_account_s_other_meters() -> None:
    strict, used = plan("app", 1000, meters=(meter("calls", "100"),)), [70, 80, 90, 95, 98, 97, *[100] * 4]

    def wanted(others: list[int]) -> float:
        seen = case([strict], [held("app", "2026-01-01")], {"calls": used, "mails": others})
        return look(seen).meters[0].months[1].expected

    still, grown = wanted([50] * 10), wanted([50] * 6 + [60, 80, 90, 100])
    assert 100 < still < 120
    assert grown > 1.5 * still


def test_a_burst_that_is_over_tells_nothing_of_the_level() -> None:
    calm, burst = [50, 52, 49, 51, 50, 48, 52, 51, 50, 49], [50, 52, 49, 51, 160, 150, 52, 51, 50, 49]
    expected = [
        look(case([CALLS], [held("app", "2026-01-01")], {"calls": one})).meters[0].months[1].expected
        for one in (calm, burst)
    ]
    assert expected[1] == pytest.approx(expected[0], rel=0.05)


def test_whole_units_stay_whole_and_parts_stay_parts() -> None:
    whole = steady(150).meters[0]
    assert whole.whole
    assert not look(case([CALLS], [held("app", "2026-01-01")], {"calls": ["1.5"] * 10})).meters[0].whole


def test_without_months_nothing_is_said() -> None:
    assert outlook(case([CALLS], [held("app", "2026-08-01")], {"calls": [9] * 10})) == NotKnown(
        "too_few_months", found=3
    )
    assert outlook(case([CALLS], [], {})) == NotKnown("no_plan")


def test_what_rounding_leaves_over_goes_to_the_next_month() -> None:
    used = {"calls": [101, 102, 101, 102, 101, 102, 101, 102, 101, 102]}
    option = look(case([CALLS], [held("app", "2026-01-01")], used)).options[0]
    total = sum(float(line.used or 0) for bill in option.way.bills if isinstance(bill, Bill) for line in bill.lines)
    expected = look(case([CALLS], [held("app", "2026-01-01")], used)).meters[0].months[:3]
    assert abs(total - sum(one.expected for one in expected)) <= 0.5
    assert total == round(total)
