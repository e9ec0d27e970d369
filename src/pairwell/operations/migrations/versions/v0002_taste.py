"""What learning says of each customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taste",
        sa.Column("generation", sa.BigInteger, primary_key=True),
        sa.Column("bucket", sa.BigInteger, primary_key=True),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "taste_generations",
        sa.Column("generation", sa.BigInteger, primary_key=True),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("learned_at", sa.BigInteger, nullable=False),
        sa.Column("weights", sa.LargeBinary, nullable=False),
        sa.Column("item_ids", sa.LargeBinary, nullable=False),
    )
    epochs = sa.table("epochs", sa.column("name", sa.String), sa.column("number", sa.BigInteger))
    op.bulk_insert(epochs, [{"name": "taste", "number": 0}, {"name": "taste_reserved", "number": 0}])
