from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.events import EventLine, EventOrder
from pairwell.facts.customer_state import (
    Known,
    Past,
    SeenConsent,
    SeenFeedback,
    SeenNeed,
    SeenOrder,
    SeenReturn,
    SeenStatus,
)
from pairwell.facts.customers import ToldCustomer, add_heard, read_customers, write_told
from pairwell.facts.heard import (
    Feedback,
    Returned,
    a_feedback,
    a_need,
    a_return,
    a_status,
    an_order,
    consent,
)
from pairwell.operations.database import Database
from pairwell.records import CustomerFacts

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def read(database: Database, customer_id: str = "ann", complaints_since: datetime | None = None) -> CustomerFacts:
    with database.read() as connection:
        return read_customers(connection, [customer_id], complaints_since=complaints_since)[customer_id]


def order(order_id: str, *quantities: int, off: int = 0) -> EventOrder:
    lines = [EventLine(item_id=f"i{n}", quantity=many, discount_minor=off) for n, many in enumerate(quantities)]
    return EventOrder(order_id=order_id, lines=lines)


def tell(database: Database, known: Known, customer_id: str = "ann") -> int:
    return write_told(database, [ToldCustomer(customer_id, msgspec.json.encode(known))])


def _take_down(connection: sa.Connection, heard: Known) -> None:
    add_heard(connection, {"ann": heard})


def hear(database: Database, *heard: Known, customer_id: str = "ann") -> None:
    for known in heard:
        with database.write() as connection:
            add_heard(connection, {customer_id: known})


def test_of_whom_nothing_is_known_nothing_is_said(database: Database) -> None:
    with database.read() as connection:
        assert read_customers(connection, ["ann"]) == {}
        assert read_customers(connection, []) == {}


def test_the_newest_word_on_a_channel_counts_in_whatever_order_it_comes(database: Database) -> None:
    with database.write() as connection:
        _take_down(connection, consent("Email", given=False, at=NOW))
        _take_down(connection, consent("email", given=True, at=NOW - DAY))
        _take_down(connection, consent("sms", given=True, at=NOW))
        _take_down(connection, consent("sms", given=False, at=NOW))
        _take_down(connection, consent("sms", given=True, at=NOW))
    assert read(database).consents == {"email": False, "sms": False}


def test_the_same_event_again_makes_no_new_revision(database: Database) -> None:
    for _ in range(3):
        with database.write() as connection:
            _take_down(connection, consent("email", given=True, at=NOW))
            _take_down(connection, an_order(order("1", 2, 1, off=5), NOW))
            _take_down(connection, a_return(Returned(order_id="1", item_id="i0", units=1, at=NOW + DAY)))
    found = read(database)
    assert found.revision == 3
    assert (found.orders, found.units, found.units_returned, found.discounted_orders) == (1, 3, 1, 1)
    assert found.last_order_at == NOW
    assert found.returned_at == {"i0": NOW + DAY}


def test_a_cancelled_order_is_none_also_where_the_word_comes_first(database: Database) -> None:
    with database.write() as connection:
        _take_down(connection, a_status("1", "cancelled", NOW + DAY))
        _take_down(connection, an_order(order("1", 2), NOW))
        _take_down(connection, an_order(order("2", 1), NOW - DAY))
        _take_down(connection, a_return(Returned(order_id="1", item_id="i0", units=1, at=NOW + DAY)))
    assert (read(database).orders, read(database).units, read(database).units_returned) == (1, 1, 0)
    assert read(database).last_order_at == NOW - DAY
    with database.write() as connection:
        _take_down(connection, a_status("1", "completed", NOW + 2 * DAY))
    assert (read(database).orders, read(database).units_returned) == (2, 1)


def test_needs_and_feedback_are_told(database: Database) -> None:
    with database.write() as connection:
        _take_down(connection, a_need("Camping", "said", NOW - DAY))
        _take_down(connection, a_need("camping", "bought", NOW))
        for kind, ago, score in (("csat", 3, 2.0), ("nps", 2, 9.0), ("ticket_opened", 2, None), ("review", 1, 1.0)):
            _take_down(connection, a_feedback("ann", Feedback(kind=kind, at=NOW - ago * DAY, score=score)))  # type: ignore[arg-type]
    found = read(database)
    assert found.needs == {"camping": "bought"}
    assert found.satisfaction == 0.9
    assert found.open_tickets == 1


def test_a_complaint_is_open_until_somebody_dealt_with_it_or_it_is_too_old(database: Database) -> None:
    with database.write() as connection:
        for text in ("broken", "broken", "late"):
            _take_down(connection, a_feedback("ann", Feedback(kind="complaint", at=NOW, text=text)))
    assert read(database).open_complaints == 2
    assert read(database, complaints_since=NOW + DAY).open_complaints == 0
    assert read(database, complaints_since=NOW).open_complaints == 2
    with database.write() as connection:
        _take_down(connection, a_feedback("ann", Feedback(kind="note", at=NOW + DAY, text="called back")))
        _take_down(connection, a_feedback("ann", Feedback(kind="complaint", at=NOW + 2 * DAY)))
    assert read(database).open_complaints == 1


