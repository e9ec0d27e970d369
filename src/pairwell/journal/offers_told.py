"""What was decided in a period, what was told of its offers, and who was first offered something when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.events import name_offer
from pairwell.journal.round import open_payload
from pairwell.journal.sealing import unseal
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import decisions, events, people

_AT_A_TIME = 2_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_TOLD = ("exposure", "click", "accept", "decline")
_BY_LOT = ("holdout", "withheld_at_random")
_customer, _lot = people.alias("customer"), people.alias("lot")
_ROOT = sa.func.coalesce(people.c.belongs_to, people.c.person)
_WHO = sa.func.coalesce(_customer.c.name, people.c.name)
_HAS_SLATE = decisions.c.shown | sa.func.coalesce(decisions.c.silence.in_(_BY_LOT), sa.false())
_DECIDED = (
    sa.select(
        decisions.c.decision_id, decisions.c.decided_at, decisions.c.arm, decisions.c.shown, decisions.c.silence,
        decisions.c.placement, decisions.c.epoch, decisions.c.payload, decisions.c.person, people.c.key,
        _WHO.label("whose"),
    )
    .join_from(decisions, people, decisions.c.person == people.c.person, isouter=True)
    .outerjoin(_customer, _customer.c.person == people.c.belongs_to)
    .where(
        decisions.c.decided_at < sa.bindparam("until"),
        (decisions.c.decided_at > sa.bindparam("at"))
        | ((decisions.c.decided_at == sa.bindparam("at")) & (decisions.c.decision_id > sa.bindparam("after"))),
        decisions.c.decided_at >= sa.bindparam("at"),  # what the index is searched by
    )
    .order_by(decisions.c.decided_at, decisions.c.decision_id)
    .limit(_AT_A_TIME)
)  # fmt: skip
_OF_OFFERS = (
    sa.select(
        events.c.decision_id, events.c.offer_no, events.c.type, sa.func.min(events.c.at), sa.func.max(events.c.at)
    )
    .where(among(events.c.decision_id, "ids"), events.c.type.in_(_TOLD), events.c.offer_no.is_not(None))
    .group_by(events.c.decision_id, events.c.offer_no, events.c.type)
    .order_by(events.c.decision_id, events.c.offer_no, events.c.type)
)
_DECLINED = (
    sa.select(
        events.c.event_id, events.c.decision_id, events.c.offer_no, events.c.at, events.c.person, events.c.payload,
        people.c.key,
    )
    .join_from(events, people, events.c.person == people.c.person, isouter=True)
    .where(among(events.c.decision_id, "ids"), events.c.type == "decline", events.c.offer_no.is_not(None))
    .order_by(events.c.at, events.c.number)
)  # fmt: skip
# A customer's own decisions, and those of the visitor whose lot the customer kept, fell by one lot; others by another.
_LOT = sa.func.coalesce(_customer.c.lot_of, people.c.lot_of, _ROOT)
_OTHER_LOT = (decisions.c.person != _ROOT) & (decisions.c.person != _LOT)
_SORTED = (
    sa.select(
        _WHO.label("whose"),
        _HAS_SLATE.label("slate"),
        (decisions.c.arm == "holdout").label("held"),
        decisions.c.placement,
        decisions.c.settings,
        decisions.c.decided_at,
        sa.case((_OTHER_LOT, 1), else_=0).label("other_lot"),
        _lot.c.name.label("lot"),
    )
    .join_from(decisions, people, decisions.c.person == people.c.person)
    .outerjoin(_customer, _customer.c.person == people.c.belongs_to)
    .outerjoin(_lot, _lot.c.person == _LOT)
    .where(
        people.c.name.is_not(None),
        decisions.c.decided_at >= sa.bindparam("since"),
        decisions.c.decided_at < sa.bindparam("until"),
        decisions.c.arm != "none",
    )
    .subquery()
)
_SORT = [_SORTED.c[name] for name in ("whose", "slate", "held", "placement", "settings")]
_FIRST = sa.func.min(_SORTED.c.decided_at).label("first")
_FIRST_MET = (
    sa.select(
        *_SORT, _FIRST, sa.func.max(_SORTED.c.other_lot).label("other_lot"), sa.func.max(_SORTED.c.lot).label("lot")
    )
    .group_by(*_SORT)
    .order_by(_SORTED.c.whose, _FIRST, _SORTED.c.placement, _SORTED.c.settings)
)


class _Named(msgspec.Struct, frozen=True):
    kind: str
    item_id: str
    item_ids: list[str] = []  # of a bundle
    worth_minor: float = 0.0


class _Silence(msgspec.Struct, frozen=True):
    detail: str | None = None


class _Answered(msgspec.Struct, frozen=True):
    silence: _Silence | None = None


class _Request(msgspec.Struct, frozen=True):
    seller_id: str | None = None


class _Inputs(msgspec.Struct, frozen=True):
    request: _Request


class _Made(msgspec.Struct, frozen=True):
    """A decision, as far as it is read here."""

    inputs: _Inputs
    slate: list[_Named]
    answer: _Answered


class _Reason(msgspec.Struct, frozen=True):
    reason: str | None = None


class OfferTold(NamedTuple):
    """One offer of a slate, and when what was told of it happened, in microseconds since 1970; None: never told."""

    offer_no: int
    kind: str
    name: str  # its item, of a bundle all of them
    exposed: int | None  # the first time
    exposed_last: int | None
    clicked: int | None
    accepted: int | None
    declined: int | None
    reason: str | None  # of the last decline, where one was given


class DecisionTold(NamedTuple):
    """One decision with its slate, the holdout's ghost included. Moments in microseconds since 1970."""

    decision_id: str
    at: int
    whose: str | None  # "c:ID", also of a visitor who turned out to be one, else "v:ID"; None: nobody is named
    arm: str
    shown: bool
    placement: str
    silence: str | None
    detail: str | None  # of the silence
    offers: Sequence[OfferTold]
    seller: str | None = None  # who asked for it
    worth_minor: float = 0.0  # that the engine expected of its offers
    learned: bool = False  # what it expected rested on outcomes of earlier offers, not on settings alone


