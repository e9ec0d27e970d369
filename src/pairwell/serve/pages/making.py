"""Reports of one workspace, made so that they never slow a decision."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from pairwell.clock import Clock
from pairwell.config.standing import CURRENT
from pairwell.config.workspace import Workspace
from pairwell.engines.closing import close_engines
from pairwell.operations.database import Database
from pairwell.operations.schema import decisions, epochs, events
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Made

_NICENESS = 10
_FOR_REPORTS = ("pairwell.shop.reporting", "pairwell.shop.keeping.compact", "ibis.backends.duckdb")
_NEEDED = (*_FOR_REPORTS, "pairwell.learn.compiled")  # the last for association rules: half a second
_EPOCHS = sa.select(epochs.c.name, epochs.c.number).where(epochs.c.name != "probe").order_by(epochs.c.name)
_NEWEST = sa.select(
    sa.select(sa.func.max(events.c.number)).scalar_subquery(),
    sa.select(sa.func.max(decisions.c.decided_at)).scalar_subquery(),
)


class State(NamedTuple):
    """What reports are made from: the same state, the same report."""

    settings: tuple[int, int, int]  # the live ones, as a file
    snapshot: int  # the newest
    event: int  # the newest of the journal
    decided_at: int  # of the newest decision
    epochs: tuple[tuple[str, int], ...]
    beside: tuple[int, int]  # when the live model, and the files of the quarantine, changed last; 0: there are none


class Reports:
    """Makes reports from what is published, in the dataset and in the journal at that moment."""

    def __init__(self, workspace: Workspace, database: Database, clock: Clock) -> None:
        self._workspace = workspace
        self._database = database
        self._clock = clock
        self._carrier = ThreadPoolExecutor(1, thread_name_prefix="carry")
        self._carried: tuple[int, int] | None = None  # up to which event, into which snapshot

    def look(self) -> State:
        """The state now. Raises `JournalError` where the journal cannot be read."""
        from pairwell.dataset.snapshots import numbers_of

        settings = (self._workspace.settings / CURRENT).stat()
        newest = max(numbers_of(self._workspace.snapshots), default=0)
        with self._database.read() as connection:
            event, decided_at = connection.execute(_NEWEST).one()
            found = tuple((row.name, row.number) for row in connection.execute(_EPOCHS))
        return State(
            settings=(settings.st_mtime_ns, settings.st_ino, settings.st_size),
            snapshot=newest,
            event=event or 0,
            decided_at=decided_at or 0,
            epochs=found,
            beside=(_changed(self._workspace.models / CURRENT), _changed(self._workspace.quarantine)),
        )

    def stands(self, state: Hashable) -> bool:
        """Whether the snapshot of a state is still there: where somebody is forgotten, all before goes."""
        number = state.snapshot if isinstance(state, State) else 0
        return number == 0 or (self._workspace.snapshots / f"{number}.json").exists()

    def set_up(self, state: Hashable) -> Hashable:
        """The live settings and the live model of a state."""
        return (state.settings, state.beside[0]) if isinstance(state, State) else None

    def make(self, question: Question) -> Made:
        """The report. Raises as `Shop.report` does."""
        from pairwell.shop.parts import Parts
        from pairwell.shop.reporting import Question as Asked
        from pairwell.shop.reporting import find_report

        # The thread that makes reports is one that others may hold up, and so must not hold the database's lock.
        state, at = self.look(), self._clock()  # what came in before is dated before
        if (state.event, state.snapshot) != self._carried:
            self._carrier.submit(self._carry).result()
            state, at = self.look(), self._clock()
        asked = Asked(question.name, question.since, question.until, question.by)
        with Parts(self._workspace, clock=self._clock) as parts:
            return Made(find_report(parts, self._database, asked, now=at, carry=False), state, at)

    def sum_up(self) -> None:
        """Keep the sums of all orders. Raises `StorageError`."""
        from pairwell.shop.parts import Parts
        from pairwell.shop.reporting import keep_sums

        with Parts(self._workspace, clock=self._clock) as parts:
            keep_sums(parts)

    def read_ahead(self) -> None:
        """Load what makes reports while nobody asks: seconds that the first who asks would wait for."""
        threading.Thread(target=_load, name="read ahead", daemon=True).start()

    def close(self) -> None:
        """Take no more, and end the engine; a report that is being made is lost."""
        self._carrier.shutdown(wait=False, cancel_futures=True)
        close_engines()

    def _carry(self) -> None:
        from pairwell.shop.parts import Parts

        with Parts(self._workspace, clock=self._clock) as parts:
            done = parts.keeping.compact()
        self._carried = done.upto, done.snapshot


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _load() -> None:
    be_humble()
    for name in _NEEDED:
        import_module(name)


def be_humble() -> None:
    """Let this thread, and those that it starts, wait for all others of the machine."""
    with suppress(OSError):
        os.nice(_NICENESS)


def be_first_to_go() -> None:
    """Let the system end this process before others where memory runs out, where it can be told so."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:  # noqa: PTH123 - no file
        score.write("500")
