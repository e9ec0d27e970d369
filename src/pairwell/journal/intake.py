"""Events taken in: journaled, counted against reservations and put into effect in one transaction, once each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.events import Event, EventReceipt, EventRefusal
from pairwell.journal.checks import KnownDecision, Taken, check_events
from pairwell.journal.people import Identity, People, Person, identity
from pairwell.journal.sealing import seal
from pairwell.operations import schema
from pairwell.operations.database import Database

_AT_A_TIME = 500  # a short lock each, so that decisions pass between
_WRITERS = 0x7061_6D1E  # any number that is ours: whoever reads up to the newest event locks writers out for a moment

_events, _contacts, _claims = schema.events, schema.contacts, schema.claims
_item_ids = msgspec.json.Decoder(list[str])
_KNOWN = (
    sa.select(
        schema.decisions.c.decision_id,
        schema.decisions.c.decided_at,
        schema.decisions.c.shown,
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
    .values(seen=_contacts.c.seen.bitwise_or(sa.bindparam("bit")))
)
_USE = (
    _claims.update()
    .where(
        _claims.c.decision_id == sa.bindparam("decision"),
        _claims.c.offer_no == sa.bindparam("offer"),
        _claims.c.outcome == sa.bindparam("type"),
    )
    .values(used=True)
)


class Effects(Protocol):
    """What events change of the facts."""

    def apply(self, connection: sa.Connection, events: Sequence[Event]) -> None:
        """Put events that are journaled for the first time into effect, within the transaction that journals them."""


class _Placed(NamedTuple):
    batch: int
    place: int  # in its batch
    event: Event


class Intake:
    """Takes events in parts, each in one transaction."""

    def __init__(self, database: Database, book: People) -> None:
        self._database = database
        self._book = book
        self._add = (
            database.insert(_events).on_conflict_do_nothing(index_elements=["event_id"]).returning(_events.c.event_id)
        )

    def take(
        self,
        batches: Sequence[Sequence[Event]],
        *,
        turn: AbstractContextManager[object],
        effects: Effects | None,
        now: datetime,
    ) -> list[EventReceipt]:
        """Take every batch; a receipt for each. Raises `JournalError`: then sending all of it again is safe."""
        accepted, duplicates = [0] * len(batches), [0] * len(batches)
        refused: list[list[EventRefusal]] = [[] for _ in batches]
        for part in _parts(batches):
            with turn, self._database.write() as connection:
                fresh, refusals = self._take_part(connection, [one.event for one in part], effects, now)
            for place, one in enumerate(part):
                if refusal := refusals.get(place):
                    refused[one.batch].append(msgspec.structs.replace(refusal, index=one.place))
                elif place in fresh:
                    accepted[one.batch] += 1
                else:
                    duplicates[one.batch] += 1
        return [
            EventReceipt(accepted=taken, duplicates=again, refused=left)
            for taken, again, left in zip(accepted, duplicates, refused, strict=True)
        ]

    def _take_part(
        self, connection: sa.Connection, events: Sequence[Event], effects: Effects | None, now: datetime
    ) -> tuple[set[int], dict[int, EventRefusal]]:
        """The places of those new, and the refusals by place."""
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_WRITERS)))
        checked = check_events(events, _known_decisions(connection, events), now=now)
        refusals = {refusal.index: refusal for refusal in checked.refused}
        places: dict[str, int] = {}
        for place, event in enumerate(events):
            if place not in refusals:
                places.setdefault(event.event_id, place)
        first = {taken.event.event_id: taken for taken in reversed(checked.taken)}
        added = self._append(connection, [first[event_id] for event_id in sorted(first)], now)
        fresh = [first[event_id] for event_id in sorted(added, key=places.__getitem__)]
        _count_against_reservations(connection, fresh)
        if effects is not None and fresh:
            effects.apply(connection, [taken.event for taken in fresh])
        return {places[event_id] for event_id in added}, refusals

    def _append(self, connection: sa.Connection, taken: Sequence[Taken], now: datetime) -> set[str]:
        if not taken:
            return set()
        known = self._book.meet(connection, (_whose(one) for one in taken))
        rows = [_event_row(one, known.get(one.unit) if one.unit else None, now) for one in taken]
        return set(connection.scalars(self._add, rows))


def _parts(batches: Sequence[Sequence[Event]]) -> Iterator[list[_Placed]]:
    numbered = (
        _Placed(batch, place, event) for batch, events in enumerate(batches) for place, event in enumerate(events)
    )
    while part := list(itertools.islice(numbered, _AT_A_TIME)):
        yield part


def _known_decisions(connection: sa.Connection, events: Iterable[Event]) -> dict[str, KnownDecision]:
    ids = sorted({event.decision_id for event in events if event.decision_id is not None})
    if not ids:
        return {}
    rows = connection.execute(_KNOWN, {"ids": ids}).all()
    return {
        decision_id: KnownDecision(
            at=from_micros(at), unit=unit, shown=shown, item_ids=[] if items is None else _item_ids.decode(items)
        )
        for decision_id, at, shown, unit, items in rows
    }


def _whose(taken: Taken) -> Identity:
    """Whom the event names. Speaking of a customer's decision does not make a visitor that customer."""
    named = identity(taken.event.customer_id, taken.event.visitor_id)
    return named if named.unit == taken.unit else Identity(taken.unit, None)


def _event_row(taken: Taken, person: Person | None, now: datetime) -> dict[str, Any]:
    event = taken.event
    payload = taken.payload
    return {
        "event_id": event.event_id,
        "type": event.type,
        "person": None if person is None else person.number,
        "decision_id": event.decision_id,
        "offer_no": taken.offer_no,
        "item_id": taken.item_id,
        "order_id": None if event.order is None else event.order.order_id,
        "at": to_micros(event.at),
        "received_at": to_micros(now),
        "payload": payload if person is None else seal(payload, person.key, name=event.event_id),
    }


def _count_against_reservations(connection: sa.Connection, fresh: Iterable[Taken]) -> None:
    of_offers = [one for one in fresh if one.event.decision_id is not None and one.offer_no is not None]
    seen = [
        {"decision": one.event.decision_id, "bit": 1 << (one.offer_no or 0)}
        for one in of_offers
        if one.event.type == "exposure"
    ]
    used = [{"decision": one.event.decision_id, "offer": one.offer_no, "type": one.event.type} for one in of_offers]
    if seen:
        connection.execute(_SEE, seen)
    if used:
        connection.execute(_USE, used)
