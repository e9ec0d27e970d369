"""Facts of items and ownership; decisions and events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_facts()
    _create_journal()


def _create_facts() -> None:
    epochs = op.create_table(
        "epochs",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(epochs, [{"name": "items", "number": 0}, {"name": "relations", "number": 0}])
    op.create_table(
        "items",
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_items_epoch", "items", ["epoch"])
    op.create_table(
        "relations",
        sa.Column("anchor_id", sa.String, primary_key=True),
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("relation", sa.String, primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "owned",
        sa.Column("customer_id", sa.String, primary_key=True),
        sa.Column("item_id", sa.String, primary_key=True),
        sa.Column("last_bought_at", sa.BigInteger, nullable=False),
        sa.Column("orders", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_journal() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String, primary_key=True),
        sa.Column("request_id", sa.String),
        sa.Column("unit", sa.String),
        sa.Column("arm", sa.String, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("silence", sa.String),
        sa.Column("model", sa.String),
        sa.Column("settings", sa.String, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_index("uq_decisions_request_id", "decisions", ["request_id"], unique=True)
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_table(
        "events",
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("unit", sa.String),
        sa.Column("decision_id", sa.String),
        sa.Column("offer_no", sa.Integer),
        sa.Column("item_id", sa.String),
        sa.Column("order_id", sa.String),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_events_unit_type_at", "events", ["unit", "type", "at"])
    op.create_index("ix_events_decision_id", "events", ["decision_id"])
    op.create_index("ix_events_at", "events", ["at"])
