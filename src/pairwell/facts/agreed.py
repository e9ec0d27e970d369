"""Which customers agreed to a channel, by all that ingest and events told."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from pairwell.facts.customer_state import SeenConsent
from pairwell.operations.schema import customers

_AT_A_TIME = 5_000


class _Consents(msgspec.Struct, frozen=True):
    """The part of `Known` that tells of consents."""

    consents: list[SeenConsent] = []


class _Stored(msgspec.Struct, frozen=True):
    told: _Consents = _Consents()
    heard: _Consents = _Consents()


_stored = msgspec.json.Decoder(_Stored)
_FIRST = sa.select(customers.c.customer_id, customers.c.fact).order_by(customers.c.customer_id).limit(_AT_A_TIME)
_NEXT = _FIRST.where(customers.c.customer_id > sa.bindparam("after"))


def read_agreed(connection: sa.Connection, channel: str) -> Iterator[str]:
    """The ids of those whose newest word on `channel` is a yes; of two of one moment the no counts."""
    rows = connection.execute(_FIRST).all()
    while rows:
        for customer_id, fact in rows:
            stored = _stored.decode(fact)
            said = [one for one in (*stored.told.consents, *stored.heard.consents) if one.channel == channel]
            if said and not max(said).refused:
                yield customer_id
        rows = connection.execute(_NEXT, {"after": rows[-1].customer_id}).all()
