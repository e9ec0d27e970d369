"""The tables of the operations database. Moments are microseconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

REVISION = "0001"  # the newest of `migrations/versions`

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

# What was learned from offers, one row for each learning; decisions name the epoch that they read.
posteriors = Table(
    "posteriors",
    metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False),
)

# Who put offers off for everybody or on again, when and why. The epoch "offers_off" is the newest of these where that
# put them off, else 0.
switches = Table(
    "switches",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("off", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("author", String, nullable=False),
    Column("reason", Text, nullable=False),
)

# Customers ("c:ID") and visitors ("v:ID"). What is journaled of one is encrypted under their key: without the name
# and key in this row nobody can tell whose it was or read it.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # only an INTEGER counts up by itself there
people = Table(
    "people",
    metadata,
    Column("person", _NUMBER, primary_key=True, autoincrement=True),
    Column("name", String, unique=True),  # None: forgotten
    Column("key", LargeBinary),  # None: forgotten
    Column("belongs_to", BigInteger),  # the customer that a visitor turned out to be
    Column("lot_of", BigInteger),  # the visitor as whom a customer was first seen; who stays in that visitor's arm
    Index("ix_people_belongs_to", "belongs_to"),
    sqlite_autoincrement=True,  # a number is never given twice
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("fact", LargeBinary, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String, primary_key=True),
    Column("kind", String, nullable=False),  # "publishable" or "secret"
    Column("name", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("origins", Text, nullable=False),  # JSON list; empty for secret ones
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

# People who use the pages; what is kept of their passwords is an Argon2id hash.
users = Table(
    "users",
    metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("password", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("signed_in_at", BigInteger),
    Column("failures", Integer, nullable=False),  # wrong passwords in a row, from all networks together
    Column("locked_until", BigInteger),  # for networks that are not known
)

# Networks from which somebody tried to sign in by the name of a user.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("name", String, primary_key=True),
    Column("network", String, primary_key=True),
    Column("failures", Integer, nullable=False),  # wrong passwords in a row
    Column("locked_until", BigInteger),
    Column("signed_in_at", BigInteger),  # last with the right password
    Column("at", BigInteger, nullable=False),  # last
)

# Browsers that have signed in, each of a user or of somebody who has shown a secret key.
page_sessions = Table(
    "page_sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("user_name", String),
    Column("key_id", String),
    Column("until", BigInteger, nullable=False),
)

# Who changed what, and when. Rows are only ever added.
audit = Table(
    "audit",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("author", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("request_id", String),
    Column("person", BigInteger),
    Column("arm", String, nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("silence", String),
    Column("placement", String, nullable=False),
    Column("model", String),
    Column("settings", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),  # of the posterior that it read; 0: none
    Column("payload", LargeBinary, nullable=False),
    Index("uq_decisions_request_id", "request_id", unique=True),
    Index("ix_decisions_decided_at", "decided_at"),
    Index("ix_decisions_person", "person"),
)

# What a decision with a slate takes of a person's attention. Until `lapses_at` every offer of it counts as if it had
# been seen, afterwards only what `seen` holds, a bit for each offer number.
contacts = Table(
    "contacts",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("person", BigInteger),
    Column("shown", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("lapses_at", BigInteger, nullable=False),
    Column("channel", String, nullable=False),
    Column("interrupts", Boolean, nullable=False),
    Column("items", Text, nullable=False),  # JSON list of item ids by offer number
    Column("seen", BigInteger, nullable=False),
    Index("ix_contacts_person_at", "person", "at"),
)

# What a total ("first 100") has given away: a row for each offer that a decision made of it.
claims = Table(
    "claims",
    metadata,
    Column("cap", String, primary_key=True),
    Column("decision_id", String, primary_key=True),
    Column("offer_no", Integer, primary_key=True),
    Column("outcome", String, nullable=False),  # what uses it up
    Column("at", BigInteger, nullable=False),
    Column("lapses_at", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("counted", Boolean, nullable=False),  # in `totals`
    Index("ix_claims_cap_counted_used_at", "cap", "counted", "used", "at"),
    Index("ix_claims_cap_counted_used_lapses_at", "cap", "counted", "used", "lapses_at"),
    Index("ix_claims_decision_id", "decision_id"),
    sqlite_with_rowid=False,
)

# How many claims are `counted`: a total of a hundred thousand is not counted row by row at each decision.
totals = Table(
    "totals",
    metadata,
    Column("cap", String, primary_key=True),
    Column("shown", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# How far each trigger has read the journal, and whether it rests.
triggers = Table(
    "triggers",
    metadata,
    Column("name", String, primary_key=True),
    Column("upto", BigInteger, nullable=False),  # events up to this number were looked at
    Column("off_since", BigInteger),  # None: it is on
    Column("problem", Text),  # why it is off, or cannot work
)

# What events triggered, once each. "due": to be decided at `next_at`; "waiting": an offer to be sent then; at its end
# "silent", "delivered" or "dead". Whoever works on one moves `next_at` on first, so that nobody else does.
triggered = Table(
    "triggered",
    metadata,
    Column("trigger_id", String, primary_key=True),  # of the webhook, and of the request that is decided
    Column("name", String, nullable=False),  # of the trigger
    Column("person", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),  # of silence or death
    Column("at", BigInteger, nullable=False),  # when the event was looked at
    Column("next_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # then it is too late
    Column("tries", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("error", Text),  # of the last try
    Column("payload", LargeBinary, nullable=False),
    Index("ix_triggered_state_name_next_at", "state", "name", "next_at"),
    Index("ix_triggered_state_until", "state", "until"),
    Index("ix_triggered_person", "person"),
    Index("ix_triggered_at", "at"),
)

_OF_AN_ORDER = text("order_id IS NOT NULL")
# `number` grows in the order of commits: whoever took everything up to one missed nothing.
events = Table(
    "events",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("event_id", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("person", BigInteger),
    Column("decision_id", String),
    Column("offer_no", Integer),
    Column("item_id", String),
    Column("order_id", String),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_events_person_type_at", "person", "type", "at"),
    Index("ix_events_decision_id", "decision_id"),
    Index("ix_events_at", "at"),
    Index("ix_events_order_id", "order_id", sqlite_where=_OF_AN_ORDER, postgresql_where=_OF_AN_ORDER),
    sqlite_autoincrement=True,
)
