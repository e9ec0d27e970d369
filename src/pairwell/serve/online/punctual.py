"""A journal that takes no decision for which nobody waits any more."""

from __future__ import annotations

import math
import time
from contextlib import AbstractContextManager

from pairwell.errors import JournalError
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.records import Decision


class PunctualJournal(Journal):
    """For one thread: set `until` (of `time.monotonic`) before each decision."""

    def __init__(self, database: Database, *, turn: AbstractContextManager[object]) -> None:
        super().__init__(database, turn=turn)
        self.until = math.inf

    def log_decision(self, decision: Decision) -> bool:
        """As of `Journal`; past `until` it raises `JournalError` and writes nothing."""
        if time.monotonic() > self.until:
            raise JournalError("The decision came after its deadline; the answer was silence already.")
        return super().log_decision(decision)
