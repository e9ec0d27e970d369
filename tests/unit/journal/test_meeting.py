"""Of two rounds at once that turn out to be about one person, the second sees what the first gave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest
import sqlalchemy as sa
from tests.journals import EVERYTHING, log, reservation, standing
from tests.unit.conftest import new_postgres_database
from tests.unit.journal.test_round import of
from tests.unit.journal.test_store import NOW, event

from pairwell.errors import JournalError
from pairwell.journal.round import Round
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database
from pairwell.records import Decision

T = TypeVar("T")
_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
ALONE, TOGETHER = of("d-1", None, "v"), of("d-2", "c", "v")  # a visitor; the same visitor, who is a customer by now


class Servers:
    """Two servers of one shop on PostgreSQL, a wait of `wait_ms` each; SQLite has one writer anyway."""

    def __init__(self, url: str) -> None:
        self.databases = [open_database(url, durability="process", wait_ms=wait_ms) for wait_ms in (5_000, 5_000, 100)]
        self.first, self.second, self.hasty = map(Journal, self.databases)
        self._threads = ThreadPoolExecutor(1)

    def beside(self, work: Callable[[], T]) -> Future[T]:
        """Let the second server work in a thread; back when that is done, or waits for the first."""
        done = self._threads.submit(work)
        while not done.done() and not self._someone_waits():
            time.sleep(0.001)
        return done

    def close(self) -> None:
        self._threads.shutdown()
        for database in self.databases:
            database.close()

    def _someone_waits(self) -> bool:
        with self.databases[0].read() as connection:
            return bool(connection.scalar(_WAITING))


@pytest.fixture
def servers(postgres: sa.URL) -> Iterator[Servers]:
    opened = Servers(new_postgres_database(postgres))
    yield opened
    opened.close()


def give_once(journal: Journal, made: Decision) -> bool:
    """Make the decision unless its person was shown something; says whether it was made."""
    with journal.round([made.inputs.request]) as opened:
        return add_once(opened, made)


def add_once(opened: Round, made: Decision) -> bool:
    opened.look_back(EVERYTHING, now=NOW)
    if opened.standing(made.inputs.request).shown:
        return False
    opened.add(made, reservation(made))
    return True


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("one", "other"), [(ALONE, TOGETHER), (TOGETHER, ALONE)])
def test_the_last_contact_is_given_once(servers: Servers, one: Decision, other: Decision, *, known: bool) -> None:
    if known:
        log(servers.first, of("d-0", None, "v", silence="no_candidates"), of("d-00", "c", silence="no_candidates"))
    with servers.first.round([one.inputs.request]) as opened:
        later = servers.beside(lambda: give_once(servers.second, other))
        made = add_once(opened, one)
    assert [made, later.result()] == [True, False]


def test_a_visitor_is_not_made_a_customer_under_a_decision(servers: Servers) -> None:
    log(servers.first, of("d-0", None, "v"), of("d-00", "c"))
    lines = [{"item_id": "mat"}]
    order = event("e-1", type="order", customer_id="c", visitor_id="v", order={"order_id": "o", "lines": lines})
    with servers.first.round([ALONE.inputs.request]) as opened:
        told = servers.beside(lambda: servers.second.log_events([[order]], now=NOW))
        opened.look_back(EVERYTHING, now=NOW)
        assert len(opened.standing(ALONE.inputs.request).shown) == 1
        assert not told.done()
    (receipt,) = told.result()
    assert receipt.accepted == 1
    assert len(standing(servers.first, None, "v", now=NOW).shown) == 2


def test_who_waits_too_long_for_a_person_makes_no_decision(servers: Servers) -> None:
    log(servers.first, of("d-0", None, "v", silence="no_candidates"))
    with servers.first.round([ALONE.inputs.request]) as opened:
        later = servers.beside(lambda: give_once(servers.hasty, TOGETHER))
        with pytest.raises(JournalError, match="lock timeout"):
            later.result()
        assert add_once(opened, ALONE)
    assert not give_once(servers.hasty, TOGETHER)
