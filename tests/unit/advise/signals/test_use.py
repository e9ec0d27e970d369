from __future__ import annotations

import datetime as dt

import numpy as np
from tests.unit.advise.signals.known import BEGAN, account, found, months

from pairwell.advise.billing.ledger import Held
from pairwell.advise.signals.changes import find_drop, find_growth
from pairwell.advise.signals.view import Monthly
from pairwell.config.accounts import Accounts

STEADY = (40, 42, 38, 41, 40, 39, 41, 40, 42, 38, 40, 41)


def test_growth_is_told_with_what_would_handle_it() -> None:
    grown = found(account(*months(leads=(*STEADY[:6], 60, 80, 95, 115, 118, 122))))["growth"]
    assert grown.text == (
        "Leads grew by 193% in 10 months: from 40 to 118 a month. "
        "Nothing they have handles leads as Lead routing would."
    )
    assert grown.about == "leads"
    assert grown.evidence[0].table == "usage"
    assert grown.evidence[0].rows == "meter leads, 2025-02 to 2025-12"


def test_growth_of_what_is_handled_is_weaker() -> None:
    rising = months(leads=(*STEADY[:6], 60, 80, 95, 115, 118, 122))
    handled = (Held(plan_id="base", since=BEGAN, seats=2), Held(plan_id="routing", since=BEGAN))
    assert found(account(*rising, held=handled))["growth"].strength < found(account(*rising))["growth"].strength


def test_one_busy_month_is_no_growth_and_one_quiet_one_no_drop() -> None:
    assert "growth" not in found(account(*months(leads=(*STEADY[:11], 200))))
    assert "use_drops" not in found(account(*months(leads=(*STEADY[:11], 2))))


def test_the_season_of_last_year_is_no_growth() -> None:
    year = (10, 11, 12, 20, 30, 40, 41, 40, 31, 20, 12, 11)
    assert "growth" not in found(account(*months(leads=(*year, *year[:8]))))


def test_a_drop_that_stays_is_told_and_growth_beside_it_is_not() -> None:
    fallen = found(account(*months(leads=(*STEADY[:9], 15, 14, 16), chats=(*STEADY[:9], 12, 12, 13))))
    assert fallen["use_drops"].text.startswith("Use dropped: chats from 40 to 12 a month since 2025-10")
    assert len(fallen["use_drops"].evidence) == 2


def test_a_drop_that_is_over_is_none() -> None:
    assert "use_drops" not in found(account(*months(leads=(*STEADY[:6], 12, 12, 13, 40, 41, 40))))


def test_less_of_one_thing_alone_is_no_drop() -> None:
    moved = months(leads=(*STEADY[:9], 15, 14, 16), chats=STEADY, outreach=STEADY)
    assert "use_drops" not in found(account(*moved))


def test_months_that_nobody_s_use_is_known_of_are_no_drop() -> None:
    stale = months(leads=(*STEADY, 0, 0, 0))
    assert "use_drops" not in found(account(*(use for use in stale if use.quantity)))


def test_a_meter_of_a_plan_that_was_left_is_not_looked_at() -> None:
    left = dt.datetime(2025, 10, 1, tzinfo=dt.UTC)
    held = (Held(plan_id="base", since=BEGAN, until=left), Held(plan_id="top", since=left))
    used = months(chats=(*STEADY[:9], 0, 0, 0), others=STEADY)
    assert "use_drops" not in found(account(*used, held=held))


def test_the_way_of_working_is_what_months_agree_on() -> None:
    mixed = account(*months(leads=(50, 52, 49, 50), outreach=(20, 21, 90, 19)))
    mostly = account(*months(leads=(50, 52, 49, 50), outreach=(20, 21, 19, 20)))
    assert "way_of_working" not in found(mixed)
    way = found(mostly)["way_of_working"]
    assert (way.about, way.text) == ("inbound", "They work mostly inbound: 72% of leads and outreach.")


def test_which_meters_say_so_is_a_setting() -> None:
    settings = Accounts(ways={"by_phone": ("calls",), "by_mail": ("Mails",)})
    told = found(account(*months(calls=(5, 5, 5, 5), mails=(50, 50, 50, 50))), settings=settings)
    assert told["way_of_working"].about == "by_mail"


def test_a_step_is_no_part_of_the_noise_that_it_is_held_against() -> None:
    series = Monthly("leads", tuple(dt.date(2025, month, 1) for month in range(1, 8)), (40, 40, 41, 40, 12, 12, 12))
    change = find_drop(series, 1)
    assert change is not None
    assert (change.since, change.before, change.after) == (dt.date(2025, 5, 1), 40.25, 12)
    assert change.high < 0.5


def test_what_only_wavers_seldom_passes_for_a_change() -> None:
    """Of accounts with four meters of overdispersed counts, no more than the nominal share shows any change."""
    rng, wrong, runs = np.random.default_rng(7), 0, 400
    first = [dt.date(2024 + place // 12, place % 12 + 1, 1) for place in range(15)]
    for _ in range(runs):
        counts = rng.negative_binomial(8, 8 / (8 + 30), size=(4, 15)).astype(float)
        each = [Monthly("leads", tuple(first), tuple(row)) for row in counts.tolist()]
        grew = any((change := find_growth(one, 4)) is not None and change.low > 1 for one in each)
        fell = any((change := find_drop(one, 4)) is not None and change.high < 1 for one in each)
        wrong += grew + fell
    assert wrong / (2 * runs) <= 0.05
