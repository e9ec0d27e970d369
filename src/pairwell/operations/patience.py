"""Connections to PostgreSQL that wait for the server no longer than they are told."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa

T = TypeVar("T")


class _Connection(psycopg.Connection[Any]):
    """A server that stands still answers neither a cancellation nor `statement_timeout`: only leaving it helps."""

    most_s = math.inf

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **options: Any) -> T:  # noqa: ANN401  (psycopg's own)
        """Wait as psycopg does, up to `most_s` seconds; then the connection is closed."""
        return super().wait(self._in_time(gen), *args, **options)

    def _in_time(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        until = time.monotonic() + self.most_s
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > until:  # it is asked ten times a second while nothing comes
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server did not answer within {self.most_s:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a StopIteration does not say of what


def leave_after(engine: sa.Engine, seconds: float) -> None:
    """Let every connection of a PostgreSQL engine give up a server that does not answer a statement in time."""

    def connect(_dialect: object, _record: object, args: list[Any], options: dict[str, Any]) -> _Connection:
        connection = _Connection.connect(*args, **options)
        connection.most_s = seconds
        return connection

    sa.event.listen(engine, "do_connect", connect)
