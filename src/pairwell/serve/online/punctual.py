"""A journal that waits for its turn no longer than somebody waits for the answer."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from pairwell.errors import JournalError
from pairwell.journal.round import Round
from pairwell.journal.store import Journal, RoundKind
from pairwell.operations.database import Database
from pairwell.records import DecisionRequest


class _TurnInTime(AbstractContextManager[None]):
    """A lock that is waited for until a moment of `time.monotonic`."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self.until = math.inf

    def __enter__(self) -> None:
        left = min(self.until - time.monotonic(), threading.TIMEOUT_MAX)
        if not self._lock.acquire(timeout=max(left, 0.0)):
            raise JournalError("Another writer kept the journal until the deadline; the answer was silence already.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


class PunctualJournal(Journal):
    """For one thread: call `wait_until` before each round."""

    def __init__(self, database: Database, *, turn: threading.Lock) -> None:
        self._in_time = _TurnInTime(turn)
        super().__init__(database, turn=self._in_time)
        self.waiting = False  # whether the round at hand waits for the database, not for what is decided in it

    def wait_until(self, until: float) -> None:
        """Give up waiting for another writer at `until` (of `time.monotonic`)."""
        self._in_time.until = until

    @contextmanager
    def round(self, requests: Sequence[DecisionRequest], kind: RoundKind = "kept") -> Iterator[Round]:
        """As that of any journal, saying when it waits."""
        self.waiting = True
        try:
            with super().round(requests, kind) as opened:
                self.waiting = False
                yield opened
                self.waiting = True
        finally:
            self.waiting = False
