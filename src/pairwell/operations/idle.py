"""Connections kept open between uses: taking one from the engine's pool costs more than most statements."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


class IdleConnections:
    """Connections of one engine, for whoever comes next. Safe to share between threads."""

    def __init__(self, engine: sa.Engine, *, fresh_s: float) -> None:
        """`fresh_s`: one that was idle for longer goes back to the pool, which looks whether it still works."""
        self._engine = engine
        self._fresh_s = fresh_s
        self._kept: deque[tuple[float, sa.Connection]] = deque()

    @contextmanager
    def take(self) -> Iterator[sa.Connection]:
        """A connection for one use; what failed is not kept."""
        kept = self._kept
        connection = self._newest() or self._engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if kept is self._kept:
            kept.append((time.monotonic(), connection))
        else:
            connection.close()

    def let_go(self) -> None:
        """Close those that are idle, and those in use after their use."""
        kept, self._kept = self._kept, deque()
        while kept:
            kept.pop()[1].close()

    def _newest(self) -> sa.Connection | None:
        try:
            since, connection = self._kept.pop()
        except IndexError:
            return None
        if time.monotonic() - since <= self._fresh_s:
            return connection
        connection.close()
        return None
