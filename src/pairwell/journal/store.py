"""Append decisions and events, and read them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.errors import ForgottenError, NotFoundError
from pairwell.events import Behaviour, BehaviourType, Event, EventReceipt
from pairwell.journal.intake import Effects, Intake
from pairwell.journal.people import People
from pairwell.journal.round import Round, open_payload
from pairwell.journal.sealing import unseal
from pairwell.operations import schema
from pairwell.operations.database import Database
from pairwell.records import Decision, DecisionRequest
from pairwell.said import phrase

RoundKind = Literal["kept", "rehearsed", "read"]

_decisions = schema.decisions
_events = schema.events
_people = schema.people
_decoder = msgspec.json.Decoder(Decision)
_OUTCOMES: tuple[BehaviourType, ...] = ("exposure", "accept", "decline")

_BY_ID = (
    sa.select(_decisions.c.decision_id, _decisions.c.payload, _decisions.c.person, _people.c.key)
    .join_from(_decisions, _people, _decisions.c.person == _people.c.person, isouter=True)
    .where(_decisions.c.decision_id == sa.bindparam("id"))
)
_BEHAVIOUR = (
    sa.select(_events.c.event_id, _events.c.at, _events.c.type, _events.c.item_id, _events.c.payload, _people.c.key)
    .join_from(_events, _people, _events.c.person == _people.c.person, isouter=True)
    .where(
        _events.c.type.in_(sa.bindparam("types", expanding=True)),
        _events.c.at <= sa.bindparam("until"),
        _events.c.number > sa.bindparam("after"),
        _people.c.key.is_not(None) | _events.c.person.is_(None),  # nobody reads what a forgotten person did
    )
    .order_by(_events.c.at, _events.c.event_id)
)


class _Whose(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str | None = None
    visitor_id: str | None = None


_whose_of = msgspec.json.Decoder(_Whose)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal holds. `decisions` = `offered` + all of `silent`; an order counts once by its id.

    What was seen, accepted or declined counts once for each offer of a decision, under however many events it was
    told; an event that names no decision counts by itself. What only the lines of an order say was accepted is in
    none of them.
    """

    decisions: int
    offered: int
    silent: dict[str, int]
    exposures: int
    accepts: int
    declines: int
    orders: int
    usages: int  # meter readings


class Journal:
    """Decisions and events. What is logged is durable when the call returns; `JournalError` where it is not."""

    def __init__(self, database: Database, *, turn: AbstractContextManager[object] | None = None) -> None:
        """`turn`: held while writing; a lock that journals of one process share lets them wait without polling."""
        self._database = database
        self._turn = turn or nullcontext()
        self._book = People(database)
        self._intake = Intake(database, self._book)

    @contextmanager
    def round(self, requests: Sequence[DecisionRequest], kind: RoundKind = "kept") -> Iterator[Round]:
        """A transaction in which to decide `requests`; what is added is durable after it.

        "rehearsed" is taken back at the end, so that the first to stay pays for nothing that is done once; "read"
        keeps nothing and keeps nobody waiting.
        """
        if kind == "read":
            with self._database.read() as connection:
                yield Round(connection, self._book, requests, read_only=True)
            return
        with self._turn, self._database.write() as connection:
            opened = Round(connection, self._book, requests, read_only=False)
            yield opened
            opened.close()
            if kind == "rehearsed":
                connection.rollback()

    def read_decision(self, decision_id: str) -> Decision:
        """The decision as it was journaled. Raises `NotFoundError`, and `ForgottenError` where its person is."""
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"id": decision_id}).one_or_none()
        if row is None:
            raise NotFoundError(
                phrase("There is no decision {decision_id} in the journal.", decision_id=repr(decision_id)),
                hint=phrase("Take the `decision_id` of an answer; silences without a journal leave none."),
            )
        if row.person is not None and row.key is None:
            raise ForgottenError(
                phrase(
                    "Decision {decision_id} was about a person who has been forgotten; nobody can read it any more.",
                    decision_id=repr(decision_id),
                ),
                hint=phrase("What is counted of it stays: see `pairwell status`."),
            )
        return _decoder.decode(open_payload(*row))

    def log_events(
        self, batches: Sequence[Sequence[Event]], *, effects: Effects | None = None, now: datetime
    ) -> list[EventReceipt]:
        """Append what is new and valid of each batch, with its effects on the facts; says what became of every event.

        An event counts once by its `event_id`, within a batch and across batches.
        """
        return self._intake.take(batches, turn=self._turn, effects=effects, now=now)

    def behaviour(self, types: Sequence[BehaviourType], *, until: datetime, after: int = 0) -> list[Behaviour]:
        """What shoppers did up to a moment, of these types, oldest first; only events numbered beyond `after`."""
        asked = {"types": list(types), "until": to_micros(until), "after": after}
        with self._database.read() as connection:
            rows = connection.execute(_BEHAVIOUR, asked).all()
        return [
            Behaviour(
                event_id=event_id, at=from_micros(at), type=kind, item_id=item_id, **_whose(payload, key, event_id)
            )
            for event_id, at, kind, item_id, payload, key in rows
        ]

    def count(self, *, since: datetime | None = None) -> Counts:
        """How many decisions and events there are, of all time or by their moment since then."""
        micros = None if since is None else to_micros(since)
        with self._database.read() as connection:
            silences = connection.execute(_count_silences(micros)).all()
            outcomes = connection.execute(_count_outcomes(micros)).all()
            orders = connection.scalar(_count_orders(micros))
            usages = connection.scalar(_count_usages(micros))
        by_silence: dict[str | None, int] = dict(silences)
        by_type: Counter[str] = Counter()
        for kind, number in outcomes:
            by_type[kind] += number
        return Counts(
            decisions=sum(by_silence.values()),
            offered=by_silence.get(None, 0),
            silent={reason: number for reason, number in sorted(by_silence.items(), key=str) if reason is not None},
            exposures=by_type["exposure"],
            accepts=by_type["accept"],
            declines=by_type["decline"],
            orders=orders or 0,
            usages=usages or 0,
        )


def _whose(payload: bytes, key: bytes | None, event_id: str) -> dict[str, str | None]:
    whose = _whose_of.decode(payload if key is None else unseal(payload, key, name=event_id))
    return {"customer_id": whose.customer_id, "visitor_id": whose.visitor_id}


def _count_silences(since: int | None) -> sa.Select[Any]:
    statement = sa.select(_decisions.c.silence, sa.func.count()).group_by(_decisions.c.silence)
    return statement if since is None else statement.where(_decisions.c.decided_at >= since)


def _count_outcomes(since: int | None) -> sa.CompoundSelect[Any]:
    told = _events.c.type.in_(_OUTCOMES) & (sa.true() if since is None else _events.c.at >= since)
    named, alone = _events.c.decision_id.is_not(None), _events.c.decision_id.is_(None)
    once = sa.select(_events.c.type, _events.c.decision_id, _events.c.offer_no).where(told, named).distinct().subquery()
    return sa.union_all(
        sa.select(once.c.type, sa.func.count()).group_by(once.c.type),
        sa.select(_events.c.type, sa.func.count()).where(told, alone).group_by(_events.c.type),
    )


def _count_usages(since: int | None) -> sa.Select[Any]:
    statement = sa.select(sa.func.count()).select_from(_events).where(_events.c.type == "usage")
    return statement if since is None else statement.where(_events.c.at >= since)


def _count_orders(since: int | None) -> sa.Select[Any]:
    statement = sa.select(sa.func.count(sa.distinct(_events.c.order_id))).where(_events.c.type == "order")
    return statement if since is None else statement.where(_events.c.at >= since)
