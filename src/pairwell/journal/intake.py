"""Events taken in: journaled, counted against reservations and put into effect in one transaction, once each."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.events import BEHAVIOUR_TYPES, Event, EventNote, EventReceipt, EventRefusal, Said
from pairwell.journal.appending import append_events
from pairwell.journal.checks import KnownDecision, Taken, check_events, decisions_named
from pairwell.journal.orders import read_of_orders
from pairwell.journal.parts import order_id_of
from pairwell.journal.people import Identity, People, Person, identity
from pairwell.journal.places import read_places, take_places
from pairwell.journal.sealing import seal
from pairwell.operations import schema
from pairwell.operations.database import Database

_AT_A_TIME = 500  # a short lock each, so that decisions pass between
_WRITERS = 0x7061_6D1E  # any number that is ours: whoever reads up to the newest event locks writers out for a moment

_contacts = schema.contacts
_item_ids = msgspec.json.Decoder(list[str])
_KNOWN = (
    sa.select(
        schema.decisions.c.decision_id,
        schema.decisions.c.decided_at,
        schema.decisions.c.shown,
        _contacts.c.lapses_at,
        schema.people.c.name,
        _contacts.c["items"],
    )
    .join_from(schema.decisions, _contacts, schema.decisions.c.decision_id == _contacts.c.decision_id, isouter=True)
    .join(schema.people, schema.decisions.c.person == schema.people.c.person, isouter=True)
    .where(schema.decisions.c.decision_id.in_(sa.bindparam("ids", expanding=True)))
)
_SEE = (
    _contacts.update()
    .where(_contacts.c.decision_id == sa.bindparam("decision"))
    .values(seen=_contacts.c.seen.bitwise_or(sa.bindparam("bits")))
)


def lock_out_writers(connection: sa.Connection) -> None:
    """Let nobody journal an event until the transaction of `connection` ends; whoever is at it ends first.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))


