"""A journal that takes no decision for which nobody waits any more."""

from __future__ import annotations

import math
import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType

from pairwell.errors import JournalError
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.records import Decision


class TooLateError(JournalError):
    """The deadline had passed before there was anything to write; nothing is wrong with the journal."""


class _TurnInTime(AbstractContextManager[None]):
    """A lock that is waited for until a moment of `time.monotonic`, and not taken after it."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self.until = math.inf

    def __enter__(self) -> None:
        left = min(self.until - time.monotonic(), threading.TIMEOUT_MAX)
        if left < 0:
            raise TooLateError("The decision came after its deadline; the answer was silence already.")
        if not self._lock.acquire(timeout=left):
            raise JournalError("Another writer kept the journal until the deadline; the answer was silence already.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


class PunctualJournal(Journal):
    """For one thread: call `wait_until` before each decision. Past it `JournalError` is raised and nothing written."""

    def __init__(self, database: Database, *, turn: threading.Lock) -> None:
        self._in_time = _TurnInTime(turn)
        super().__init__(database, turn=self._in_time)
        self.writing = False  # whether the decision at hand has come to be written

    def wait_until(self, until: float) -> None:
        """Write nothing after `until` (of `time.monotonic`), not even after waiting for another writer."""
        self._in_time.until = until
        self.writing = False

    def log_decision(self, decision: Decision) -> bool:
        """Append a decision in time; raises `TooLateError` where its deadline has passed already."""
        self.writing = True
        return super().log_decision(decision)