class FirstMet(NamedTuple):
    """When decisions about one unit first were of one sort. Moments in microseconds since 1970."""

    whose: str
    slate: bool  # they had something to show, shown or kept back by lot
    held: bool  # the lot says holdout
    placement: str
    settings: str  # hash
    first: int
    other_lot: bool  # one of them fell by another lot than the unit's, as its name then was another
    lot: str | None  # the name that its lot falls by; None: nobody can read it any more


_made = msgspec.json.Decoder(_Made)
_reason = msgspec.json.Decoder(_Reason)
_NOTHING: dict[str, tuple[int, int]] = {}


def read_decisions_told(database: Database, *, since: datetime, until: datetime) -> Iterator[list[DecisionTold]]:
    """The decisions from `since` on and before `until` in order of time, some thousand at a time.

    Without those of the forgotten, whom nobody can read. What is told of an offer counts whenever it came.
    """
    at, after = to_micros(since), ""
    while True:
        asked = {"at": at, "after": after, "until": to_micros(until)}
        with database.read() as connection:
            rows = connection.execute(_DECIDED, asked).all()
            slates = [row.decision_id for row in rows if row.shown]
            told = _read_told(connection, slates)
            reasons = _read_reasons(connection, [one for one in slates if one in told.declined])
        if not rows:
            return
        readable = (row for row in rows if row.person is None or row.key is not None)
        yield [_decision(row, told.of, reasons) for row in readable]
        at, after = rows[-1].decided_at, rows[-1].decision_id


def read_first_met(database: Database, *, until: datetime, since: datetime = _EVER) -> Iterator[FirstMet]:
    """Of every unit that is named, from `since`, else the beginning of the journal, on and before `until`.

    What is of one unit comes in a row.
    """
    with database.read() as connection:
        rows = connection.execute(_FIRST_MET, {"since": to_micros(since), "until": to_micros(until)})
        for row in rows.yield_per(10_000):
            yield FirstMet(
                row.whose, bool(row.slate), bool(row.held), row.placement, row.settings, row.first,
                bool(row.other_lot), row.lot,
            )  # fmt: skip


class _Told(NamedTuple):
    of: dict[tuple[str, int], dict[str, tuple[int, int]]]  # by offer: type -> first and last
    declined: set[str]  # decisions


def _read_told(connection: sa.Connection, decision_ids: list[str]) -> _Told:
    told = _Told({}, set())
    for decision_id, offer_no, kind, first, last in _among(connection, _OF_OFFERS, decision_ids):
        told.of.setdefault((decision_id, offer_no), {})[kind] = (first, last)
        if kind == "decline":
            told.declined.add(decision_id)
    return told


def _read_reasons(connection: sa.Connection, decision_ids: list[str]) -> dict[tuple[str, int], str | None]:
    return {
        (row.decision_id, row.offer_no): _reason.decode(_open(row, row.event_id)).reason
        for row in _among(connection, _DECLINED, decision_ids)
        if row.person is None or row.key is not None
    }


def _among(connection: sa.Connection, statement: sa.Select[Any], ids: list[str]) -> Iterator[Any]:
    return iter(connection.execute(statement, {"ids": ids}).all() if ids else [])


def _open(row: Any, name: str) -> bytes:  # noqa: ANN401 - a row of `_DECLINED`
    payload: bytes = row.payload
    return payload if row.key is None else unseal(payload, row.key, name=name)


def _decision(
    row: Any,  # noqa: ANN401 - a row of `_DECIDED`
    told: dict[tuple[str, int], dict[str, tuple[int, int]]],
    reasons: dict[tuple[str, int], str | None],
) -> DecisionTold:
    made = _made.decode(open_payload(row.decision_id, row.payload, row.person, row.key))
    key = row.decision_id
    offers = [
        _offer((number, one), told.get((key, number), _NOTHING), reasons.get((key, number)))
        for number, one in enumerate(made.slate)
    ]
    silence = made.answer.silence
    detail = None if silence is None else silence.detail
    whose = None if row.arm == "none" else row.whose
    return DecisionTold(
        key, row.decided_at, whose, row.arm, bool(row.shown), row.placement, row.silence, detail, offers,
        made.inputs.request.seller_id, sum(one.worth_minor for one in made.slate), row.epoch > 0,
    )  # fmt: skip


def _offer(at: tuple[int, _Named], told: dict[str, tuple[int, int]], reason: str | None) -> OfferTold:
    number, one = at
    name = name_offer(one.item_ids) if one.item_ids else one.item_id
    first = {kind: span[0] for kind, span in told.items()}
    seen = told.get("exposure")
    return OfferTold(
        number, one.kind, name, seen and seen[0], seen and seen[1],
        first.get("click"), first.get("accept"), first.get("decline"), reason,
    )  # fmt: skip
