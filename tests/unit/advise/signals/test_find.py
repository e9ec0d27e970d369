from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
import pytest
from tests.unit.advise.signals.known import BEGAN, account, ago, found, months, note

from pairwell.advise.account import Account, Look, Need, Told, Voice
from pairwell.advise.billing.coming import Limit
from pairwell.advise.billing.ledger import Held
from pairwell.advise.signals.decay import HALF_LIFE_DAYS


def test_overage_paid_in_most_months_is_told_in_money() -> None:
    paid = found(account(*months(chats=(90, 130, 90, 150))))["overage_paid"]
    assert paid.text == "80 chats beyond those included were paid for in the last three months: 8."
    assert paid.about == "chats"
    assert "overage_paid" not in found(account(*months(chats=(90, 90, 90, 500))))


def test_a_meter_that_is_used_up_is_at_its_limit() -> None:
    limit = found(account(*months(tests=(8, 10, 9, 10))))["limit_near"]
    assert limit.text == "All 10 tests of Base were used up in 2 of the last three months."
    assert "limit_near" not in found(account(*months(tests=(8, 9, 9, 10))))


def test_a_limit_foreseen_is_told_only_where_it_is_near() -> None:
    def told(day: dt.date) -> bool:
        limit = Limit(meter="chats", included=Decimal(100), day=day, earliest=day, latest=None, is_sold=True)
        return "limit_near" in found(account(*months(chats=(60, 70, 80, 90))), limits={"app": (limit,)})

    assert told(dt.date(2026, 2, 1))
    assert not told(dt.date(2026, 6, 1))


@pytest.mark.parametrize(("seats", "full"), [(4, False), (5, True)])
def test_seats_are_full_where_no_more_can_be_had(seats: int, full: bool) -> None:
    assert ("seats_full" in found(account(held=[Held(plan_id="base", since=BEGAN, seats=seats)]))) == full


def test_a_need_is_a_signal_where_nothing_held_serves_it() -> None:
    needs = tuple(Need(need=need, how="said", since=ago(5)) for need in ("inbound", "service", "something else"))
    asked = found(account(needs=needs))["feature_asked"]
    assert (asked.about, asked.text) == ("inbound", "They need inbound, and nothing they have serves it.")


@pytest.mark.parametrize(
    ("text", "about"), [("Asked what lead routing does", "routing"), ("Wants roles for her team", "roles")]
)
def test_what_a_note_names_is_asked_for(text: str, about: str) -> None:
    assert found(account(voices=(note(text),)))["feature_asked"].about == about


def test_what_is_held_already_is_not_asked_for() -> None:
    assert "feature_asked" not in found(account(voices=(note("Praised Base"),)))


def test_looks_and_trials_are_tries() -> None:
    looked = found(account(looks=(Look(ago(40), "routing"), Look(ago(3), "routing"), Look(ago(3), "base"))))
    assert looked["feature_tried"].text == "They looked at Lead routing on 2025-12-29."
    assert looked["feature_tried"].evidence[0].said == "2 looks"
    trial = Held(plan_id="routing", since=ago(30), until=ago(2), is_trial=True)
    tried = found(account(held=[Held(plan_id="base", since=BEGAN), trial]))
    assert (tried["feature_tried"].about, tried["feature_tried"].at.date()) == ("routing", dt.date(2025, 12, 30))


def test_another_region_more_people_and_more_seats_are_new_teams() -> None:
    then, now = Told(ago(200), {"region": "North", "employees": "40"}), {"region": "South", "employees": "45"}
    moved = found(_told_twice(then, now))
    assert moved["new_team"].text == "region was North and is South."
    seats = [Held(plan_id="base", since=BEGAN, until=ago(20), seats=2), Held(plan_id="base", since=ago(20), seats=5)]
    assert found(account(held=seats))["new_team"].text == "Base went from 2 to 5 seats on 2025-12-12."
    assert "new_team" not in found(_told_twice(Told(ago(200), {"employees": "40"}), {"employees": "45"}))


def _told_twice(then: Told, now: dict[str, str]) -> Account:
    return msgspec.structs.replace(account(told=now), told=(then, Told(ago(1), now)))


def test_the_newest_word_on_the_contact_counts() -> None:
    left, followed = note("Our contact has left", 60), note("New contact: head of sales", 5)
    assert "contact_left" in found(account(voices=(left,)))
    assert "contact_left" not in found(account(voices=(left, followed)))
    assert "contact_left" not in found(account(voices=(left,), told={"champion": "there"}))
    assert "contact_left" in found(account(told={"champion": "left"}))
    assert "contact_left" not in found(account(voices=(note("Our contact has left", 300),)))


def test_a_renewal_is_near_by_attribute_or_by_the_term() -> None:
    assert found(account(told={"renewal": "2026-02-01"}))["renewal_near"].text == "The contract renews on 2026-02-01."
    assert "renewal_near" not in found(account(told={"renewal": "2026-09-01"}))
    bound = account(held=[Held(plan_id="top", since=ago(345))])
    assert found(bound)["renewal_near"].text == "The term of Top ends on 2026-01-21."


def test_a_signal_is_half_as_strong_after_its_half_life_and_none_when_it_is_old() -> None:
    def strength(days: float) -> float:
        told = found(account(voices=(Voice(at=ago(days), kind="note", text="New office in Gdynia"),)))
        return told["new_team"].strength if "new_team" in told else 0.0

    half = HALF_LIFE_DAYS["new_team"]
    assert strength(half) == pytest.approx(strength(0) / 2)
    assert strength(10 * half) == 0.0


def test_an_account_without_anything_says_nothing() -> None:
    assert found(account(held=[Held(plan_id="base", since=BEGAN, until=ago(100))])) == {}