def be_a_writer(connection: sa.Connection) -> None:
    """Let nobody lock writers out until the transaction of `connection` ends; many may be at it together."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_WRITERS)))


class Effects(Protocol):
    """What events change of the facts."""

    def objection(self, event: Event) -> Said | None:
        """Why the event cannot be put into effect and must not be journaled."""

    def too_old(self, event: Event, now: datetime) -> Said | None:
        """That nothing comes of an event because it is so long ago."""

    def apply(
        self, connection: sa.Connection, events: Sequence[Event], of_orders: Sequence[Event]
    ) -> Mapping[str, Sequence[Said]]:
        """Put events that are journaled for the first time into effect, within the transaction that journals them.

        `of_orders`: all that the journal holds of the orders that they are about, in the order in which it came.
        What is to be noted comes back by event id.
        """


class _Placed(NamedTuple):
    batch: int
    place: int  # in its batch
    event: Event


class Intake:
    """Takes events in parts, each in one transaction."""

    def __init__(self, database: Database, book: People) -> None:
        self._database = database
        self._book = book

    def take(
        self,
        batches: Sequence[Sequence[Event]],
        *,
        turn: AbstractContextManager[object],
        effects: Effects | None,
        now: datetime,
    ) -> list[EventReceipt]:
        """Take every batch; a receipt for each. Raises `JournalError`: then sending all of it again is safe."""
        outcomes = [_Outcome() for _ in batches]
        for part in _parts(batches):
            with turn, self._database.write() as connection:
                done = self._take_part(connection, [one.event for one in part], effects, now)
            for place, one in enumerate(part):
                outcomes[one.batch].add(one, done, place)
        return [outcome.receipt() for outcome in outcomes]

    def _take_part(
        self, connection: sa.Connection, events: Sequence[Event], effects: Effects | None, now: datetime
    ) -> _Done:
        be_a_writer(connection)
        known = _known_decisions(connection, events)
        checked = check_events(events, known, now=now, objection=effects.objection if effects else None)
        refusals = {refusal.index: refusal for refusal in checked.refused}
        places: dict[str, int] = {}
        for place, event in enumerate(events):
            if place not in refusals:
                places.setdefault(event.event_id, place)
        first = {taken.event.event_id: taken for taken in reversed(checked.taken)}
        once = [first[event_id] for event_id in sorted(first)]
        named = [_whose(one) for one in once]
        met = self._book.meet(connection, named)
        added = append_events(connection, [_event_row(one, met, now) for one in once])
        fresh = [first[event_id] for event_id in sorted(added, key=places.__getitem__)]
        _count_against_reservations(connection, fresh, known, now)
        notes = _put_into_effect(connection, fresh, effects, now)
        # Last, so that a decision about one of them waits for no more than the end of it.
        self._book.attach(connection, named, met)
        return _Done(refusals, {places[event_id]: notes.get(event_id, []) for event_id in added})


class _Done(NamedTuple):
    """What became of a part, by place in it; what is in neither was there before."""

    refusals: Mapping[int, EventRefusal]
    notes: Mapping[int, Sequence[Said]]  # of all that is new


class _Outcome:
    """What became of one batch so far."""

    def __init__(self) -> None:
        self._accepted = 0
        self._duplicates = 0
        self._refused: list[EventRefusal] = []
        self._noted: list[EventNote] = []

    def add(self, one: _Placed, done: _Done, place: int) -> None:
        if refusal := done.refusals.get(place):
            self._refused.append(msgspec.structs.replace(refusal, index=one.place))
        elif place in done.notes:
            self._accepted += 1
            said = done.notes[place]
            self._noted += [EventNote(index=one.place, event_id=one.event.event_id, **n._asdict()) for n in said]
        else:
            self._duplicates += 1

    def receipt(self) -> EventReceipt:
        return EventReceipt(
            accepted=self._accepted,
            duplicates=self._duplicates,
            refused=self._refused,
            noted=self._noted or msgspec.UNSET,
        )


def _put_into_effect(
    connection: sa.Connection, fresh: Sequence[Taken], effects: Effects | None, now: datetime
) -> dict[str, list[Said]]:
    """What is to be noted, by event id."""
    notes = {taken.event.event_id: list(taken.notes) for taken in fresh}
    if effects is not None and fresh:
        events = [_of_customer(taken) for taken in fresh]
        order_ids = {order_id for event in events if (order_id := order_id_of(event)) is not None}
        for event_id, odd in effects.apply(connection, events, read_of_orders(connection, order_ids)).items():
            notes[event_id] += odd
        for event in events:
            if said := effects.too_old(event, now):
                notes[event.event_id].append(said)
    return notes


def _of_customer(taken: Taken) -> Event:
    """The event with the customer that it turned out to be of."""
    if taken.event.type in BEHAVIOUR_TYPES or taken.unit is None or not taken.unit.startswith("c:"):
        return taken.event
    return msgspec.structs.replace(taken.event, customer_id=taken.unit[2:])


def _parts(batches: Sequence[Sequence[Event]]) -> Iterator[list[_Placed]]:
    numbered = (
        _Placed(batch, place, event) for batch, events in enumerate(batches) for place, event in enumerate(events)
    )
    while part := list(itertools.islice(numbered, _AT_A_TIME)):
        yield part


def _known_decisions(connection: sa.Connection, events: Iterable[Event]) -> dict[str, KnownDecision]:
    ids = sorted({decision_id for event in events for decision_id in decisions_named(event)})
    places = read_places(connection, ids)
    known: dict[str, KnownDecision] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        for row in connection.execute(_KNOWN, {"ids": ids[start : start + _AT_A_TIME]}):
            known[row.decision_id] = KnownDecision(
                at=from_micros(row.decided_at),
                lapses_at=None if row.lapses_at is None else from_micros(row.lapses_at),
                unit=row.name,
                shown=row.shown,
                item_ids=[] if row.items is None else _item_ids.decode(row.items),
                places=places.get(row.decision_id, ()),
            )
    return known


def _whose(taken: Taken) -> Identity:
    """Whom the event names. Speaking of a customer's decision does not make a visitor that customer."""
    named = identity(taken.event.customer_id, taken.event.visitor_id)
    return named if named.unit == taken.unit else Identity(taken.unit, None)


def _event_row(taken: Taken, met: Mapping[str, Person], now: datetime) -> dict[str, Any]:
    event, payload = taken.event, taken.payload
    person = met.get(taken.unit) if taken.unit else None
    return {
        "event_id": event.event_id,
        "type": event.type,
        "person": None if person is None else person.number,
        "decision_id": event.decision_id,
        "offer_no": taken.offer_no,
        "item_id": taken.item_id,
        "order_id": order_id_of(event),
        "at": to_micros(event.at),
        "received_at": to_micros(now),
        "payload": payload if person is None else seal(payload, person.key, name=event.event_id),
    }


def _count_against_reservations(
    connection: sa.Connection, fresh: Iterable[Taken], known: Mapping[str, KnownDecision], now: datetime
) -> None:
    outcomes = [outcome for taken in fresh for outcome in taken.outcomes]
    bits: defaultdict[str, int] = defaultdict(int)
    for outcome in outcomes:
        bits[outcome.decision_id] |= 1 << outcome.offer_no
    if bits:
        # In one order, so that two writers cannot lock each other out.
        connection.execute(_SEE, [{"decision": name, "bits": bits[name]} for name in sorted(bits)])
    told = (
        (outcome, place) for outcome in outcomes for place in known[outcome.decision_id].places_of(outcome.offer_no)
    )
    take_places(connection, told, now=now)