def test_what_files_tell_does_not_undo_a_newer_event(database: Database) -> None:
    hear(database, consent("email", given=False, at=NOW), an_order(order("9", 1), NOW))
    told = Known(consents=[SeenConsent(at=to_micros(NOW - DAY), channel="email", refused=False)])
    assert tell(database, told) == 1
    assert read(database).consents == {"email": False}
    assert read(database).orders == 1


def test_what_files_tell_newer_or_alike_takes_the_place_of_events(database: Database) -> None:
    hear(database, consent("email", given=False, at=NOW), an_order(order("9", 1), NOW))
    told = Known(
        consents=[SeenConsent(at=to_micros(NOW + DAY), channel="email", refused=False)],
        orders=[SeenOrder(at=to_micros(NOW), order_id="9", units=4, discounted=True)],
    )
    tell(database, told)
    assert read(database).consents == {"email": True}
    assert (read(database).orders, read(database).units) == (1, 4)
    with database.read() as connection:
        stored = connection.exec_driver_sql("SELECT fact FROM customers").scalar_one()
    assert b"heard" not in stored
    hear(database, an_order(order("9", 1), NOW))
    assert read(database).revision == 3


def test_what_files_tell_no_longer_is_gone(database: Database) -> None:
    tell(database, Known(orders=[SeenOrder(at=to_micros(NOW), order_id="9", units=4, discounted=True)]))
    tell(database, Known())
    assert read(database) == CustomerFacts(revision=2)


def test_only_what_differs_is_written(database: Database) -> None:
    known = Known(needs=[SeenNeed(at=to_micros(NOW), need="ski", how="said")])
    rows = [ToldCustomer(f"c{n}", msgspec.json.encode(known)) for n in range(600)]
    assert write_told(database, rows) == 600
    assert write_told(database, rows) == 0
    rows[7] = ToldCustomer("c7", b"{}")
    assert write_told(database, rows) == 1
    assert (read(database, "c7").revision, read(database, "c8").revision) == (2, 1)


def test_an_order_as_old_as_the_totals_is_in_them(database: Database) -> None:
    told = Known(
        orders=[SeenOrder(at=to_micros(NOW), order_id="9", units=4, discounted=False)],
        past=Past(
            orders=3,
            last_order_at=to_micros(NOW - 5 * DAY),
            discounted_orders=1,
            units=7,
            orders_until=to_micros(NOW - 5 * DAY),
            units_returned=2,
            returns_until=0,
            tickets_opened=2,
            tickets_closed=1,
            score=0.5,
            score_at=1,
            feedback_until=1,
        ),
    )
    tell(database, told)
    hear(database, an_order(order("old", 1), NOW - 6 * DAY), an_order(order("new", 1), NOW - 4 * DAY))
    found = read(database)
    assert (found.orders, found.units, found.units_returned, found.discounted_orders) == (5, 12, 2, 1)
    assert (found.open_tickets, found.satisfaction) == (1, 0.5)
    hear(database, a_status("9", "cancelled", NOW), a_status("new", "cancelled", NOW))
    assert read(database).last_order_at == NOW - 5 * DAY


def test_what_is_held_of_events_is_bounded(database: Database) -> None:
    orders = [an_order(order(f"o{n}", 1), NOW + n * DAY).orders[0] for n in range(700)]
    hear(database, Known(orders=orders))
    assert read(database).orders == 500
    assert read(database).last_order_at == NOW + 699 * DAY


@pytest.mark.parametrize("together", [1, 5])
def test_writers_of_one_customer_do_not_lose_each_other(database: Database, together: int) -> None:
    def write(numbers: Sequence[int]) -> None:
        for number in numbers:
            with database.write() as connection:
                add_heard(connection, {f"c{n}": an_order(order(f"o{number}", 1), NOW) for n in range(together)})
            tell(database, Known(needs=[SeenNeed(at=1, need="ski", how="said")]), f"c{number % together}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, [range(start, start + 5) for start in range(0, 40, 5)]))
    assert {read(database, f"c{n}").orders for n in range(together)} == {40}


def test_of_two_words_at_one_moment_the_careful_one_is_greater() -> None:
    assert SeenConsent(at=1, channel="a", refused=True) > SeenConsent(at=1, channel="a", refused=False)
    assert SeenStatus(at=1, order_id="a", cancelled=True) > SeenStatus(at=1, order_id="a", cancelled=False)
    assert SeenReturn(at=2, order_id="a", item_id="x", units=1) > SeenReturn(at=1, order_id="b", item_id="y", units=9)
    scored = SeenFeedback(at=1, feedback_id="a", kind="csat", score=0.5)
    unscored = SeenFeedback(at=1, feedback_id="b", kind="complaint")
    assert Known(feedback=[unscored]).joined(Known(feedback=[scored, unscored])).feedback == [unscored, scored]
