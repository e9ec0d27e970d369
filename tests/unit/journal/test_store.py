from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from tests.journals import EVERYTHING, log, reservation, standing

from pairwell.errors import JournalError, NotFoundError
from pairwell.events import Event, EventLine, EventOrder, EventReceipt, EventUsage, Said
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, open_database
from pairwell.records import Answer, Decision, DecisionInputs, DecisionRequest, Offer, Silence, SilenceReason

NOW = datetime(2026, 11, 21, 10, 20, 0, 123_456, tzinfo=UTC)


def _offer(offer_no: int, item_id: str) -> Offer:
    return Offer(
        offer_no=offer_no,
        kind="cross_sell",
        item_id=item_id,
        title="Mat",
        price_minor=700,
        anchor_id="tent",
        replaces=None,
        discount_minor=0,
        reasons=[],
        compare=None,
        propensity=0.25,
    )


def decision(name: str, *, request_id: str | None = None, silence: SilenceReason | None = None) -> Decision:
    """A decision for customer c-17 with two offers, `mat` and `lamp`, shown unless silent."""
    slate = [_offer(0, "mat"), _offer(1, "lamp")]
    inputs = DecisionInputs(
        decision_id=name,
        request=DecisionRequest(placement="cart", request_id=request_id, customer_id="c-17"),
        engine="0.1.0",
        model="m",
        settings="s",
        now=NOW,
        items={"mat": 1},
        relations=[],
        owned=[],
        declines=[],
    )
    answer = Answer(
        decision_id=name,
        valid_until=NOW + timedelta(minutes=30),
        silence=None if silence is None else Silence(reason=silence),
        offers=[] if silence else slate,
        ignored=[],
    )
    return Decision(
        inputs=inputs,
        unit="c:c-17",
        arm="holdout" if silence == "holdout" else "treated",
        shown=silence is None,
        answer=answer,
        slate=slate,
        bases=[],
        withheld=[],
    )


def event(event_id: str, **fields: object) -> Event:
    return msgspec.convert({"event_id": event_id, "type": "exposure", "at": NOW, **fields}, Event)


def order(event_id: str, order_id: str = "o-1") -> Event:
    lines = [EventLine(item_id="mat", unit_price_minor=700)]
    return Event(
        event_id=event_id, type="order", at=NOW, customer_id="c-17", order=EventOrder(order_id=order_id, lines=lines)
    )


def _known(journal: Journal, request_id: str) -> Decision | None:
    """The decision that answered a request."""
    request = DecisionRequest(placement="cart", request_id=request_id, customer_id="c-17")
    with journal.round([request], "read") as opened:
        return opened.known.get(request_id)


