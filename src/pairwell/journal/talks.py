"""What customers answered in talks: accepts and declines of what a person offered them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.events import Event
from pairwell.journal.sealing import unseal
from pairwell.operations.database import Database
from pairwell.operations.schema import events, people

_event = msgspec.json.Decoder(Event)
_ANSWERS = (
    sa.select(events.c.event_id, events.c.at, events.c.payload, people.c.key)
    .join_from(events, people, events.c.person == people.c.person)
    .where(
        events.c.type.in_(["accept", "decline"]),
        events.c.decision_id.is_(None),
        events.c.at <= sa.bindparam("until"),
        people.c.key.is_not(None),  # nobody knows what the forgotten said
    )
    .order_by(events.c.at, events.c.number)
)


def read_talks(database: Database, *, until: datetime) -> Iterator[Event]:
    """Every answer up to a moment, the oldest first, with the moment at which it counts. Raises `JournalError`."""
    with database.read() as connection:
        rows = connection.execute(_ANSWERS, {"until": to_micros(until)}).all()
    for event_id, at, payload, key in rows:
        event = _event.decode(unseal(payload, key, name=event_id))
        if event.talk is not None:
            yield msgspec.structs.replace(event, at=from_micros(at))
