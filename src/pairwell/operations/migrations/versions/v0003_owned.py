"""What a customer owns in one row instead of a row for each item."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CUSTOMERS_AT_A_TIME = 1_000


def upgrade() -> None:
    new = op.create_table(
        "owned_by_customer",
        sa.Column("customer_id", sa.String, primary_key=True),
        sa.Column("purchases", sa.LargeBinary, nullable=False),
    )
    connection = op.get_bind()
    packed = _packed(connection)
    while part := list(itertools.islice(packed, _CUSTOMERS_AT_A_TIME)):
        connection.execute(new.insert(), part)
    op.drop_table("owned")
    op.rename_table("owned_by_customer", "owned")


def _packed(connection: sa.Connection) -> Iterator[dict[str, object]]:
    columns: list[sa.ColumnClause[object]] = [
        sa.column(name) for name in ("customer_id", "item_id", "last_bought_at", "orders")
    ]
    old = sa.select(*columns).select_from(sa.table("owned", *columns)).order_by("customer_id", "item_id")
    for customer_id, rows in itertools.groupby(connection.execute(old), lambda row: row.customer_id):
        items, moments, orders = zip(*((row.item_id, row.last_bought_at, row.orders) for row in rows), strict=True)
        purchases = {"item_ids": items, "last_bought_at": moments, "orders": orders}
        yield {"customer_id": customer_id, "purchases": json.dumps(purchases, separators=(",", ":")).encode()}
