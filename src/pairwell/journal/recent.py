"""The newest decisions, as people look through them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.journal.round import open_payload
from pairwell.operations.database import Database
from pairwell.operations.schema import decisions, people
from pairwell.records import Decision

_ROWS = (
    sa.select(decisions, people.c.name.label("unit"), people.c.key)
    .join_from(decisions, people, decisions.c.person == people.c.person, isouter=True)
    .order_by(decisions.c.decided_at.desc(), decisions.c.decision_id.desc())
)
_decoder = msgspec.json.Decoder(Decision)


class RecentAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which decisions: the newest, those of a placement or with an outcome, those before a moment."""

    limit: int = 50
    placement: str | None = None
    outcome: str | None = None  # "offered", or the reason for silence
    before: datetime | None = None


class RecentDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in a line. Of a forgotten person only that it was made is known."""

    decision_id: str
    at: datetime
    placement: str
    unit: str | None  # "c:ID", "v:ID"; None: nobody was named, or whoever it was is forgotten
    arm: str
    shown: bool
    silence: str | None
    forgotten: bool
    cart: Sequence[str] = ()  # item ids
    offers: Sequence[str] = ()  # titles, else ids; of the holdout what would have been shown


def recent_decisions(database: Database, asked: RecentAsked) -> list[RecentDecision]:
    """The newest decisions, newest first. Raises `JournalError`."""
    wanted = _ROWS.limit(asked.limit)
    if asked.placement is not None:
        wanted = wanted.where(decisions.c.placement == asked.placement)
    if asked.outcome == "offered":
        wanted = wanted.where(decisions.c.silence.is_(None))
    elif asked.outcome is not None:
        wanted = wanted.where(decisions.c.silence == asked.outcome)
    if asked.before is not None:
        wanted = wanted.where(decisions.c.decided_at < to_micros(asked.before))
    with database.read() as connection:
        return [_read(row) for row in connection.execute(wanted)]


def _read(row: sa.Row[Any]) -> RecentDecision:
    forgotten = row.person is not None and row.key is None
    known = {} if forgotten else _inside(row)
    return RecentDecision(
        decision_id=row.decision_id,
        at=from_micros(row.decided_at),
        placement=row.placement,
        unit=row.unit,
        arm=row.arm,
        shown=row.shown,
        silence=row.silence,
        forgotten=forgotten,
        **known,
    )


def _inside(row: sa.Row[Any]) -> dict[str, list[str]]:
    decision = _decoder.decode(open_payload(row.decision_id, row.payload, row.person, row.key))
    request = decision.inputs.request
    cart = [line.item_id for line in request.cart] or list(request.viewed[-1:])
    return {"cart": cart, "offers": [offer.title or offer.item_id for offer in decision.slate]}
