"""Rows of events into the journal, each once by its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from pairwell.operations.schema import events

_ADD = sqlite.insert(events).on_conflict_do_nothing(index_elements=["event_id"]).returning(events.c.event_id)
_COLUMNS = tuple(column.name for column in events.c if column.name != "number")
# An array for each column: of thousands of single values the driver alone takes longer than the server does.
_ADD_COLUMNS = sa.text("""
    INSERT INTO events (
        event_id, type, person, decision_id, offer_no, item_id, order_id, at, received_at, payload
    )
    SELECT * FROM unnest(
        CAST(:event_id AS text[]), CAST(:type AS text[]), CAST(:person AS bigint[]), CAST(:decision_id AS text[]),
        CAST(:offer_no AS int[]), CAST(:item_id AS text[]), CAST(:order_id AS text[]), CAST(:at AS bigint[]),
        CAST(:received_at AS bigint[]), CAST(:payload AS bytea[])
    )
    ON CONFLICT (event_id) DO NOTHING RETURNING event_id
""")


def append_events(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Append those that are new, in their order; returns their ids."""
    if not rows:
        return set()
    if connection.dialect.name == "postgresql":
        columns = {name: [row[name] for row in rows] for name in _COLUMNS}
        return set(connection.scalars(_ADD_COLUMNS, columns))
    return set(connection.scalars(_ADD, rows))
