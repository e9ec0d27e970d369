"""Everything that the journal holds of some orders."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros
from pairwell.events import Event
from pairwell.journal.sealing import unseal
from pairwell.operations.schema import events, people

_AT_A_TIME = 500
_LOCKS = 0x6F_72_64  # any number that is ours: a room of locks for orders
_OF_ORDERS = (
    sa.select(events.c.event_id, events.c.at, events.c.person, events.c.payload, people.c.name, people.c.key)
    .join_from(events, people, events.c.person == people.c.person, isouter=True)
    .where(events.c.order_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(events.c.number)
)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:room, lock) FROM unnest(CAST(:locks AS int[])) AS lock")
_event = msgspec.json.Decoder(Event)


def read_of_orders(connection: sa.Connection, order_ids: Collection[str]) -> list[Event]:
    """Orders, returns and statuses of these ids in the order in which they came, without those of the forgotten.

    Each with the customer it turned out to be of. Until the transaction ends nobody else reads the same orders, so
    that of two who tell of one order the second sees what the first told.
    """
    ids = sorted(order_ids)
    if ids and connection.dialect.name == "postgresql":
        locks = sorted({zlib.crc32(order_id.encode()) - 2**31 for order_id in ids})
        connection.execute(_LOCK, {"room": _LOCKS, "locks": locks})
    found: list[Event] = []
    for start in range(0, len(ids), _AT_A_TIME):
        rows = connection.execute(_OF_ORDERS, {"ids": ids[start : start + _AT_A_TIME]})
        found += [_read(row) for row in rows if row.person is None or row.key is not None]
    return found


def _read(row: Any) -> Event:  # noqa: ANN401 - a row of `_OF_ORDERS`
    payload = row.payload if row.key is None else unseal(row.payload, row.key, name=row.event_id)
    event = _event.decode(payload)
    customer_id = row.name[2:] if row.name is not None and row.name.startswith("c:") else event.customer_id
    return msgspec.structs.replace(event, at=from_micros(row.at), customer_id=customer_id)
