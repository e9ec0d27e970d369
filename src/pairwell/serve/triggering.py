"""The process of triggers: it waits until published settings hold some, and then works on them until told to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pairwell.clock import system_clock
from pairwell.config.published import load_published
from pairwell.config.standing import CURRENT
from pairwell.config.workspace import Workspace
from pairwell.decide.asked import Decides
from pairwell.errors import PairwellError
from pairwell.serve.ending import asked_to_end
from pairwell.serve.online.notices import Notices

if TYPE_CHECKING:
    from pairwell.config.published import Published
    from pairwell.decide.decider import Decider
    from pairwell.facts.store import FactStore
    from pairwell.journal.store import Journal
    from pairwell.serve.online.live import Watch
    from pairwell.triggers.desk import Triggers

_LOOK_S = 1.0  # between one look at the journal and the next
_REST_S = 5.0  # after one that failed
_BLINK_S = 0.1  # a signal is heard within that
_HANG_S = 30.0  # a PostgreSQL server that takes longer for a statement stands still


def run(workspace: Workspace, *, ready: Callable[[], None] = lambda: None) -> None:
    """Work on the triggers of a workspace until SIGTERM or SIGINT; what is being sent then is waited for."""
    stopped: list[bool] = []
    with asked_to_end(lambda: stopped.append(True)):
        ready()
        notices, stamp = _Troubles(), None
        while not stopped:
            if (seen := _look(workspace)) != stamp:
                stamp = seen
                if _holds_triggers(workspace, notices):
                    _work(workspace, notices, stopped)
                    stamp = None
            _wait(_LOOK_S, stopped)


def _work(workspace: Workspace, notices: Notices, stopped: list[bool]) -> None:
    """Work on triggers while there are some."""
    with _opened(workspace, notices) as (watch, desk), desk.runner(notices.tell) as runner:
        while not stopped and watch.live.settings.settings.triggers:
            pause = _LOOK_S
            try:
                pause = 0.0 if runner.step().worked else _LOOK_S
            except PairwellError as error:
                notices.tell("error", "triggers_failed", error.message)
                pause = _REST_S
            _wait(pause, stopped)
            watch.refresh()


@contextmanager
def _opened(workspace: Workspace, notices: Notices) -> Iterator[tuple[Watch, Triggers]]:
    """What is loaded only where there is something to do."""
    from pairwell.facts.store import FactStore
    from pairwell.journal.store import Journal
    from pairwell.operations.database import join_database
    from pairwell.serve.online.live import Watch
    from pairwell.triggers.desk import Triggers

    watch = Watch(workspace, notices)
    operations = watch.live.settings.settings.operations
    url = workspace.operations_url(operations.url)
    with closing(join_database(url, durability=operations.durability, hang_s=_HANG_S)) as database:
        decides = _Decides(watch, FactStore(database), Journal(database))
        yield watch, Triggers(decides, database, system_clock)


class _Troubles(Notices):
    """What goes wrong; that settings and models are live says the process that answers."""

    def tell(self, level: str, event: str, message: str) -> None:
        if level != "info":
            super().tell(level, event, message)


class _Decides(Decides):
    """Decides under what is live now."""

    def __init__(self, watch: Watch, facts: FactStore, journal: Journal) -> None:
        self._watch = watch
        self._facts = facts
        self._journal = journal

    @property
    def published(self) -> Published:
        return self._watch.live.settings

    def _decider(self) -> Decider:
        from pairwell.decide.decider import Decider

        live = self._watch.live
        return Decider(lambda: live.model, live.settings, self._facts, self._journal, canaries=live.canaries)


def _holds_triggers(workspace: Workspace, notices: Notices) -> bool:
    try:
        return bool(load_published(workspace).settings.triggers)
    except PairwellError as error:
        notices.tell("error", "settings_not_loaded", error.message)
        return False


def _look(workspace: Workspace) -> tuple[int, int] | None:
    try:
        seen = (workspace.settings / CURRENT).stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_ino


def _wait(seconds: float, stopped: list[bool]) -> None:
    until = time.monotonic() + seconds
    while not stopped and time.monotonic() < until:
        time.sleep(_BLINK_S)
