"""How much of the bodies of requests is in memory, from their first byte until they are answered."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from pairwell.serve.online.faults import too_busy, too_slow
from pairwell.serve.online.wire import Receive, Scope, announced_bytes, read_body


class Holding:
    """Room for bodies of one kind. For one thread."""

    def __init__(self, what: str, *, most_bytes: int, most_bodies: int, seconds: float) -> None:
        """`seconds`: how long a body may take to arrive; `what` it holds, for whom there is no room."""
        self.what = what
        self.seconds = seconds
        self._most_bytes = most_bytes
        self._most_bodies = most_bodies
        self.bytes = 0
        self.bodies = 0

    def has_room(self, size: int) -> bool:
        """Whether `size` bytes more fit; with nobody else there, any body does."""
        return self.bytes == 0 or self.bytes + size <= self._most_bytes

    def open(self) -> Body:
        """A body, to be read and held in a `with`. Raises `Refused` (503) where there is no room for one more."""
        if self.bodies >= self._most_bodies:
            raise too_busy(self.what)
        return Body(self)


class Body:
    """One body; counted while it is being read and until it is let go."""

    def __init__(self, holding: Holding) -> None:
        self._holding = holding
        self._bytes = 0

    def __enter__(self) -> Self:
        self._holding.bodies += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holding.bodies -= 1
        self._holding.bytes -= self._bytes

    async def read(self, scope: Scope, receive: Receive, *, limit: int) -> bytes:
        """The whole of it. Raises `Refused`: 413 above `limit`, 503 without room, 408 where it is slow."""
        if not self._holding.has_room(min(announced_bytes(scope), limit)):
            raise too_busy(self._holding.what)
        try:
            async with asyncio.timeout(self._holding.seconds):
                return await read_body(scope, receive, limit=limit, arrived=self.hold)
        except TimeoutError as error:
            raise too_slow(self._holding.seconds) from error

    def hold(self, size: int) -> None:
        """Count bytes that are there. Raises `Refused` (503) without room."""
        if size and not self._holding.has_room(size):
            raise too_busy(self._holding.what)
        self._bytes += size
        self._holding.bytes += size
