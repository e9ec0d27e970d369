from __future__ import annotations

from datetime import timedelta

import msgspec
from tests.journals import log
from tests.unit.journal.test_store import NOW, decision, event

from pairwell.clock import to_micros
from pairwell.journal.forgetting import forget_people
from pairwell.journal.offers_told import FirstMet, read_decisions_told, read_first_met
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.records import Decision, DecisionRequest

_MINUTE = timedelta(minutes=1)
_LATER = NOW + timedelta(days=1)


def _made(
    name: str, minutes: int, *, customer: str | None = "c-17", visitor: str | None = None, **said: object
) -> Decision:
    """One decision of somebody at that minute."""
    made = decision(name, silence=said.pop("silence", None))  # type: ignore[arg-type]
    request = DecisionRequest(placement=str(said.pop("placement", "cart")), customer_id=customer, visitor_id=visitor)
    inputs = msgspec.structs.replace(made.inputs, now=NOW + minutes * _MINUTE, request=request)
    return msgspec.structs.replace(made, inputs=inputs, **said)


def _nothing(name: str, minutes: int, **said: object) -> Decision:
    """A decision with nothing to show."""
    made = _made(name, minutes, **{"silence": "guarded", **said})  # type: ignore[arg-type]
    return msgspec.structs.replace(made, slate=[])


def test_decisions_of_a_period_are_read_with_what_was_told_of_their_offers(database: Database) -> None:
    journal = Journal(database)
    for made in (
        _made("d-0", 0),
        _made("d-1", 1),
        _made("d-2", 2, silence="holdout"),
        _nothing("d-3", 3),
        _made("d-4", 9),
    ):
        log(journal, made)
    told = [
        event("e-1", decision_id="d-1", offer_no=0, at=NOW + 2 * _MINUTE),
        event("e-2", decision_id="d-1", offer_no=0, at=NOW + 5 * _MINUTE),
        event("e-3", type="accept", decision_id="d-1", offer_no=0, at=NOW + 3 * _MINUTE),
        event("e-4", type="decline", decision_id="d-1", offer_no=1, at=NOW + 3 * _MINUTE, reason="too_dear"),
    ]
    journal.log_events([told], now=_LATER)
    parts = list(read_decisions_told(database, since=NOW + _MINUTE, until=NOW + 9 * _MINUTE))
    found = [one for part in parts for one in part]
    assert [(one.decision_id, one.shown, one.silence, len(one.offers)) for one in found] == [
        ("d-1", True, None, 2),
        ("d-2", False, "holdout", 2),
        ("d-3", False, "guarded", 0),
    ]
    mat, lamp = found[0].offers
    at = to_micros(NOW)
    minute = to_micros(NOW + _MINUTE) - at
    assert (mat.name, mat.kind, mat.exposed, mat.exposed_last) == (
        "mat",
        "cross_sell",
        at + 2 * minute,
        at + 5 * minute,
    )
    assert (mat.accepted, mat.clicked, mat.declined) == (at + 3 * minute, None, None)
    assert (lamp.exposed, lamp.declined, lamp.reason) == (None, at + 3 * minute, "too_dear")


def test_many_decisions_of_one_moment_are_read_once_each(database: Database) -> None:
    journal = Journal(database)
    log(journal, *(_nothing(f"d-{number:04}", 0) for number in range(2_050)))
    found = [one.decision_id for part in read_decisions_told(database, since=NOW, until=_LATER) for one in part]
    assert found == [f"d-{number:04}" for number in range(2_050)]


def test_the_forgotten_are_in_nothing_that_is_read(database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1", 0))
    log(journal, _made("d-2", 0, customer="c-18"))
    with database.write() as connection:
        forget_people(connection, ["c:c-18"], [])
    found = [one.decision_id for part in read_decisions_told(database, since=NOW, until=_LATER) for one in part]
    assert found == ["d-1"]
    assert [one.whose for one in read_first_met(database, until=_LATER)] == ["c:c-17"]


def test_the_first_of_each_sort_is_told_of_a_unit(database: Database) -> None:
    journal = Journal(database)
    for made in (
        _nothing("d-1", 1),
        _made("d-2", 2, placement="checkout"),
        _made("d-3", 3),
        _made("d-4", 4),
        _made("d-5", 5, arm="none"),  # names nobody, as far as lots go
        _made("d-6", 60),
    ):
        log(journal, made)
    first = to_micros(NOW)
    minute = to_micros(NOW + _MINUTE) - first
    assert list(read_first_met(database, until=NOW + 60 * _MINUTE)) == [
        FirstMet("c:c-17", False, False, "cart", "s", first + minute, other_lot=False, lot="c:c-17"),
        FirstMet("c:c-17", True, False, "checkout", "s", first + 2 * minute, other_lot=False, lot="c:c-17"),
        FirstMet("c:c-17", True, False, "cart", "s", first + 3 * minute, other_lot=False, lot="c:c-17"),
    ]
    assert not list(read_first_met(database, until=NOW))


def test_who_was_first_seen_as_a_visitor_keeps_that_lot(database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1", 1, customer=None, visitor="v-1"))
    log(journal, _made("d-2", 2, customer="c-1", visitor="v-1"))  # new: keeps the lot of the visitor
    found = list(read_first_met(database, until=_LATER))
    assert {one.whose for one in found} == {"c:c-1"}
    assert {one.lot for one in found} == {"v:v-1"}
    assert not any(one.other_lot for one in found)


def test_a_visitor_who_turns_out_to_be_a_known_customer_fell_by_another_lot(database: Database) -> None:
    journal = Journal(database)
    log(journal, _made("d-1", 1, customer="c-1"))
    log(journal, _made("d-2", 2, customer=None, visitor="v-1"))
    log(journal, _made("d-3", 3, customer="c-1", visitor="v-1"))
    found = list(read_first_met(database, until=_LATER))
    assert {one.whose for one in found} == {"c:c-1"}
    assert any(one.other_lot for one in found)
