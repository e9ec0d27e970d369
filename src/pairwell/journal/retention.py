"""What the journal no longer has to keep, taken out in short transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.events import BEHAVIOUR_TYPES
from pairwell.journal.standing import Total
from pairwell.operations.database import Database
from pairwell.operations.schema import claims, contacts, decisions, events, posteriors, triggered

_AT_A_TIME = 500  # so that decisions pass between
_LASTING = ("usage",)  # what is billed by is kept as it was told
_UNDER_WAY = ("due", "waiting")
_LIVE = 3  # posteriors: whoever decides at this moment reads one of the newest


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """From when on things are kept; None: for ever."""

    decisions: datetime | None
    events: datetime | None  # what servers tell
    behaviour: datetime | None
    contacts: datetime  # older ones count for no cap
    totals: Sequence[Total]
    triggered: datetime | None  # what is over of what events triggered
    carried: int  # events up to this number are in the dataset, none beyond it goes


def prune(database: Database, terms: Terms) -> dict[str, int]:
    """Remove what is older; returns the rows by table. A kill in between leaves the rest for the next run."""
    doomed = [
        (decisions, (decisions.c.decision_id,), _before(decisions.c.decided_at, terms.decisions)),
        (events, (events.c.number,), _old_events(terms)),
        (contacts, (contacts.c.decision_id,), contacts.c.lapses_at < to_micros(terms.contacts)),
        (claims, (claims.c.cap, claims.c.decision_id, claims.c.offer_no), _old_claims(terms)),
        (posteriors, (posteriors.c.epoch,), _unnamed_posteriors()),
        (triggered, (triggered.c.trigger_id,), _over(terms)),
    ]
    return {table.name: _remove(database, table, key, old) for table, key, old in doomed}


def models_named(database: Database) -> set[str]:
    """The models that decisions in the journal name."""
    with database.read() as connection:
        return {name for name in connection.scalars(sa.select(decisions.c.model).distinct()) if name is not None}


def _remove(database: Database, table: sa.Table, key: tuple[sa.Column[Any], ...], old: sa.ColumnElement[bool]) -> int:
    some, removed = sa.select(*key).where(old).limit(_AT_A_TIME), 0
    this = sa.and_(*(column == sa.bindparam(f"of_{column.name}") for column in key))
    while True:
        with database.read() as connection:
            rows = connection.execute(some).all()
        if not rows:
            return removed
        with database.write() as connection:
            connection.execute(table.delete().where(this), [_named(row._mapping) for row in rows])  # noqa: SLF001 - its public way
        removed += len(rows)


def _named(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a mapping of a row
    return {f"of_{name}": value for name, value in row.items()}


def _old_events(terms: Terms) -> sa.ColumnElement[bool]:
    # What somebody answered in a talk is of no decision; it is kept as long as orders are.
    answers = events.c.type.in_(["accept", "decline"]) & events.c.decision_id.is_(None)
    shoppers = events.c.type.in_(sorted(BEHAVIOUR_TYPES)) & ~answers
    kept = events.c.type.in_(_LASTING)
    told = ~shoppers & ~kept & _before(events.c.at, terms.events)
    return (events.c.number <= terms.carried) & ((shoppers & _before(events.c.at, terms.behaviour)) | told)


def _unnamed_posteriors() -> sa.ColumnElement[bool]:
    """What was learned from offers, and neither is live nor was read by a decision that is kept."""
    newest = sa.select(sa.func.max(posteriors.c.epoch)).scalar_subquery()
    return (posteriors.c.epoch <= newest - _LIVE) & posteriors.c.epoch.not_in(sa.select(decisions.c.epoch))


def _old_claims(terms: Terms) -> sa.ColumnElement[bool]:
    """Reservations that lapsed long ago, and what was given away before a total's window began.

    What its total holds stays until that is counted anew.
    """
    unclaimed = ~claims.c.used & (claims.c.lapses_at < to_micros(terms.contacts))
    over = [
        (claims.c.cap == total.name) & (claims.c.at < to_micros(total.since))
        for total in terms.totals
        if total.since is not None
    ]
    return ~claims.c.counted & sa.or_(unclaimed, *over)


def _over(terms: Terms) -> sa.ColumnElement[bool]:
    """What was triggered, and is neither to be decided nor to be sent any more, or too late for that ever since."""
    done = triggered.c.state.not_in(_UNDER_WAY) & _before(triggered.c.at, terms.triggered)
    return done | _before(triggered.c.until, terms.triggered)


def _before(moment: sa.Column[Any], start: datetime | None) -> sa.ColumnElement[bool]:
    return sa.false() if start is None else moment < to_micros(start)
