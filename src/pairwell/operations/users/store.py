"""Users of the pages: added, listed, changed, removed; who signs in, and who has guessed too often."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Literal, cast, get_args

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.errors import NotFoundError, RequestError
from pairwell.operations.database import Database
from pairwell.operations.schema import page_sessions, users
from pairwell.operations.users.audit import Change, add_change
from pairwell.operations.users.passwords import hash_password, is_password, require_good

Role = Literal["viewer", "merchandiser", "analyst", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
_TRIES = 5  # wrong passwords in a row that cost nothing
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
_MOST_DOUBLED = 10
_ALL = sa.select(users).order_by(users.c.name)


class User(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of a user."""

    name: str
    role: Role
    created_at: datetime
    signed_in_at: datetime | None = None  # last
    locked_until: datetime | None = None  # after too many wrong passwords


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user to add."""

    name: str
    role: Role
    password: str


class UserStore:
    """The users in the operations database. Raises `JournalError` where that fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, wanted: NewUser, *, author: str, now: datetime) -> User:
        """Add a user. Raises `RequestError` for a name that is taken or none, and a password that is soon guessed."""
        name = checked_name(wanted.name)
        require_good(wanted.password, name=name)
        kept = hash_password(wanted.password)
        with self._database.write() as connection:
            row = {"name": name, "role": wanted.role, "password": kept, "created_at": to_micros(now), "failures": 0}
            added = self._database.insert(users).values(row).on_conflict_do_nothing(index_elements=["name"])
            if connection.execute(added.returning(users.c.name)).one_or_none() is None:
                raise RequestError(f"There is a user {name!r} already.", hint="Take another name.", field="name")
            add_change(
                connection,
                Change(at=now, author=author, action="user_added", subject=name, detail=f"role {wanted.role}"),
            )
        return User(name=name, role=wanted.role, created_at=now)

    def list(self) -> list[User]:
        """Every user, by name."""
        with self._database.read() as connection:
            return [read_user(row) for row in connection.execute(_ALL)]

    def give_role(self, name: str, role: Role, *, author: str, now: datetime) -> User:
        """Let a user be something else from the next request on. Raises `NotFoundError`, `RequestError`."""
        with self._database.write() as connection:
            before = _find(connection, name)
            _require_admin_left(connection, before, role)
            connection.execute(users.update().where(users.c.name == before.name).values(role=role))
            add_change(
                connection,
                Change(
                    at=now, author=author, action="role_given", subject=before.name, detail=f"{before.role} to {role}"
                ),
            )
        return msgspec.structs.replace(before, role=role)

    def set_password(self, name: str, password: str, *, author: str, now: datetime) -> User:
        """Give a user another password, which signs all their browsers out. Raises `NotFoundError`, `RequestError`."""
        require_good(password, name=checked_name(name))
        kept = hash_password(password)
        with self._database.write() as connection:
            user = _find(connection, name)
            changed = {"password": kept, "failures": 0, "locked_until": None}
            connection.execute(users.update().where(users.c.name == user.name).values(changed))
            _sign_out(connection, user.name)
            add_change(connection, Change(at=now, author=author, action="password_set", subject=user.name))
        return msgspec.structs.replace(user, locked_until=None)

    def remove(self, name: str, *, author: str, now: datetime) -> User:
        """Let a user in no more, from the next request on. Raises `NotFoundError`, `RequestError` for the last admin.

        The last user of all may go, whoever that is: then the pages are as open as they were before the first.
        """
        with self._database.write() as connection:
            user = _find(connection, name)
            if connection.scalar(sa.select(sa.func.count()).select_from(users)) != 1:
                _require_admin_left(connection, user, None)
            connection.execute(users.delete().where(users.c.name == user.name))
            _sign_out(connection, user.name)
            add_change(
                connection,
                Change(at=now, author=author, action="user_removed", subject=user.name, detail=f"was {user.role}"),
            )
        return user

    def sign_in(self, name: str, password: str, *, now: datetime) -> User | None:
        """The user, where the password is theirs; None where it is not, whatever the reason.

        Five wrong ones in a row lock the name for a minute, each further one for twice as long, up to an hour: what is
        tried meanwhile is not looked at. An unknown name takes as long as a known one.
        """
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(users.c.name == name.strip().casefold())).one_or_none()
        locked = row is not None and row.locked_until is not None and row.locked_until > to_micros(now)
        right = is_password(password, _nobodys() if row is None or locked else row.password)
        if row is None or locked:
            return None
        with self._database.write() as connection:
            if right:
                connection.execute(_changed(row.name, failures=0, locked_until=None, signed_in_at=to_micros(now)))
            else:
                _count_failure(connection, row.name, now)
        return read_user(row) if right else None


def checked_name(name: str) -> str:
    """The name as it is kept: small letters. Raises `RequestError` for what is no name."""
    small = name.strip().casefold()
    if _NAME.fullmatch(small) is None:
        raise RequestError(
            f"{name[:100]!r} is no user's name: expected up to 100 letters, digits and . _ @ + - without blanks.",
            hint="Take a short name or an e-mail address.",
            field="name",
        )
    return small


def read_user(row: sa.Row[Any]) -> User:
    """What may be shown of a row of `users`."""
    signed_in, locked = (None if at is None else from_micros(at) for at in (row.signed_in_at, row.locked_until))
    return User(
        name=row.name,
        role=cast("Role", row.role),
        created_at=from_micros(row.created_at),
        signed_in_at=signed_in,
        locked_until=locked,
    )


@cache
def _nobodys() -> str:
    """The hash of nobody's password, so that an unknown name takes as long as a known one."""
    return hash_password("the password of nobody")


def _find(connection: sa.Connection, name: str) -> User:
    row = connection.execute(_ALL.where(users.c.name == name.strip().casefold()).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no user {name[:100]!r}.", hint="`pairwell users list` shows them.")
    return read_user(row)


def _require_admin_left(connection: sa.Connection, user: User, role: Role | None) -> None:
    """Raise `RequestError` where nobody could change users on the pages any more."""
    if user.role != "admin" or role == "admin":
        return
    admins = connection.execute(_ALL.where(users.c.role == "admin").with_for_update()).all()
    if len(admins) == 1:
        raise RequestError(f"{user.name!r} is the only admin.", hint="Make another one first.", field="name")


def _changed(name: str, **values: int | None) -> sa.Update:
    return users.update().where(users.c.name == name).values(values)


def _count_failure(connection: sa.Connection, name: str, now: datetime) -> None:
    counted = _changed(name).values(failures=users.c.failures + 1).returning(users.c.failures)
    failures = connection.scalar(counted) or 0
    if failures < _TRIES:
        return
    wait = min(_FIRST_WAIT * 2 ** min(failures - _TRIES, _MOST_DOUBLED), _LONGEST_WAIT)
    connection.execute(_changed(name, locked_until=to_micros(now + wait)))
    add_change(
        connection,
        Change(
            at=now,
            author=name,
            action="locked_out",
            subject=name,
            detail=f"{failures} wrong passwords in a row; for {wait}",
        ),
    )


def _sign_out(connection: sa.Connection, name: str) -> None:
    connection.execute(page_sessions.delete().where(page_sessions.c.user_name == name))
