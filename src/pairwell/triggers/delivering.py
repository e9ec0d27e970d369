"""Webhooks on their way: each trigger's by themselves, so that an endpoint which hangs delays nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import NamedTuple

from pairwell.triggers.records import Task
from pairwell.triggers.sending import Came, Message, send_all

_AT_A_TIME = 8  # of one trigger: no endpoint gets more at once
_TRIGGERS_AT_ONCE = 32


class Ready(NamedTuple):
    """Something that goes out now."""

    task: Task
    message: Message


class Arrived(NamedTuple):
    """A batch of one trigger with what came of each, or the error that kept all of it here."""

    ready: Sequence[Ready]
    came: Sequence[Came]
    error: BaseException | None = None


class Delivery:
    """Sends a batch of each trigger at once, in the background."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_TRIGGERS_AT_ONCE, thread_name_prefix="webhooks")
        self._under_way: dict[str, tuple[Sequence[Ready], Future[list[Came]]]] = {}
        self._slow: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._under_way)

    def room(self, name: str) -> int:
        """How many of a trigger may go out now; one at a time where the last was not answered in time."""
        if name in self._under_way:
            return 0
        return 1 if name in self._slow else _AT_A_TIME

    def start(self, name: str, ready: Sequence[Ready], now: datetime) -> None:
        """Send these of a trigger that has room."""
        self._under_way[name] = ready, self._pool.submit(send_all, [one.message for one in ready], now)

    def arrived(self, *, within_s: float | None) -> list[Arrived]:
        """What has come of batches; where nothing has, the first that does so within that time. None: however long."""
        wait([sent for _, sent in self._under_way.values()], within_s, FIRST_COMPLETED)
        return [self._take(name) for name, (_, sent) in list(self._under_way.items()) if sent.done()]

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown()

    def _take(self, name: str) -> Arrived:
        ready, sent = self._under_way.pop(name)
        if (error := sent.exception()) is not None:
            return Arrived(ready, [], error)
        came = sent.result()
        (self._slow.add if any(one.late for one in came) else self._slow.discard)(name)
        return Arrived(ready, came)
