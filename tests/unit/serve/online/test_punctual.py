from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from tests.unit.journal.test_store import decision

from pairwell.errors import JournalError
from pairwell.operations.database import open_database
from pairwell.serve.online.punctual import PunctualJournal, TooLateError


def _journal(folder: Path, turn: threading.Lock) -> PunctualJournal:
    return PunctualJournal(open_database(f"sqlite:///{folder / 'operations.db'}", durability="process"), turn=turn)


def test_a_decision_in_time_is_taken_and_its_turn_given_back(tmp_path: Path) -> None:
    turn = threading.Lock()
    journal = _journal(tmp_path, turn)
    journal.wait_until(time.monotonic() + 60)
    assert journal.log_decision(decision("d-1"))
    assert not turn.locked()


def test_a_decision_after_its_deadline_is_not_taken(tmp_path: Path) -> None:
    journal = _journal(tmp_path, threading.Lock())
    journal.wait_until(time.monotonic() - 0.001)
    with pytest.raises(TooLateError):
        journal.log_decision(decision("d-1"))
    assert journal.count().decisions == 0


def test_a_decision_whose_deadline_passes_while_another_writes_is_not_taken(tmp_path: Path) -> None:
    turn = threading.Lock()
    journal = _journal(tmp_path, turn)
    journal.wait_until(time.monotonic() + 0.02)
    with turn, pytest.raises(JournalError, match="Another writer") as caught:
        journal.log_decision(decision("d-1"))
    assert not isinstance(caught.value, TooLateError)
    assert journal.count().decisions == 0
