"""Users and sessions, looked up on threads of their own: a database that hangs keeps no other request waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple, TypeVar

import sqlalchemy as sa

from pairwell.clock import Clock
from pairwell.errors import JournalError
from pairwell.operations.database import Database
from pairwell.operations.keys.store import ApiKey
from pairwell.operations.schema import users
from pairwell.operations.users.sessions import Holder, SessionStore, open_session
from pairwell.operations.users.store import User, UserStore
from pairwell.serve.online.access.keyring import KeysUnreadError

_HASHERS = 2  # passwords that are looked at together: each takes 64 MiB
_ANY = sa.select(sa.exists(sa.select(users.c.name)))
T = TypeVar("T")


class Look(NamedTuple):
    """Whose browser it is, by which of its names, and whether there are users at all."""

    holder: Holder | None
    name: str
    has_users: bool


class Register:
    """Who is signed in. What fails or takes too long raises `KeysUnreadError`: then nobody can be let in."""

    def __init__(self, database: Database, clock: Clock, *, patience_s: float) -> None:
        self._database = database
        self._users = UserStore(database)
        self._sessions = SessionStore(database)
        self._clock = clock
        self._patience_s = patience_s
        self._looks = ThreadPoolExecutor(1, thread_name_prefix="sessions")
        self._hashers = ThreadPoolExecutor(_HASHERS, thread_name_prefix="passwords")
        self.has_users = True  # as far as was read last; until then nobody is let in without a name
        with suppress(JournalError):
            self._find(())

    async def look(self, names: Sequence[str]) -> Look:
        """Whose browser it is that shows these names of sessions."""
        return await self._soon(self._looks, lambda: self._find(names))

    async def sign_in(self, user: str, password: str, *, network: str) -> str | None:
        """The name of a new session; None where the password is not theirs, or guessed too often from the network."""
        return await self._soon(self._hashers, lambda: self._check(user, password, network))

    async def open_for(self, key: ApiKey) -> str:
        """The name of a new session of somebody who has shown a key."""
        return await self._soon(self._looks, lambda: self._sessions.open(key, now=self._clock()))

    async def sign_out(self, names: Sequence[str]) -> None:
        """End the sessions of these names."""
        await self._soon(self._looks, lambda: self._end(names))

    def close(self) -> None:
        """Take no more."""
        for threads in (self._looks, self._hashers):
            threads.shutdown(wait=True, cancel_futures=True)

    async def _soon(self, threads: Executor, work: Callable[[], T]) -> T:
        doing = asyncio.get_running_loop().run_in_executor(threads, work)
        try:
            return await asyncio.wait_for(doing, self._patience_s)
        except (JournalError, TimeoutError) as error:
            raise KeysUnreadError from error

    def _find(self, names: Sequence[str]) -> Look:
        with self._database.read() as connection:
            self.has_users = bool(connection.scalar(_ANY))
        for name in names:
            if (holder := self._sessions.find(name, now=self._clock())) is not None:
                return Look(holder, name, self.has_users)
        return Look(None, "", self.has_users)

    def _end(self, names: Sequence[str]) -> None:
        for name in names:
            self._sessions.close(name)

    def _check(self, user: str, password: str, network: str) -> str | None:
        now, opened = self._clock(), list[str]()

        def opening(connection: sa.Connection, found: User) -> None:
            opened.append(open_session(connection, found, now=now))

        found = self._users.sign_in(user, password, now=now, network=network, opening=opening)
        return None if found is None else opened[-1]
