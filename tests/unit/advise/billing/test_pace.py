"""What months would have been without seasons and passing leaps, by all else that an account uses."""

from __future__ import annotations

import datetime as dt
from math import exp
from typing import Any

import pytest
from tests.unit.advise.billing.accounts import case, held, meter, plan

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.coming import Outlook, outlook
from pairwell.advise.billing.pace import even
from pairwell.advise.billing.recommend import recommend
from pairwell.advise.billing.season import Season

APP = plan("app", 1000, meters=(meter("calls", "100", ("10", None)),))
GROWTH = [round(100 * exp(0.05 * month)) for month in range(10)]
NOVEMBER = Season((*[2 ** (-1 / 11)] * 10, 2.0, 2 ** (-1 / 11)), 30, "Retail")


def account(calls: list[int], leads: list[int] | None = None, **more: Any) -> Case:
    used = {"calls": calls} | ({} if leads is None else {"leads": leads})
    return case([APP], [held("app", "2026-01-01")], used, **more)


def evened(found: Case, calls: list[int]) -> list[float]:
    return list(even(found, "calls", [float(one) for one in calls]).quantities)


def test_what_the_others_do_not_share_is_halved() -> None:
    calls = [100, 110, 100, 110, 100, 110, 100, 110, 100, 110]
    found = even(account(calls, [50] * 10), "calls", [float(one) for one in calls])
    assert found.is_borne_out
    assert max(found.quantities) / min(found.quantities) == pytest.approx(1.1**0.5)
    assert found.miss > 0


def test_a_leap_that_nothing_else_went_along_with_is_left_out() -> None:
    calls = [100] * 8 + [200, 210]
    found = even(account(calls, [50] * 10), "calls", [float(one) for one in calls])
    assert found.leapt == (dt.date(2026, 9, 1), dt.date(2026, 10, 1))
    assert list(found.quantities) == pytest.approx([100.0] * 10)


def test_one_that_lasts_is_believed() -> None:
    calls = [100] * 7 + [200] * 3
    assert evened(account(calls, [50] * 10), calls)[-3:] == pytest.approx([200.0] * 3)


def test_one_that_all_else_shares_is_growth() -> None:
    calls = [100] * 8 + [200, 210]
    assert evened(account(calls, [50] * 8 + [100, 105]), calls) == pytest.approx(calls)


def test_of_few_units_one_more_is_no_leap() -> None:
    calls = [2] * 9 + [3]
    assert even(account(calls, [50] * 10), "calls", [float(one) for one in calls]).leapt == ()


def test_a_meter_that_goes_its_own_way_is_left_as_it_is() -> None:
    found = even(account(GROWTH, [50] * 10), "calls", [float(one) for one in GROWTH])
    assert (list(found.quantities), found.is_borne_out) == (GROWTH, False)


def test_so_is_one_with_nothing_beside_it() -> None:
    assert evened(account(GROWTH), GROWTH) == GROWTH


def test_what_is_charged_tells_nothing_where_something_is_free() -> None:
    """Both calls and messages leap together; leads, which are free, do not."""
    chat = plan("chat", 900, family="chat", meters=(meter("messages", "10", ("5", None)),))
    calls, messages = [100] * 8 + [200, 210], [40] * 8 + [80, 84]
    both = [held("app", "2026-01-01"), held("chat", "2026-01-01")]
    beside = case([APP, chat], both, {"calls": calls, "messages": messages})
    assert evened(beside, calls) == pytest.approx(calls)
    free = case([APP, chat], both, {"calls": calls, "messages": messages, "leads": [50] * 10})
    assert evened(free, calls)[-1] == pytest.approx(100.0)


def test_a_season_is_taken_out_and_put_in_again() -> None:
    looked = outlook(account([100] * 10, seasons={"calls": NOVEMBER}))
    assert isinstance(looked, Outlook)
    now, then = looked.meters[0].months[:2]
    assert (now.month.month, then.month.month) == (11, 12)
    assert now.expected / then.expected == pytest.approx(2 * 2 ** (1 / 11))
    assert now.low <= now.expected <= now.high


def test_a_miss_of_its_own_widens_what_may_come() -> None:
    calls = [100, 120, 90, 115, 95, 118, 92, 117, 96, 110]
    looked = outlook(account(calls, [50] * 10))
    assert isinstance(looked, Outlook)
    first = looked.meters[0].months[0]
    assert first.high / first.low > 1.2


def test_what_a_forecast_rests_on_is_said() -> None:
    large = plan("large", 1500, tier=1, meters=(meter("calls", "500", ("10", None)),), title="Large")
    used = {"calls": [200] * 8 + [200, 300], "leads": [50] * 10}
    found = recommend(case([APP, large], [held("app", "2026-01-01")], used, seasons={"calls": NOVEMBER}))
    assert found.action == "upgrade"
    assert "A leap of calls in 2026-10 is not counted on: nothing else they use went along" in found.also
    told = "Calls: 29% more than usual is expected for the season, as 30 accounts of Retail have it"
    assert told in found.also
