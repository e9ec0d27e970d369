from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from tests.journals import log
from tests.unit.journal.test_store import decision

from pairwell.errors import JournalError
from pairwell.operations.database import open_database
from pairwell.serve.online.punctual import PunctualJournal


def _journal(folder: Path, turn: threading.Lock) -> PunctualJournal:
    return PunctualJournal(open_database(f"sqlite:///{folder / 'operations.db'}", durability="process"), turn=turn)


def test_a_round_in_time_is_kept_and_its_turn_given_back(tmp_path: Path) -> None:
    turn = threading.Lock()
    journal = _journal(tmp_path, turn)
    journal.wait_until(time.monotonic() + 60)
    assert log(journal, decision("d-1")) == [True]
    assert not turn.locked()
    assert not journal.waiting


def test_a_round_whose_deadline_passes_while_another_writes_is_not_made(tmp_path: Path) -> None:
    turn = threading.Lock()
    journal = _journal(tmp_path, turn)
    journal.wait_until(time.monotonic() + 0.02)
    with turn, pytest.raises(JournalError, match="Another writer"):
        log(journal, decision("d-1"))
    assert journal.count().decisions == 0


def test_it_tells_waiting_from_deciding(tmp_path: Path) -> None:
    turn = threading.Lock()
    journal = _journal(tmp_path, turn)
    with turn:
        waiting = threading.Thread(target=log, args=(journal, decision("d-1")))
        waiting.start()
        while not journal.waiting:
            time.sleep(0.001)
    waiting.join()
    with journal.round([decision("d-2").inputs.request]):
        assert not journal.waiting
