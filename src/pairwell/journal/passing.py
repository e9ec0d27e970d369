"""Events in the order in which they were committed, for whoever carries them on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros
from pairwell.errors import StorageError
from pairwell.events import Event, items_named
from pairwell.journal.intake import lock_out_writers
from pairwell.journal.orders import read_of_orders
from pairwell.journal.sealing import unseal
from pairwell.operations.database import Database
from pairwell.operations.schema import epochs, events, people

_AT_A_TIME = 2_000
_NAME = "journal"  # the epoch that tells one journal from another
_BITS = 62
_NEXT = (
    sa.select(
        events.c.number, events.c.event_id, events.c.at, events.c.item_id, events.c.person, events.c.payload,
        people.c.key, people.c.name,
    )
    .join_from(events, people, events.c.person == people.c.person, isouter=True)
    .where(events.c.number > sa.bindparam("after"), events.c.number <= sa.bindparam("upto"))
    .order_by(events.c.number)
    .limit(_AT_A_TIME)
)  # fmt: skip
_NEXT_OF_TYPE = _NEXT.where(events.c.type == sa.bindparam("type"))
_event = msgspec.json.Decoder(Event)


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """How far the events of one journal were carried on."""

    journal: int  # which one
    upto: int  # the number of the last event


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its number, its customer and its item as they turned out to be."""

    number: int
    event: Event
    person: int | None  # of `people`


def newest_event(database: Database) -> Passed:
    """The number of the newest event: everything up to it is committed, whatever was written at the same time."""
    first = {"name": _NAME, "number": secrets.randbits(_BITS)}
    known = sa.select(epochs.c.number).where(epochs.c.name == _NAME)
    with database.write() as connection:
        lock_out_writers(connection)
        connection.execute(database.insert(epochs).values(first).on_conflict_do_nothing())
        upto = connection.scalar(sa.select(sa.func.max(events.c.number))) or 0
        return Passed(journal=int(connection.scalar(known) or 0), upto=upto)


def read_events(
    database: Database,
    *,
    after: int,
    upto: int,
    kind: str | None = None,
    damaged: Callable[[str], None] | None = None,
) -> Iterator[Heard]:
    """The events after number `after` up to `upto`, of all types or of one, without those of the forgotten.

    Raises `StorageError` or `MsgspecError` at one that is damaged; given `damaged`, that hears its id, and it is
    left out.
    """
    statement = _NEXT if kind is None else _NEXT_OF_TYPE
    asked = {} if kind is None else {"type": kind}
    while after < upto:
        with database.read() as connection:
            rows = connection.execute(statement, {"after": after, "upto": upto, **asked}).all()
        if not rows:
            return
        after = rows[-1].number
        for row in rows:
            if row.person is None or row.key is not None:
                try:
                    yield _heard(row)
                except (StorageError, msgspec.MsgspecError):
                    if damaged is None:
                        raise
                    damaged(row.event_id)


def events_of_orders(database: Database, order_ids: set[str]) -> list[Event]:
    """All that the journal holds of these orders, in the order in which it came."""
    with database.write() as connection:  # a read would give the locks of the orders back at once
        return read_of_orders(connection, order_ids)


def _heard(row: Any) -> Heard:  # noqa: ANN401 - a row of `_NEXT`
    payload = row.payload if row.key is None else unseal(row.payload, row.key, name=row.event_id)
    event = _event.decode(payload)
    named = row.name is not None and row.name.startswith("c:")
    changed = {"customer_id": row.name[2:]} if named and event.customer_id is None else {}
    several = row.item_id is not None and len(items_named(row.item_id)) > 1  # of a bundle: no item of the catalogue
    item_id = event.item_id if several or row.item_id is None else row.item_id
    found = msgspec.structs.replace(event, at=from_micros(row.at), item_id=item_id, **changed)
    return Heard(number=row.number, event=found, person=row.person)
