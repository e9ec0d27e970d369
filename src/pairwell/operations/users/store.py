"""Users of the pages: added, listed, changed, removed; who signs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, cast, get_args

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.errors import NotFoundError, RequestError
from pairwell.operations.database import Database
from pairwell.operations.schema import page_sessions, users
from pairwell.operations.users.audit import Change, add_change
from pairwell.operations.users.guessing import count_right, count_wrong, forget_tries, is_locked, locks
from pairwell.operations.users.passwords import hash_password, is_password, require_good
from pairwell.said import phrase

Role = Literal["viewer", "merchandiser", "analyst", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
_ALL = sa.select(users).order_by(users.c.name)


class User(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of a user."""

    name: str
    role: Role
    created_at: datetime
    signed_in_at: datetime | None = None  # last
    locked_until: datetime | None = None  # for some network, after too many wrong passwords


Opening = Callable[[sa.Connection, User], None]
"""What is done for a user who signs in."""


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
        """Add a user, an admin first: from then on nobody gets in without a name, and only admins add further ones.

        Raises `RequestError` for a name that is taken or none, a password that is soon guessed, and whoever is no admin
        where there is none.
        """
        name = checked_name(wanted.name)
        require_good(wanted.password, name=name)
        kept = hash_password(wanted.password)
        with self._database.write() as connection:
            if wanted.role != "admin":
                _require_admin_there(connection, name)
            row = {"name": name, "role": wanted.role, "password": kept, "created_at": to_micros(now), "failures": 0}
            added = self._database.insert(users).values(row).on_conflict_do_nothing(index_elements=["name"])
            if connection.execute(added.returning(users.c.name)).one_or_none() is None:
                raise RequestError(
                    phrase("There is a user {name} already.", name=repr(name)),
                    hint=phrase("Take another name."),
                    field="name",
                )
            add_change(
                connection,
                Change(at=now, author=author, action="user_added", subject=name, detail=f"role {wanted.role}"),
            )
        return User(name=name, role=wanted.role, created_at=now)

    def list(self) -> list[User]:
        """Every user, by name."""
        with self._database.read() as connection:
            until = locks(connection)
            return [read_user(row, until.get(row.name)) for row in connection.execute(_ALL)]

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
            forget_tries(connection, user.name)
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
            forget_tries(connection, user.name)
            add_change(
                connection,
                Change(at=now, author=author, action="user_removed", subject=user.name, detail=f"was {user.role}"),
            )
        return user

    def sign_in(
        self, name: str, password: str, *, now: datetime, network: str = "", opening: Opening | None = None
    ) -> User | None:
        """The user, where the password is theirs; None where it is not, whatever the reason.

        Five wrong ones in a row lock the name for the network they come from, for a minute, each further one for twice
        as long, up to an hour: what is tried meanwhile is not looked at. An unknown name takes as long as a known one.
        `opening` is done in the transaction that finds the password to be the present one still.
        """
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(users.c.name == name.strip().casefold())).one_or_none()
            locked = row is not None and is_locked(connection, row, network, now)
        right = is_password(password, _nobodys() if row is None or locked else row.password)
        if row is None or locked:
            return None
        with self._database.write() as connection:
            if not right:
                count_wrong(self._database, connection, row.name, network, now)
                return None
            present = users.update().where(users.c.name == row.name, users.c.password == row.password)
            changed = present.values(failures=0, locked_until=None, signed_in_at=to_micros(now))
            if connection.execute(changed.returning(users.c.name)).one_or_none() is None:
                return None  # changed while it was being looked at
            count_right(self._database, connection, row.name, network, now)
            user = read_user(row)
            if opening is not None:
                opening(connection, user)
        return user


def checked_name(name: str) -> str:
    """The name as it is kept: small letters. Raises `RequestError` for what is no name."""
    small = name.strip().casefold()
    if _NAME.fullmatch(small) is None:
        raise RequestError(
            phrase(
                "{name} is no user's name: expected up to 100 letters, digits and . _ @ + - without blanks.",
                name=repr(name[:100]),
            ),
            hint=phrase("Take a short name or an e-mail address."),
            field="name",
        )
    return small


def read_user(row: sa.Row[Any], locked_until: int | None = None) -> User:
    """What may be shown of a row of `users`; `locked_until`: for some network, in microseconds."""
    latest = max(locked_until or 0, row.locked_until or 0)
    return User(
        name=row.name,
        role=cast("Role", row.role),
        created_at=from_micros(row.created_at),
        signed_in_at=None if row.signed_in_at is None else from_micros(row.signed_in_at),
        locked_until=from_micros(latest) if latest else None,
    )


@cache
def _nobodys() -> str:
    """The hash of nobody's password, so that an unknown name takes as long as a known one."""
    return hash_password("the password of nobody")


def _find(connection: sa.Connection, name: str) -> User:
    row = connection.execute(_ALL.where(users.c.name == name.strip().casefold()).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError(
            phrase("There is no user {name}.", name=repr(name[:100])), hint=phrase("`pairwell users list` shows them.")
        )
    return read_user(row)


def _require_admin_there(connection: sa.Connection, name: str) -> None:
    """Raise `RequestError` where nobody could add users on the pages once this one is there."""
    if connection.execute(_ALL.where(users.c.role == "admin").limit(1)).one_or_none() is None:
        raise RequestError(
            phrase(
                "There is no admin yet, so {name} has to be one: whoever is added first closes the pages to everybody "
                "else, and only an admin can add others there.",
                name=repr(name),
            ),
            hint=phrase("Take the role admin."),
            field="role",
        )


def _require_admin_left(connection: sa.Connection, user: User, role: Role | None) -> None:
    """Raise `RequestError` where nobody could change users on the pages any more."""
    if user.role != "admin" or role == "admin":
        return
    admins = connection.execute(_ALL.where(users.c.role == "admin").with_for_update()).all()
    if len(admins) == 1:
        raise RequestError(
            phrase("{name} is the only admin.", name=repr(user.name)),
            hint=phrase("Make another one first."),
            field="name",
        )


def _sign_out(connection: sa.Connection, name: str) -> None:
    connection.execute(page_sessions.delete().where(page_sessions.c.user_name == name))
