"""Append decisions and events, and read them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.errors import NotFoundError
from pairwell.journal.checks import KnownDecision, Taken, check_events, event_row
from pairwell.operations import schema
from pairwell.operations.database import Database
from pairwell.records import Behaviour, BehaviourType, Decision, Decline, Event, EventReceipt

_decisions = schema.decisions
_events = schema.events
_AT_A_TIME = 500  # a short lock each, so that decisions pass between
T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Decision)
_known = msgspec.json.Decoder(KnownDecision)

_BY_ID = sa.select(_decisions.c.payload).where(_decisions.c.decision_id == sa.bindparam("id"))
_BY_REQUEST = sa.select(_decisions.c.payload).where(_decisions.c.request_id == sa.bindparam("id"))
_KNOWN = sa.select(_decisions.c.decision_id, _decisions.c.payload).where(
    _decisions.c.decision_id.in_(sa.bindparam("ids", expanding=True))
)
_DECLINES = (
    sa.select(_events.c.item_id, _events.c.at)
    .where(
        _events.c.unit == sa.bindparam("unit"),
        _events.c.type == "decline",
        _events.c.at >= sa.bindparam("since"),
        _events.c.item_id.is_not(None),
    )
    .order_by(_events.c.at, _events.c.event_id)
)
_BEHAVIOUR = (
    sa.select(_events.c.event_id, _events.c.at, _events.c.type, _events.c.item_id, _events.c.payload)
    .where(_events.c.type.in_(sa.bindparam("types", expanding=True)), _events.c.at <= sa.bindparam("until"))
    .order_by(_events.c.at, _events.c.event_id)
)


class _Whose(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str | None = None
    visitor_id: str | None = None


_whose_of = msgspec.json.Decoder(_Whose)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal holds. `decisions` = `offered` + all of `silent`; an order counts once by its id."""

    decisions: int
    offered: int
    silent: dict[str, int]
    exposures: int
    accepts: int
    declines: int
    orders: int


