"""Run by Alembic; the caller hands over its own connection, within its own transaction."""

from __future__ import annotations

from alembic import context

from pairwell.operations.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # all steps or none, on SQLite too
)
with context.begin_transaction():
    context.run_migrations()
