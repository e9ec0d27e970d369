"""The tables of the operations database. Moments are microseconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

REVISION = "0003"  # the newest of `migrations/versions`

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

# Readers hold items and relations in memory; a number that moved tells them to look again. Whoever
# writes locks the row, so that epochs become visible in their order.
epochs = Table(
    "epochs",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("item_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("fact", LargeBinary, nullable=False),
    Index("ix_items_epoch", "epoch"),
)

relations = Table(
    "relations",
    metadata,
    Column("anchor_id", String, primary_key=True),
    Column("item_id", String, primary_key=True),
    Column("relation", String, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# One row for each customer: a row for each customer and item takes several times as long to write.
owned = Table(
    "owned",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("purchases", LargeBinary, nullable=False),
)

# What learning says of each customer, many in a row. The epoch "taste" is the generation that readers see, so that a
# new one appears whole.
taste = Table(
    "taste",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("bucket", BigInteger, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

taste_generations = Table(
    "taste_generations",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("model", String, nullable=False),
    Column("learned_at", BigInteger, nullable=False),
    Column("weights", LargeBinary, nullable=False),
    Column("item_ids", LargeBinary, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("request_id", String),
    Column("unit", String),
    Column("arm", String, nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("silence", String),
    Column("model", String),
    Column("settings", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("uq_decisions_request_id", "request_id", unique=True),
    Index("ix_decisions_decided_at", "decided_at"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("unit", String),
    Column("decision_id", String),
    Column("offer_no", Integer),
    Column("item_id", String),
    Column("order_id", String),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_events_unit_type_at", "unit", "type", "at"),
    Index("ix_events_decision_id", "decision_id"),
    Index("ix_events_at", "at"),
)
