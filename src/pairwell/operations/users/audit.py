"""The log of what people changed: who, when, what. It is only ever added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.operations.database import Database
from pairwell.operations.schema import audit

_NEWEST_FIRST = sa.select(audit).order_by(audit.c.number.desc())


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody changed, or tried to."""

    at: datetime
    author: str  # a user, a key, or whoever was logged in on the machine
    action: str  # such as "user_added" or "settings_published"
    subject: str = ""  # what it was done to
    detail: str = ""  # in words


class AuditLog:
    """The log in the operations database. Raises `JournalError` where that fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, change: Change) -> None:
        """Note a change that stands elsewhere already."""
        with self._database.write() as connection:
            add_change(connection, change)

    def newest(self, limit: int, *, before: int | None = None) -> list[tuple[int, Change]]:
        """The newest changes with their numbers, newest first; those before a number, to turn pages."""
        asked = _NEWEST_FIRST.limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(asked if before is None else asked.where(audit.c.number < before)).all()
        return [(row.number, _read(row)) for row in rows]


def add_change(connection: sa.Connection, change: Change) -> None:
    """Note a change within the transaction that makes it."""
    row = {
        "at": to_micros(change.at),
        "author": change.author,
        "action": change.action,
        "subject": change.subject,
        "detail": change.detail,
    }
    connection.execute(audit.insert(), row)


def _read(row: sa.Row[Any]) -> Change:
    return Change(at=from_micros(row.at), author=row.author, action=row.action, subject=row.subject, detail=row.detail)
