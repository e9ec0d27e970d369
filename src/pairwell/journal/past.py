"""Old decisions, many at a time, and what is told of their offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.journal.round import open_payload
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import decisions, events, people
from pairwell.records import Decision

_AT_A_TIME = 500
_PAYLOADS = (
    sa.select(decisions.c.decision_id, decisions.c.payload, decisions.c.person, people.c.key)
    .join_from(decisions, people, decisions.c.person == people.c.person, isouter=True)
    .where(among(decisions.c.decision_id, "ids"))
    .order_by(decisions.c.decided_at, decisions.c.decision_id)
)
_TOLD = (
    sa.select(events.c.type, events.c.decision_id, events.c.offer_no)
    .where(among(events.c.decision_id, "ids"), events.c.type.in_(("exposure", "accept")))
    .distinct()
)
_customer = people.alias("customer")
_WHOSE = (
    sa.select(decisions.c.decision_id, sa.func.coalesce(_customer.c.name, people.c.name))
    .join_from(decisions, people, decisions.c.person == people.c.person)
    .outerjoin(_customer, _customer.c.person == people.c.belongs_to)
    .where(among(decisions.c.decision_id, "ids"))
)
_decoder = msgspec.json.Decoder(Decision)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Offers of some decisions, each counted once."""

    seen: int = 0
    accepted: int = 0


def find_decisions(
    database: Database, *, since: datetime | None = None, until: datetime | None = None, newest: int | None = None
) -> list[str]:
    """The ids of the decisions from `since` on and before `until`, oldest first; of these only the `newest`."""
    asked = sa.select(decisions.c.decision_id)
    if since is not None:
        asked = asked.where(decisions.c.decided_at >= to_micros(since))
    if until is not None:
        asked = asked.where(decisions.c.decided_at < to_micros(until))
    asked = asked.order_by(decisions.c.decided_at.desc(), decisions.c.decision_id.desc()).limit(newest)
    with database.read() as connection:
        return list(connection.scalars(asked))[::-1]


def read_decisions(database: Database, decision_ids: Sequence[str]) -> Iterator[Decision]:
    """These decisions in order of time; those about the forgotten are left out, as nobody can read them."""
    for start in range(0, len(decision_ids), _AT_A_TIME):
        with database.read() as connection:
            rows = connection.execute(_PAYLOADS, {"ids": list(decision_ids[start : start + _AT_A_TIME])}).all()
        yield from (_decoder.decode(open_payload(*row)) for row in rows if row.person is None or row.key is not None)


def read_whose(database: Database, decision_ids: Sequence[str]) -> dict[str, str]:
    """By decision, whose it is: "c:ID", also where a visitor has turned out to be a customer since, else "v:ID"."""
    whose: dict[str, str] = {}
    for start in range(0, len(decision_ids), _AT_A_TIME):
        with database.read() as connection:
            rows = connection.execute(_WHOSE, {"ids": list(decision_ids[start : start + _AT_A_TIME])})
            whose |= {decision_id: name for decision_id, name in rows if name is not None}
    return whose


def count_told(database: Database, decision_ids: Sequence[str]) -> Told:
    """How many offers of these decisions are told to have been seen and accepted."""
    counts = {"exposure": 0, "accept": 0}
    for start in range(0, len(decision_ids), _AT_A_TIME):
        with database.read() as connection:
            for row in connection.execute(_TOLD, {"ids": list(decision_ids[start : start + _AT_A_TIME])}):
                counts[row.type] += 1
    return Told(seen=counts["exposure"], accepted=counts["accept"])
