"""Facts without some customers."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from pairwell.facts.taste import bucket_of, without_customers
from pairwell.operations.schema import customers, owned, taste

_BUCKETS = sa.select(taste).where(taste.c.bucket.in_(sa.bindparam("buckets", expanding=True)))
_REPLACE = taste.update().where(
    taste.c.generation == sa.bindparam("of_generation"), taste.c.bucket == sa.bindparam("of_bucket")
)


def forget_facts(connection: sa.Connection, customer_ids: Collection[str]) -> dict[str, int]:
    """Delete what is known of these customers, owned by them and expected of them; returns the rows by table."""
    removed = {
        table.name: connection.execute(table.delete().where(table.c.customer_id.in_(sorted(customer_ids)))).rowcount
        for table in (customers, owned)
    }
    return removed | {"taste": _forget_taste(connection, customer_ids)}


def _forget_taste(connection: sa.Connection, customer_ids: Collection[str]) -> int:
    buckets = sorted({bucket_of(customer_id) for customer_id in customer_ids})
    changed = []
    for row in connection.execute(_BUCKETS, {"buckets": buckets}).all():
        payload = without_customers(row.payload, customer_ids)
        if payload != row.payload:
            changed.append({"of_generation": row.generation, "of_bucket": row.bucket, "payload": payload})
    if changed:
        connection.execute(_REPLACE, changed)
    return len(changed)