class Heard:
    """Effects that only remember what came."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def objection(self, event: Event) -> None:
        """Nothing is wrong with any."""

    def too_old(self, event: Event, now: datetime) -> None:
        """None is."""

    def apply(
        self, connection: sa.Connection, events: Sequence[Event], of_orders: Sequence[Event]
    ) -> dict[str, list[Said]]:
        assert connection.in_transaction()
        assert {event.event_id for event in events if event.order} <= {event.event_id for event in of_orders}
        self.events += events
        return {}


def _take(journal: Journal, events: Sequence[Event]) -> tuple[EventReceipt, list[Event]]:
    """The receipt of one batch, and the events that took effect."""
    heard = Heard()
    (receipt,) = journal.log_events([events], effects=heard, now=NOW)
    return receipt, heard.events


@pytest.fixture
def journal(database: Database) -> Journal:
    opened = Journal(database)
    log(opened, decision("d-1"))
    return opened


def test_a_decision_is_read_back_as_it_was_logged(journal: Journal) -> None:
    assert journal.read_decision("d-1") == decision("d-1")


def test_an_unknown_decision_is_not_found(journal: Journal) -> None:
    with pytest.raises(NotFoundError, match="d-9"):
        journal.read_decision("d-9")


def test_a_request_is_found_by_its_id(journal: Journal) -> None:
    asked = decision("d-2", request_id="r-1")
    assert _known(journal, "r-1") is None
    assert log(journal, asked) == [True]
    assert _known(journal, "r-1") == asked


def test_of_two_decisions_for_one_request_the_first_stays(journal: Journal) -> None:
    assert log(journal, decision("d-2", request_id="r-1")) == [True]
    assert log(journal, decision("d-3", request_id="r-1")) == [False]
    found = _known(journal, "r-1")
    assert found is not None
    assert found.inputs.decision_id == "d-2"
    with pytest.raises(NotFoundError):
        journal.read_decision("d-3")


def test_a_race_for_one_request_has_one_winner(journal: Journal) -> None:
    rivals = [decision(f"d-{i}", request_id="r-1") for i in range(10, 26)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(lambda rival: log(journal, rival)[0], rivals)) == 1


def test_of_two_decisions_for_one_request_in_one_round_the_first_stays(journal: Journal) -> None:
    rivals = [decision(f"d-{i}", request_id="r-1") for i in (2, 3)]
    assert log(journal, *rivals) == [True, False]
    assert _known(journal, "r-1") == rivals[0]


def test_a_decision_id_used_twice_is_an_error(journal: Journal) -> None:
    with pytest.raises(JournalError):
        log(journal, decision("d-1"))


def test_events_of_a_shown_offer_are_taken(journal: Journal) -> None:
    events = [event(f"e-{t}", type=t, decision_id="d-1", offer_no=1) for t in ("exposure", "accept", "decline")]
    receipt, fresh = _take(journal, events)
    assert (receipt.accepted, receipt.duplicates, receipt.refused) == (3, 0, [])
    assert fresh == events


def test_an_event_counts_once_within_a_batch_and_across_batches(journal: Journal) -> None:
    first, second = (event(f"e-{number}", decision_id="d-1", offer_no=number) for number in (0, 1))
    receipt, fresh = _take(journal, [first, first])
    assert (receipt.accepted, receipt.duplicates, fresh) == (1, 1, [first])
    receipt, fresh = _take(journal, [second, first])
    assert (receipt.accepted, receipt.duplicates, fresh) == (1, 1, [second])
    assert journal.count().exposures == 2


def test_the_same_events_sent_at_once_count_once(journal: Journal) -> None:
    batch = [event(f"e-{i}", decision_id="d-1", offer_no=0) for i in range(20)]
    batches = [batch, batch[::-1]] * 4
    with ThreadPoolExecutor(max_workers=8) as pool:
        receipts = list(pool.map(lambda events: _take(journal, events)[0], batches))
    assert sum(r.accepted for r in receipts) == 20


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"decision_id": "d-9", "offer_no": 0}, "unknown_decision"),
        ({"decision_id": "d-1", "offer_no": 7}, "unknown_offer"),
        ({"decision_id": "d-1", "offer_no": 0, "item_id": "lamp"}, "unknown_offer"),
        ({"decision_id": "d-1"}, "offer_missing"),
        ({"offer_no": 0}, "decision_missing"),
        ({}, "offer_missing"),
        ({"type": "order"}, "order_missing"),
        ({"item_id": "mat", "at": NOW + timedelta(days=2)}, "in_the_future"),
        ({"item_id": "mat", "at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "too_long_ago"),
        ({"item_id": "mat\x00"}, "bad_request"),
    ],
)
def test_an_event_that_cannot_be_true_is_refused_by_itself(
    journal: Journal, fields: dict[str, object], code: str
) -> None:
    good = event("e-good", item_id="mat")
    receipt, fresh = _take(journal, [good, event("e-bad", **fields)])
    assert [(r.index, r.event_id, r.code) for r in receipt.refused] == [(1, "e-bad", code)]
    assert fresh == [good]


@pytest.mark.parametrize("kind", ["exposure", "accept", "decline"])
def test_an_offer_that_was_not_shown_has_no_outcome(journal: Journal, kind: str) -> None:
    log(journal, decision("d-2", silence="holdout"))
    receipt, fresh = _take(journal, [event("e-1", type=kind, decision_id="d-2", offer_no=0)])
    assert [r.code for r in receipt.refused] == ["not_shown"]
    assert fresh == []


@pytest.mark.parametrize("kind", ["exposure", "accept", "decline"])
def test_what_became_of_an_offer_cannot_be_a_day_before_it(journal: Journal, kind: str) -> None:
    early, slow = (NOW - timedelta(days=1, seconds=s) for s in (1, 0))
    events = [event(f"e-{at}", type=kind, decision_id="d-1", offer_no=0, at=at) for at in (early, slow)]
    receipt, fresh = _take(journal, events)
    assert [(r.index, r.code) for r in receipt.refused] == [(0, "before_decision")]
    assert [(one.event_id, one.at) for one in fresh] == [(events[1].event_id, NOW)]


def test_a_clock_that_is_a_little_fast_is_forgiven(journal: Journal) -> None:
    receipt, _ = _take(journal, [event("e-1", item_id="mat", at=NOW + timedelta(hours=3))])
    assert receipt.accepted == 1


def test_what_could_not_be_read_again_is_not_kept(journal: Journal) -> None:
    huge = msgspec.structs.replace(order("e-1"), offer_no=2**63)
    half = msgspec.structs.replace(event("e-2", item_id="mat"), placement="\ud800")
    receipt, _ = _take(journal, [huge, half, event("e-3", item_id="mat")])
    assert [(r.index, r.code) for r in receipt.refused] == [(0, "bad_request"), (1, "bad_request")]


def test_a_decline_is_found_by_the_unit_of_its_decision(journal: Journal) -> None:
    journal.log_events([[event("e-1", type="decline", decision_id="d-1", offer_no=1)]], now=NOW)
    assert [(d.item_id, d.at) for d in standing(journal, "c-17", now=NOW).declines] == [("lamp", NOW)]
    assert standing(journal, None, "c-17", now=NOW).declines == []


def test_a_decline_names_its_own_unit_first(journal: Journal) -> None:
    journal.log_events([[event("e-1", type="decline", visitor_id="v-9", item_id="mat")]], now=NOW)
    assert [d.item_id for d in standing(journal, None, "v-9", now=NOW).declines] == ["mat"]


def test_a_decline_by_a_visitor_of_a_customers_decision_is_the_customers(journal: Journal) -> None:
    journal.log_events([[event("e-1", type="decline", visitor_id="v-9", decision_id="d-1", offer_no=1)]], now=NOW)
    assert [d.item_id for d in standing(journal, "c-17", now=NOW).declines] == ["lamp"]


def test_declines_before_the_span_are_left_out(journal: Journal) -> None:
    journal.log_events([[event("e-1", type="decline", customer_id="c", item_id="mat")]], now=NOW)
    assert standing(journal, "c", now=NOW, since=NOW + timedelta(microseconds=1)).declines == []


def test_counts_account_for_every_decision_and_event(journal: Journal) -> None:
    log(journal, decision("d-2", silence="holdout"))
    log(journal, decision("d-3", silence="no_candidates"))
    journal.log_events([[order("e-1"), order("e-2"), order("e-3", "o-2"), event("e-4", item_id="mat")]], now=NOW)
    counts = journal.count()
    assert (counts.decisions, counts.offered) == (3, 1)
    assert counts.silent == {"holdout": 1, "no_candidates": 1}
    assert (counts.exposures, counts.accepts, counts.declines, counts.orders) == (1, 0, 0, 2)
    later = journal.count(since=NOW + timedelta(seconds=1))
    assert (later.decisions, later.silent, later.exposures, later.orders) == (0, {}, 0, 0)


def test_meter_readings_are_counted(journal: Journal) -> None:
    usage = EventUsage(account_id="a", meter="seats", quantity=3.0)
    told = [Event(event_id=f"u-{n}", type="usage", at=NOW - timedelta(days=n), usage=usage) for n in range(3)]
    journal.log_events([told], now=NOW)
    assert (journal.count().usages, journal.count(since=NOW - timedelta(days=1)).usages) == (3, 2)


def test_an_offer_told_of_twice_is_counted_once(journal: Journal) -> None:
    log(journal, decision("d-2"))
    for kind in ("exposure", "accept", "decline"):
        places = [("d-1", 0), ("d-1", 0), ("d-1", 1), ("d-2", 0)]
        told = [event(f"{kind}-{n}", type=kind, decision_id=d, offer_no=o) for n, (d, o) in enumerate(places)]
        alone = [event(f"{kind}-alone-{n}", type=kind, item_id="mat") for n in range(2)]
        journal.log_events([told, alone], now=NOW)
    counts = journal.count(since=NOW)
    assert (counts.exposures, counts.accepts, counts.declines) == (5, 5, 5)


@pytest.mark.parametrize("name", ["d\0", "d\ud800"])
def test_a_decision_whose_name_no_database_holds_refuses_only_its_own_events(database: Database, name: str) -> None:
    bought = EventOrder(order_id="o-1", lines=[EventLine(item_id="mat", decision_id=name)])
    events = [
        Event(event_id="e-1", type="view", at=NOW, item_id="mat", decision_id=name),
        Event(event_id="e-2", type="order", at=NOW, order=bought),
        event("e-3", type="view", item_id="mat"),
    ]
    receipt, _ = _take(Journal(database), events)
    assert [(refused.event_id, refused.code) for refused in receipt.refused] == [
        ("e-1", "bad_request"),
        ("e-2", "bad_request"),
    ]
    assert receipt.accepted == 1


def test_a_journal_that_cannot_write_says_so(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/operations.db", durability="process", wait_ms=1)
    journal = Journal(database)
    other = sqlite3.connect(tmp_path / "operations.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError):
        log(journal, decision("d-1"))
    with pytest.raises(JournalError):
        journal.log_events([[event("e-1", item_id="mat")]], now=NOW)
    other.close()
    database.close()


def test_a_rehearsed_decision_leaves_no_trace(journal: Journal) -> None:
    rehearsed = decision("d-2")
    with journal.round([rehearsed.inputs.request], "rehearsed") as opened:
        opened.look_back(EVERYTHING, now=NOW)
        opened.add(rehearsed, reservation(rehearsed))
    with pytest.raises(NotFoundError):
        journal.read_decision("d-2")
    assert log(journal, rehearsed) == [True]


def test_behaviour_is_read_up_to_a_moment_oldest_first(journal: Journal) -> None:
    later = NOW + timedelta(minutes=1)
    seen = Event(event_id="2", type="exposure", at=later, visitor_id="v", customer_id="c-17", item_id="mat")
    taken = Event(event_id="1", type="accept", at=NOW, visitor_id="v", item_id="mat")
    journal.log_events([[seen, taken]], now=later)
    found = journal.behaviour(["exposure", "accept"], until=later)
    assert [(one.event_id, one.type, one.at) for one in found] == [("1", "accept", NOW), ("2", "exposure", later)]
    assert (found[1].customer_id, found[1].visitor_id, found[1].item_id) == ("c-17", "v", "mat")
    assert [one.event_id for one in journal.behaviour(["exposure", "accept"], until=NOW)] == ["1"]
    assert journal.behaviour(["exposure"], until=NOW) == []


def test_what_a_person_did_lately_is_a_signal_and_what_was_viewed_is_learned_from(journal: Journal) -> None:
    told = [
        event("e-1", type="view", item_id="mat", visitor_id="v-1"),
        event("e-2", type="remove_from_cart", item_id="mat", visitor_id="v-1"),
        event("e-3", type="dismiss", decision_id="d-1"),
        event("e-4", type="add_to_cart", item_id="lamp", customer_id="c-17", visitor_id="v-1"),
    ]
    _take(journal, told)
    request = DecisionRequest(placement="cart", customer_id="c-17")
    back = msgspec.structs.replace(EVERYTHING, signal_types=["remove_from_cart", "dismiss"])
    with journal.round([request], "read") as opened:
        opened.look_back(back, now=NOW)
        signals = opened.standing(request).signals
    assert [(one.type, one.item_id) for one in signals] == [("remove_from_cart", "mat"), ("dismiss", None)]
    learned = journal.behaviour(["view", "add_to_cart"], until=NOW)
    assert [(one.type, one.item_id, one.customer_id) for one in learned] == [
        ("view", "mat", None),
        ("add_to_cart", "lamp", "c-17"),
    ]
