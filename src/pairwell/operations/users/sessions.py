"""Browsers that have signed in: a random name that only the browser knows, and whose it is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.operations.database import Database
from pairwell.operations.keys.store import ApiKey
from pairwell.operations.schema import api_keys, page_sessions, users
from pairwell.operations.users.store import User, read_user

LASTS: Final = timedelta(hours=12)
_MOST = 10_000  # of more, the oldest are signed out
_FIND = (
    sa.select(users, page_sessions.c.key_id)
    .select_from(page_sessions.join(users, users.c.name == page_sessions.c.user_name, isouter=True))
    .join(api_keys, api_keys.c.key_id == page_sessions.c.key_id, isouter=True)
    .where(
        page_sessions.c.digest == sa.bindparam("digest"),
        page_sessions.c.until > sa.bindparam("now"),
        sa.or_(users.c.name.is_not(None), sa.and_(api_keys.c.key_id.is_not(None), api_keys.c.revoked_at.is_(None))),
    )
)


class Holder(msgspec.Struct, frozen=True):
    """Whose browser it is: a user's, or of somebody who has shown a secret key."""

    user: User | None
    key_id: str | None


class SessionStore:
    """The sessions in the operations database. Raises `JournalError` where that fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, whose: User | ApiKey, *, now: datetime) -> str:
        """A new name for the browser of a user, or of somebody who has shown a key; good for twelve hours."""
        with self._database.write() as connection:
            return open_session(connection, whose, now=now)

    def find(self, name: str, *, now: datetime) -> Holder | None:
        """Whose it is, by the users and keys of this moment; None where nobody signed in so, or too long ago."""
        with self._database.read() as connection:
            row = connection.execute(_FIND, {"digest": _digest(name), "now": to_micros(now)}).one_or_none()
        if row is None:
            return None
        return Holder(user=None if row.name is None else read_user(row), key_id=row.key_id)

    def close(self, name: str) -> None:
        """Forget the browser."""
        with self._database.write() as connection:
            connection.execute(page_sessions.delete().where(page_sessions.c.digest == _digest(name)))


def open_session(connection: sa.Connection, whose: User | ApiKey, *, now: datetime) -> str:
    """As `SessionStore.open`, within a transaction."""
    name = secrets.token_urlsafe(32)
    row = {
        "digest": _digest(name),
        "user_name": whose.name if isinstance(whose, User) else None,
        "key_id": whose.key_id if isinstance(whose, ApiKey) else None,
        "until": to_micros(now + LASTS),
    }
    connection.execute(page_sessions.delete().where(page_sessions.c.until <= to_micros(now)))
    newest = sa.select(page_sessions.c.digest).order_by(page_sessions.c.until.desc()).limit(_MOST - 1)
    connection.execute(page_sessions.delete().where(page_sessions.c.digest.not_in(newest)))
    connection.execute(page_sessions.insert(), row)
    return name


def form_token(name: str) -> str:
    """What every form of this browser carries and no other page can know: nothing of the name can be told from it."""
    return hmac.new(name.encode(), b"pairwell form", hashlib.sha256).hexdigest()


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
