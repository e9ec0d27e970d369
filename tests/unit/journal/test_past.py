from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.journals import log
from tests.unit.journal.test_store import decision

from pairwell.events import Event, EventType
from pairwell.journal.forgetting import forget_people
from pairwell.journal.past import Told, count_told, find_decisions, read_decisions
from pairwell.journal.store import Journal
from pairwell.operations.database import Database

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def logged(database: Database) -> Database:
    """Four decisions, one a day; the last is about another customer."""
    journal = Journal(database)
    for number in range(4):
        made = decision(f"d{number}")
        request = made.inputs.request
        if number == 3:
            request = msgspec.structs.replace(request, customer_id="c-18")
        inputs = msgspec.structs.replace(made.inputs, now=NOW + number * DAY, request=request)
        log(journal, msgspec.structs.replace(made, inputs=inputs, unit=f"c:{request.customer_id}"))
    return database


def test_decisions_are_found_by_their_moment_oldest_first(logged: Database) -> None:
    assert find_decisions(logged) == ["d0", "d1", "d2", "d3"]
    assert find_decisions(logged, since=NOW + DAY, until=NOW + 3 * DAY) == ["d1", "d2"]
    assert find_decisions(logged, newest=2) == ["d2", "d3"]
    assert find_decisions(logged, until=NOW + 2 * DAY, newest=1) == ["d1"]


def test_decisions_are_read_as_they_were_journaled(logged: Database) -> None:
    journal, found = Journal(logged), find_decisions(logged)
    assert list(read_decisions(logged, found)) == [journal.read_decision(name) for name in found]


def test_what_is_about_the_forgotten_is_left_out(logged: Database) -> None:
    with logged.write() as connection:
        forget_people(connection, ["c:c-18"], [])
    assert [one.inputs.decision_id for one in read_decisions(logged, ["d0", "d3"])] == ["d0"]


def test_an_offer_is_told_of_once(logged: Database) -> None:
    said: list[tuple[str, EventType, int]] = [
        ("a", "exposure", 0), ("b", "exposure", 0), ("c", "exposure", 1), ("d", "accept", 0), ("e", "decline", 1)
    ]  # fmt: skip
    events = [
        Event(event_id=name, type=kind, at=NOW + 2 * DAY, customer_id="c-17", decision_id="d2", offer_no=number)
        for name, kind, number in said
    ]
    (receipt,) = Journal(logged).log_events([events], now=NOW + 2 * DAY)
    assert receipt.accepted == len(said)
    assert count_told(logged, ["d1", "d2"]) == Told(seen=2, accepted=1)
    assert count_told(logged, ["d1"]) == Told()
