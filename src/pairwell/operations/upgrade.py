"""Bring an operations database forward to today's schema."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from pairwell.errors import StorageError
from pairwell.operations.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x7061_6972  # any number that is ours, for PostgreSQL's advisory lock


def upgrade_schema(engine: sa.Engine, require_new: Callable[[], None]) -> None:
    """Run the migrations that are missing, in one transaction, one process at a time.

    `require_new` is called before the first of all, and may object to it.
    Raises `StorageError` where the database was made by a newer version.
    """
    with engine.connect() as connection:
        if _read_revision(connection) == REVISION:
            return
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        revision = _read_revision(connection)
        if revision is None:
            require_new()
        if revision != REVISION:
            _migrate(connection)


def _read_revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table("alembic_version")))
    return found


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415  (only a new or old database pays for it)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            f"The operations database has schema {_read_revision(connection)}, this version knows up to {REVISION}.",
            hint="It was made by a newer Pairwell: install that version, or restore an older backup.",
        ) from error
