"""The kill switch: offers off for everybody at once, in every process on every host, and on again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.operations.database import Database
from pairwell.operations.schema import epochs, switches

_NAME = "offers_off"
_ALL = sa.select(switches).order_by(switches.c.number)
_NEWEST = sa.select(switches).order_by(switches.c.number.desc()).limit(1)
_LOCK = sa.select(epochs.c.number).where(epochs.c.name == _NAME).with_for_update()
_MOVE = epochs.update().where(epochs.c.name == _NAME).values(number=sa.bindparam("to"))


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of the switch: who put offers off or on, when and why."""

    number: int
    off: bool
    at: datetime
    author: str
    reason: str


class KillSwitch:
    """The switch in the operations database; the next decision obeys. Raises `JournalError` where that fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self, *, off: bool, author: str, reason: str, at: datetime) -> Switched | None:
        """Put offers off or on. None where they are so already: who put them so first is kept."""
        with self._database.write() as connection:
            connection.execute(_LOCK)  # of two at once the second sees the first
            before = connection.execute(_NEWEST).one_or_none()
            if off == (before is not None and before.off):
                return None
            number = 1 if before is None else before.number + 1
            row = {"number": number, "off": off, "at": to_micros(at), "author": author, "reason": reason}
            connection.execute(switches.insert(), row)
            connection.execute(_MOVE, {"to": number if off else 0})
        return Switched(number=number, off=off, at=at, author=author, reason=reason)

    def newest(self) -> Switched | None:
        """The last turn; None where it was never touched and offers are on."""
        with self._database.read() as connection:
            row = connection.execute(_NEWEST).one_or_none()
        return None if row is None else _read(row)

    def turns(self) -> list[Switched]:
        """Every turn, oldest first."""
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(_ALL)]


def _read(row: Any) -> Switched:  # noqa: ANN401 - a row of `switches`
    return Switched(number=row.number, off=row.off, at=from_micros(row.at), author=row.author, reason=row.reason)
