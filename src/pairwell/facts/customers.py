"""What is known of each customer, in the operations database: read for decisions, written by ingest and by events."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pairwell.facts.customer_state import Known, SeenConsent, StoredCustomer, facts_of
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import customers
from pairwell.records import CustomerFacts

_CUSTOMERS_AT_A_TIME = 250  # so that decisions pass between
_LOOKED_AT_A_TIME = 5_000
_NOTHING = b"{}"
_NONE_HEARD = Known()


class ToldCustomer(NamedTuple):
    """What the dataset tells of one customer, as it is stored; the engine writes it by the million, hence text."""

    customer_id: str
    told: bytes  # JSON of `Known`


class _Halves(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored customer, its halves not looked into."""

    told: msgspec.Raw = msgspec.Raw(_NOTHING)
    heard: msgspec.Raw = msgspec.Raw(_NOTHING)


_encoder = msgspec.json.Encoder()
_stored = msgspec.json.Decoder(StoredCustomer)
_known = msgspec.json.Decoder(Known)
_halves = msgspec.json.Decoder(_Halves)
_OF_SOME = sa.select(customers.c.customer_id, customers.c.revision, customers.c.fact).where(
    among(customers.c.customer_id, "customers")
)
_FOR_DECISIONS = Prepared(_OF_SOME)
# In one order, so that two writers cannot lock each other out.
_LOCKED = _OF_SOME.order_by(customers.c.customer_id).with_for_update()
_CHANGE = (
    customers.update()
    .where(customers.c.customer_id == sa.bindparam("customer"))
    .values(revision=customers.c.revision + 1, fact=sa.bindparam("changed"))
)


def read_customers(
    connection: sa.Connection, customer_ids: Collection[str], *, complaints_since: datetime | None = None
) -> dict[str, CustomerFacts]:
    """The facts of those of the customers of whom anything is known, by id.

    A complaint made before `complaints_since` no longer counts as open; without it all do until they are closed.
    """
    found = _FOR_DECISIONS.rows(connection, {"customers": list(customer_ids)}) if customer_ids else []
    return {
        customer_id: facts_of(_stored.decode(fact), revision=revision, complaints_since=complaints_since)
        for customer_id, revision, fact in found
    }


def add_heard(
    connection: sa.Connection, heard: Mapping[str, Known], *, retold: Mapping[str, Collection[str]] | None = None
) -> dict[str, list[SeenConsent]]:
    """Join what events tell to what is known of these customers, within the transaction of `connection`.

    The same again changes nothing, and the order in which things come does not matter. `retold` names by customer, who
    is in `heard` too, the orders of which `heard` tells all that events told: what they told before no longer counts.
    What was known of their consents before comes back by customer.
    """
    retold = retold or {}
    _claim(connection, [{"customer_id": one, "revision": 0, "fact": _NOTHING} for one in sorted(heard)])
    changed, consents = [], {}
    for row in connection.execute(_LOCKED, {"customers": list(heard)}).all():
        halves = _halves.decode(row.fact)
        before, told = _known.decode(halves.heard), _known.decode(halves.told)
        consents[row.customer_id] = [*told.consents, *before.consents]
        kept = before.without_orders(retold.get(row.customer_id, ()))
        after = kept.joined(heard[row.customer_id]).beyond(told)
        if after != before:
            changed.append({"customer": row.customer_id, "changed": _as_stored(bytes(halves.told), after)})
    if changed:
        connection.execute(_CHANGE, changed)
    return consents


def write_told(database: Database, told: Iterable[ToldCustomer]) -> int:
    """Make `told` all that the dataset tells of these customers; returns how many differ from before.

    What events told beyond it stays. Some customers a transaction; one stands in `told` once.
    """
    rows, differing = iter(told), 0
    while part := list(itertools.islice(rows, _LOOKED_AT_A_TIME)):
        with database.read() as connection:
            differs = sorted(_differing(connection, part))
        for start in range(0, len(differs), _CUSTOMERS_AT_A_TIME):
            with database.write() as connection:
                _replace(connection, differs[start : start + _CUSTOMERS_AT_A_TIME])
        differing += len(differs)
    return differing


def _differing(connection: sa.Connection, part: Sequence[ToldCustomer]) -> list[ToldCustomer]:
    found = connection.execute(_OF_SOME, {"customers": [one.customer_id for one in part]})
    before = {row.customer_id: bytes(_halves.decode(row.fact).told) for row in found}
    return [one for one in part if before.get(one.customer_id) != one.told]


def _replace(connection: sa.Connection, part: Sequence[ToldCustomer]) -> None:
    # A row that is there can be locked; without it two writers of a new customer would not see each other.
    fresh = {one.customer_id: _as_stored(one.told, _NONE_HEARD) for one in part}
    _claim(connection, [{"customer_id": one, "revision": 1, "fact": fact} for one, fact in fresh.items()])
    told = {one.customer_id: one.told for one in part}
    changed = []
    for row in connection.execute(_LOCKED, {"customers": list(told)}).all():
        if row.fact != fresh[row.customer_id]:
            fact = _with_told(row.fact, told[row.customer_id])
            changed.append({"customer": row.customer_id, "changed": fact})
    if changed:
        connection.execute(_CHANGE, changed)


def _with_told(fact: bytes, told: bytes) -> bytes:
    heard = _known.decode(_halves.decode(fact).heard)
    return _as_stored(told, heard if heard == _NONE_HEARD else heard.beyond(_known.decode(told)))


def _as_stored(told: bytes, heard: Known) -> bytes:
    if heard == _NONE_HEARD:
        return _encoder.encode(_Halves(told=msgspec.Raw(told)))
    return _encoder.encode(_Halves(told=msgspec.Raw(told), heard=msgspec.Raw(_encoder.encode(heard))))


def _claim(connection: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if rows:
        connection.execute(insert(customers).on_conflict_do_nothing(), rows)
