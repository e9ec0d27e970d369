from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from pairwell.advise.account import Account
from pairwell.advise.answers import Told, outcome_event, read_answer, with_answers
from pairwell.advise.billing.ledger import Prices
from pairwell.errors import NotFoundError, RequestError
from pairwell.events import Event, EventTalk
from pairwell.journal.parts import find_fault
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.plans import Plan

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_PRICES = Prices(plans=(Plan(plan_id="scale", family="app", tier=1, fee_minor=100),), currency="EUR")


_TODAY = date(2026, 6, 1)


def _event(told: Told, day: date = _TODAY) -> Event:
    return outcome_event("acme", read_answer(told, _PRICES, now=_NOW), by=told.by, day=day)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Told(answer="perhaps", move="scale"), "answer"),
        (Told(answer="no"), "move"),
        (Told(answer="no", move="scale", reason="later"), "reason"),
        (Told(answer="accept", move="scale", reason="too_dear"), "reason"),
        (Told(answer="no", move="scale", until=_NOW + timedelta(days=9)), "until"),
        (Told(answer="later", move="scale", until=_NOW), "until"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_by_its_field(told: Told, field: str) -> None:
    with pytest.raises(RequestError) as raised:
        _event(told)
    assert raised.value.field == field


def test_a_plan_that_nobody_knows_is_not_answered() -> None:
    with pytest.raises(NotFoundError, match="scal"):
        _event(Told(answer="no", move="scal"))


def test_a_later_is_a_decline_that_says_until_when() -> None:
    until = _NOW + timedelta(days=30)
    event = _event(Told(answer="later", move="scale", until=until, by="ann"))
    assert (event.type, event.reason) == ("decline", "later")
    assert event.talk == EventTalk(until=until, by="ann")


def test_the_same_answer_is_the_same_event_for_a_day() -> None:
    told = Told(answer="no", move="scale", reason="too_dear")
    assert _event(told).event_id == _event(told).event_id
    assert _event(told).event_id != _event(told, date(2026, 6, 2)).event_id
    assert _event(told).event_id != _event(Told(answer="no", move="scale")).event_id


def test_answers_come_back_from_the_journal_once_each(database: Database) -> None:
    journal = Journal(database)
    no = _event(Told(answer="no", move="scale", reason="too_dear", words="Half of it", by="ann"))
    clicked = Event(event_id="web", type="decline", at=_NOW, customer_id="acme", item_id="scale")
    receipts = journal.log_events([[no, clicked, no], [no]], now=_NOW)
    assert [one.accepted for one in receipts] == [2, 0]
    accounts = {one: Account(account_id=one, as_of=_NOW) for one in ("acme", "zen")}
    found = with_answers(accounts, database, _NOW)
    (answer,) = found["acme"].answers  # what was clicked away is nobody's talk
    assert (answer.answer, answer.move, answer.reason, answer.words) == ("no", "scale", "too_dear", "Half of it")
    assert answer.at == _NOW
    assert found["zen"] is accounts["zen"]
    assert with_answers(accounts, database, _NOW - timedelta(days=1)) == accounts


def test_an_event_tells_of_a_talk_only_where_it_answers() -> None:
    later = Event(event_id="e", at=_NOW, item_id="scale", type="decline", customer_id="acme", reason="later")
    later = msgspec.structs.replace(later, talk=EventTalk(until=_NOW))
    assert find_fault(later) is None
    assert find_fault(msgspec.structs.replace(later, type="view")) is not None
    assert find_fault(msgspec.structs.replace(later, customer_id=None)) is not None
    assert find_fault(msgspec.structs.replace(later, reason="too_dear")) is not None