class Journal:
    """Decisions and events. What is logged is durable when the call returns; `JournalError` where it is not."""

    def __init__(self, database: Database, *, turn: AbstractContextManager[object] | None = None) -> None:
        """`turn`: held while writing; a lock that journals of one process share lets them wait without polling."""
        self._database = database
        self._turn = turn or nullcontext()
        self._add_decision = (
            database.insert(_decisions)
            .on_conflict_do_nothing(index_elements=["request_id"])
            .execution_options(preserve_rowcount=True)
        )
        self._add_events = (
            database.insert(_events).on_conflict_do_nothing(index_elements=["event_id"]).returning(_events.c.event_id)
        )

    def log_decision(self, decision: Decision) -> bool:
        """Append a decision; False where the same request was decided before: then `find_request` has the answer."""
        with self._turn, self._database.write() as connection:
            return connection.execute(self._add_decision, _decision_row(decision)).rowcount == 1

    def rehearse(self, decision: Decision) -> None:
        """Append a decision and take it back, so that the first one to stay pays for nothing that is done once."""
        with self._turn, self._database.write() as connection:
            connection.execute(self._add_decision, _decision_row(decision))
            connection.rollback()

    def read_decision(self, decision_id: str) -> Decision:
        """The decision as it was journaled. Raises `NotFoundError`."""
        payload = self._read_payload(_BY_ID, decision_id)
        if payload is None:
            raise NotFoundError(
                f"There is no decision {decision_id!r} in the journal.",
                hint="Take the `decision_id` of an answer; silences without a journal leave none.",
            )
        return _decoder.decode(payload)

    def find_request(self, request_id: str) -> Decision | None:
        """The decision that answered this request, if any did."""
        payload = self._read_payload(_BY_REQUEST, request_id)
        return None if payload is None else _decoder.decode(payload)

    def log_events(self, events: Sequence[Event], *, now: datetime) -> tuple[EventReceipt, list[Event]]:
        """Append what is new and valid of `events`; returns what became of each, and the events newly taken.

        An event counts once by its `event_id`, within a batch and across batches.
        """
        checked = check_events(events, self._known_decisions(events), now=now)
        first: dict[str, Taken] = {}
        for taken in checked.taken:
            first.setdefault(taken.event.event_id, taken)
        added = self._append_events([event_row(taken, now) for _, taken in sorted(first.items())])
        fresh = [taken.event for event_id, taken in first.items() if event_id in added]
        duplicates = len(checked.taken) - len(fresh)
        return EventReceipt(accepted=len(fresh), duplicates=duplicates, refused=checked.refused), fresh

    def declines(self, unit: str, *, since: datetime) -> list[Decline]:
        """Items that `unit` ("c:ID", "v:ID") declined since then, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_DECLINES, {"unit": unit, "since": to_micros(since)}).all()
        return [Decline(item_id=item_id, at=from_micros(at)) for item_id, at in rows]

    def behaviour(self, types: Sequence[BehaviourType], *, until: datetime) -> list[Behaviour]:
        """What shoppers did up to a moment, of these types, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_BEHAVIOUR, {"types": list(types), "until": to_micros(until)}).all()
        return [
            Behaviour(event_id=event_id, at=from_micros(at), type=kind, item_id=item_id, **_whose(payload))
            for event_id, at, kind, item_id, payload in rows
        ]

    def count(self, *, since: datetime | None = None) -> Counts:
        """How many decisions and events there are, of all time or by their moment since then."""
        micros = None if since is None else to_micros(since)
        with self._database.read() as connection:
            silences = connection.execute(_count_by(_decisions.c.silence, _decisions.c.decided_at, micros)).all()
            types = connection.execute(_count_by(_events.c.type, _events.c.at, micros)).all()
            orders = connection.scalar(_count_orders(micros))
        by_silence: dict[str | None, int] = dict(silences)
        by_type: dict[str, int] = dict(types)
        return Counts(
            decisions=sum(by_silence.values()),
            offered=by_silence.get(None, 0),
            silent={reason: number for reason, number in sorted(by_silence.items(), key=str) if reason is not None},
            exposures=by_type.get("exposure", 0),
            accepts=by_type.get("accept", 0),
            declines=by_type.get("decline", 0),
            orders=orders or 0,
        )

    def _read_payload(self, statement: sa.Select[bytes], key: str) -> bytes | None:
        with self._database.read() as connection:
            return connection.scalar(statement, {"id": key})

    def _known_decisions(self, events: Sequence[Event]) -> dict[str, KnownDecision]:
        ids = sorted({event.decision_id for event in events if event.decision_id is not None})
        known: dict[str, KnownDecision] = {}
        for part in _parts(ids):
            with self._database.read() as connection:
                rows = connection.execute(_KNOWN, {"ids": part}).all()
            known.update((decision_id, _known.decode(payload)) for decision_id, payload in rows)
        return known

    def _append_events(self, rows: list[dict[str, Any]]) -> set[str]:
        added: set[str] = set()
        for part in _parts(rows):
            with self._turn, self._database.write() as connection:
                added.update(connection.scalars(self._add_events, part))
        return added


def _whose(payload: bytes) -> dict[str, str | None]:
    whose = _whose_of.decode(payload)
    return {"customer_id": whose.customer_id, "visitor_id": whose.visitor_id}


def _parts(rows: list[T]) -> Iterator[list[T]]:
    return (rows[start : start + _AT_A_TIME] for start in range(0, len(rows), _AT_A_TIME))


def _decision_row(decision: Decision) -> dict[str, Any]:
    answer, inputs = decision.answer, decision.inputs
    return {
        "decision_id": inputs.decision_id,
        "request_id": inputs.request.request_id,
        "unit": decision.unit,
        "arm": decision.arm,
        "shown": decision.shown,
        "decided_at": to_micros(inputs.now),
        "silence": None if answer.silence is None else answer.silence.reason,
        "model": inputs.model,
        "settings": inputs.settings,
        "payload": _encoder.encode(decision),
    }


def _count_by(group: sa.Column[Any], moment: sa.Column[Any], since: int | None) -> sa.Select[Any]:
    statement = sa.select(group, sa.func.count()).group_by(group)
    return statement if since is None else statement.where(moment >= since)


def _count_orders(since: int | None) -> sa.Select[Any]:
    statement = sa.select(sa.func.count(sa.distinct(_events.c.order_id))).where(_events.c.type == "order")
    return statement if since is None else statement.where(_events.c.at >= since)
