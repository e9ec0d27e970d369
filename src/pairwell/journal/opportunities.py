"""Decisions that had something to offer or to pass over, as far as their outcomes can teach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.events import Event, name_offer
from pairwell.journal.orders import read_of_orders
from pairwell.journal.round import open_payload
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import decisions, events, people
from pairwell.posterior import Basis
from pairwell.records import PassedOver

_AT_A_TIME = 1_000
_ORDERS_AT_A_TIME = 500
_BY_LOT = ("holdout", "withheld_at_random")
_BY_CHOICE = "nothing_worth_it"
_customer = people.alias("customer")
_WHO = sa.func.coalesce(_customer.c.name, people.c.name).label("whose")
_SLATES = (
    sa.select(
        decisions.c.decision_id, decisions.c.decided_at, decisions.c.payload, decisions.c.person, people.c.key, _WHO
    )
    .join_from(decisions, people, decisions.c.person == people.c.person)
    .outerjoin(_customer, _customer.c.person == people.c.belongs_to)
    .where(
        people.c.key.is_not(None),
        decisions.c.shown | decisions.c.silence.in_((*_BY_LOT, _BY_CHOICE)),
        decisions.c.arm.in_(("treated", "holdout", "withheld")),
        (decisions.c.decided_at < sa.bindparam("at"))
        | ((decisions.c.decided_at == sa.bindparam("at")) & (decisions.c.decision_id < sa.bindparam("before"))),
    )
    .order_by(decisions.c.decided_at.desc(), decisions.c.decision_id.desc())
    .limit(sa.bindparam("most"))
)
_SEEN = (
    sa.select(events.c.decision_id, events.c.offer_no)
    .where(among(events.c.decision_id, "ids"), events.c.type == "exposure", events.c.offer_no.is_not(None))
    .distinct()
)
_OF_VISITORS = (
    sa.select(events.c.order_id, _WHO)
    .join_from(events, people, events.c.person == people.c.person)
    .outerjoin(_customer, _customer.c.person == people.c.belongs_to)
    .where(
        events.c.type == "order",
        events.c.at >= sa.bindparam("since"),
        events.c.at <= sa.bindparam("until"),
        people.c.name.like("v:%"),
    )
    .order_by(events.c.number)
)
_TOLD_OF = (
    sa.select(events.c.order_id)
    .where(events.c.order_id.is_not(None), events.c.number > sa.bindparam("after"))
    .distinct()
    .order_by(events.c.order_id)
)


class SlateOffer(msgspec.Struct, frozen=True):
    """One offer of a slate, in its place."""

    kind: str
    item_id: str
    item_ids: list[str] = []  # of a bundle

    @property
    def name(self) -> str:
        """What it is known by: its item, of a bundle all of them."""
        return name_offer(self.item_ids) if self.item_ids else self.item_id


class _Asked(msgspec.Struct, frozen=True):
    placement: str
    cart: list[msgspec.Raw] = []


class _Inputs(msgspec.Struct, frozen=True):
    request: _Asked
    settings: str


class _Answered(msgspec.Struct, frozen=True):
    valid_until: datetime


class _Slate(msgspec.Struct, frozen=True):
    """A decision, as far as it is read here."""

    inputs: _Inputs
    unit: str
    arm: Literal["treated", "holdout", "withheld"]
    answer: _Answered
    slate: list[SlateOffer]
    bases: list[Basis]
    passed_over: list[PassedOver] = []
    learning_minor: float = 0.0


class Opportunity(NamedTuple):
    """A slate that was shown, or by lot was not, or the silence where none was worth it.

    Moments in microseconds since 1970.
    """

    decision_id: str
    at: int
    valid_until: int  # that of a slate that was not shown is what it would have been
    units: frozenset[str]  # whose it was then, and whose it turned out to be: "c:ID", "v:ID"
    whose: str  # the latter
    settings: str  # hash
    placement: str
    has_cart: bool
    shown: bool
    offers: Sequence[SlateOffer]
    bases: Sequence[Basis]  # of each offer
    passed_over: Sequence[PassedOver]  # thought of and not on the slate
    seen: frozenset[int]  # the offers of which an exposure was told
    learning_minor: float  # expected loss that was taken to learn of its offers, if shown


_slates = msgspec.json.Decoder(_Slate)


def read_opportunities(database: Database, *, until: datetime, most: int) -> Iterator[Opportunity]:
    """The newest `most` up to a moment, newest first, a part at a time.

    Left out are decisions for nobody in particular, those of the forgotten, whom nobody can read, and those that were
    silent for another reason than a lot or that nothing was worth showing.
    """
    at, before, left = to_micros(until) + 1, "", most
    while left > 0:
        asked = {"at": at, "before": before, "most": min(left, _AT_A_TIME)}
        with database.read() as connection:
            rows = connection.execute(_SLATES, asked).all()
            seen = _read_seen(connection, [row.decision_id for row in rows])
        if not rows:
            return
        yield from (_opportunity(row, seen.get(row.decision_id, frozenset())) for row in rows)
        at, before, left = rows[-1].decided_at, rows[-1].decision_id, left - len(rows)


def read_orders_of_visitors(database: Database, *, since: datetime, until: datetime) -> dict[str, str]:
    """By order that names only a visitor, whose it is: the visitor's, or the customer's whom that turned out to be."""
    asked = {"since": to_micros(since), "until": to_micros(until)}
    with database.read() as connection:
        return {order_id: whose for order_id, whose in connection.execute(_OF_VISITORS, asked) if order_id is not None}


def read_orders_told(database: Database, *, after: int) -> Iterator[Event]:
    """All that the journal holds of the orders that any event beyond number `after` is about."""
    with database.read() as connection:
        order_ids: list[str] = list(connection.scalars(_TOLD_OF, {"after": after}))
    for start in range(0, len(order_ids), _ORDERS_AT_A_TIME):
        with database.read() as connection:
            told = read_of_orders(connection, order_ids[start : start + _ORDERS_AT_A_TIME])
        yield from told


def _read_seen(connection: sa.Connection, decision_ids: list[str]) -> Mapping[str, frozenset[int]]:
    seen: dict[str, set[int]] = {}
    if decision_ids:
        for decision_id, offer_no in connection.execute(_SEEN, {"ids": decision_ids}):
            seen.setdefault(decision_id, set()).add(offer_no)
    return {decision_id: frozenset(numbers) for decision_id, numbers in seen.items()}


def _opportunity(row: Any, seen: frozenset[int]) -> Opportunity:  # noqa: ANN401 - a row of `_SLATES`
    made = _slates.decode(open_payload(row.decision_id, row.payload, row.person, row.key))
    return Opportunity(
        decision_id=row.decision_id,
        at=row.decided_at,
        valid_until=to_micros(made.answer.valid_until),
        units=frozenset((made.unit, row.whose)),
        whose=row.whose,
        settings=made.inputs.settings,
        placement=made.inputs.request.placement,
        has_cart=bool(made.inputs.request.cart),
        shown=bool(made.slate) and made.arm == "treated",
        offers=made.slate,
        bases=made.bases,
        passed_over=made.passed_over,
        seen=seen,
        learning_minor=made.learning_minor,
    )
