"""Facts, people, decisions with their reservations, events, what they trigger, keys, users."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_EPOCHS = ("items", "relations", "taste", "taste_reserved", "posterior", "offers_off", "keys")


def upgrade() -> None:
    _create_facts()
    _create_taste()
    _create_people()
    _create_decisions()
    _create_events()
    _create_triggered()
    _create_keys()
    _create_users()
    _create_switches()
    _start_epochs()


def _create_facts() -> None:
    op.create_table(
        "epochs",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "items",
        sa.Column("item_id", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "revision"),
    )
    op.create_index("ix_items_epoch", "items", ["epoch"])
    op.create_table(
        "relations",
        sa.Column("anchor_id", sa.String, nullable=False),
        sa.Column("item_id", sa.String, nullable=False),
        sa.Column("relation", sa.String, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("anchor_id", "item_id", "relation"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customers",
        sa.Column("customer_id", sa.String, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "owned",
        sa.Column("customer_id", sa.String, nullable=False),
        sa.Column("purchases", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
    )


def _create_taste() -> None:
    op.create_table(
        "taste",
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("bucket", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("generation", "bucket"),
    )
    op.create_table(
        "taste_generations",
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("learned_at", sa.BigInteger, nullable=False),
        sa.Column("weights", sa.LargeBinary, nullable=False),
        sa.Column("item_ids", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("generation"),
    )
    op.create_table(
        "posteriors",
        sa.Column("epoch", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("epoch"),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("person", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.String),
        sa.Column("key", sa.LargeBinary),
        sa.Column("belongs_to", sa.BigInteger),
        sa.Column("lot_of", sa.BigInteger),
        sa.PrimaryKeyConstraint("person"),
        sa.UniqueConstraint("name", name="uq_people_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_people_belongs_to", "people", ["belongs_to"])


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String, nullable=False),
        sa.Column("request_id", sa.String),
        sa.Column("person", sa.BigInteger),
        sa.Column("arm", sa.String, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.Column("silence", sa.String),
        sa.Column("placement", sa.String, nullable=False),
        sa.Column("model", sa.String),
        sa.Column("settings", sa.String, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_index("ix_decisions_person", "decisions", ["person"])
    op.create_index("uq_decisions_request_id", "decisions", ["request_id"], unique=True)
    op.create_table(
        "contacts",
        sa.Column("decision_id", sa.String, nullable=False),
        sa.Column("person", sa.BigInteger),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("lapses_at", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("interrupts", sa.Boolean, nullable=False),
        sa.Column("items", sa.Text, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index("ix_contacts_person_at", "contacts", ["person", "at"])
    op.create_table(
        "claims",
        sa.Column("cap", sa.String, nullable=False),
        sa.Column("decision_id", sa.String, nullable=False),
        sa.Column("offer_no", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("lapses_at", sa.BigInteger, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("cap", "decision_id", "offer_no"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claims_cap_counted_used_at", "claims", ["cap", "counted", "used", "at"])
    op.create_index("ix_claims_cap_counted_used_lapses_at", "claims", ["cap", "counted", "used", "lapses_at"])
    op.create_index("ix_claims_decision_id", "claims", ["decision_id"])
    op.create_table(
        "totals",
        sa.Column("cap", sa.String, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("cap", "shown"),
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("person", sa.BigInteger),
        sa.Column("decision_id", sa.String),
        sa.Column("offer_no", sa.Integer),
        sa.Column("item_id", sa.String),
        sa.Column("order_id", sa.String),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_at", "events", ["at"])
    of_an_order = sa.text("order_id IS NOT NULL")
    op.create_index(
        "ix_events_order_id", "events", ["order_id"], sqlite_where=of_an_order, postgresql_where=of_an_order
    )
    op.create_index("ix_events_decision_id", "events", ["decision_id"])
    op.create_index("ix_events_person_type_at", "events", ["person", "type", "at"])


def _create_triggered() -> None:
    op.create_table(
        "triggers",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("off_since", sa.BigInteger),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "triggered",
        sa.Column("trigger_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("error", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("trigger_id"),
    )
    op.create_index("ix_triggered_state_name_next_at", "triggered", ["state", "name", "next_at"])
    op.create_index("ix_triggered_state_until", "triggered", ["state", "until"])
    op.create_index("ix_triggered_person", "triggered", ["person"])
    op.create_index("ix_triggered_at", "triggered", ["at"])


def _create_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("origins", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key_id"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("signed_in_at", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.BigInteger),
        sa.Column("signed_in_at", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", "network"),
    )
    op.create_table(
        "page_sessions",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("user_name", sa.String),
        sa.Column("key_id", sa.String),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "audit",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )


def _create_switches() -> None:
    op.create_table(
        "switches",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("off", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def _start_epochs() -> None:
    epochs = sa.table("epochs", sa.column("name", sa.String), sa.column("number", sa.BigInteger))
    op.bulk_insert(epochs, [{"name": name, "number": 0} for name in _EPOCHS])
