"""What is known of each customer, in the operations database: read for decisions, written by ingest and by events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec
import sqlalchemy as sa

from pairwell.facts.customer_state import StoredCustomer, facts_of
from pairwell.operations.schema import customers
from pairwell.records import CustomerFacts

_stored = msgspec.json.Decoder(StoredCustomer)
_OF_SOME = sa.select(customers.c.customer_id, customers.c.revision, customers.c.fact).where(
    customers.c.customer_id.in_(sa.bindparam("customers", expanding=True))
)


def read_customers(
    connection: sa.Connection, customer_ids: Collection[str], *, complaints_since: datetime | None = None
) -> dict[str, CustomerFacts]:
    """The facts of those of the customers of whom anything is known, by id.

    A complaint made before `complaints_since` no longer counts as open; without it all do until they are closed.
    """
    found = connection.execute(_OF_SOME, {"customers": list(customer_ids)}) if customer_ids else ()
    return {
        row.customer_id: facts_of(_stored.decode(row.fact), revision=row.revision, complaints_since=complaints_since)
        for row in found
    }
