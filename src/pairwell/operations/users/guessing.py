"""How often a password was guessed wrong: from one network, and from all of them together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.operations.database import Database
from pairwell.operations.schema import sign_ins, users
from pairwell.operations.users.audit import Change, add_change

_TRIES: Final = 5  # wrong passwords in a row from one network that cost nothing
_TRIES_OF_ALL: Final = 100  # and from all of them
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
_MOST_DOUBLED = 10
_KNOWN_FOR, _KEPT_FOR = timedelta(days=90), timedelta(days=1)


def is_locked(connection: sa.Connection, user: sa.Row[Any], network: str, now: datetime) -> bool:
    """Whether tries on this row of `users` are not looked at now.

    A stranger's wrong ones lock a name for their network alone; very many from anywhere lock it for a minute, but not
    where its owner has signed in within 90 days.
    """
    row = connection.execute(sa.select(sign_ins).where(*_of(user.name, network))).one_or_none()
    if row is not None and _is_after(row.locked_until, now):
        return True
    known = row is not None and _is_after(row.signed_in_at, now - _KNOWN_FOR)
    return not known and _is_after(user.locked_until, now)


def count_right(database: Database, connection: sa.Connection, name: str, network: str, now: datetime) -> None:
    """Know the network from now on."""
    at = to_micros(now)
    row = {"name": name, "network": network, "failures": 0, "locked_until": None, "signed_in_at": at, "at": at}
    added = database.insert(sign_ins).values(row)
    connection.execute(added.on_conflict_do_update(index_elements=["name", "network"], set_=row))


def count_wrong(database: Database, connection: sa.Connection, name: str, network: str, now: datetime) -> None:
    """Lock the name for the network after five in a row, for everybody after a hundred."""
    at = to_micros(now)
    unknown = sa.func.coalesce(sign_ins.c.signed_in_at, 0) < to_micros(now - _KNOWN_FOR)
    connection.execute(sign_ins.delete().where(unknown, sign_ins.c.at < to_micros(now - _KEPT_FOR)))
    added = database.insert(sign_ins).values(name=name, network=network, failures=1, at=at)
    more = {"failures": sign_ins.c.failures + 1, "at": at}
    counted = added.on_conflict_do_update(index_elements=["name", "network"], set_=more)
    failures = connection.scalar(counted.returning(sign_ins.c.failures)) or 0
    if failures >= _TRIES:
        wait = min(_FIRST_WAIT * 2 ** min(failures - _TRIES, _MOST_DOUBLED), _LONGEST_WAIT)
        locked = sign_ins.update().where(*_of(name, network)).values(locked_until=to_micros(now + wait))
        connection.execute(locked)
        _note(connection, name, now, f"{failures} wrong passwords in a row from {network or 'nowhere'}; for {wait}")
    _count_of_all(connection, name, now)


def forget_tries(connection: sa.Connection, name: str) -> None:
    """Open the name everywhere."""
    connection.execute(sign_ins.delete().where(sign_ins.c.name == name))


def locks(connection: sa.Connection) -> dict[str, int]:
    """Until when each name is locked for some network, in microseconds."""
    latest = sa.select(sign_ins.c.name, sa.func.max(sign_ins.c.locked_until)).group_by(sign_ins.c.name)
    return {name: until for name, until in connection.execute(latest) if until is not None}


def _count_of_all(connection: sa.Connection, name: str, now: datetime) -> None:
    counted = users.update().where(users.c.name == name).values(failures=users.c.failures + 1)
    failures = connection.scalar(counted.returning(users.c.failures)) or 0
    if failures >= _TRIES_OF_ALL:
        until = to_micros(now + _FIRST_WAIT)
        connection.execute(users.update().where(users.c.name == name).values(locked_until=until))
        _note(connection, name, now, f"{failures} wrong passwords in a row from anywhere; for {_FIRST_WAIT}")


def _note(connection: sa.Connection, name: str, now: datetime, detail: str) -> None:
    add_change(connection, Change(at=now, author=name, action="locked_out", subject=name, detail=detail))


def _of(name: str, network: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return sign_ins.c.name == name, sign_ins.c.network == network


def _is_after(at: int | None, now: datetime) -> bool:
    return at is not None and at > to_micros(now)
