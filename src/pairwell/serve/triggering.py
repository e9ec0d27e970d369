"""The process of triggers and tasks: it waits until published settings hold some, and works on them until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pairwell.clock import system_clock
from pairwell.config.published import load_published
from pairwell.config.standing import CURRENT
from pairwell.config.triggers import receivers_of
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
    from pairwell.shop.advising import Advising
    from pairwell.shop.face import Shop
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
                if _holds_some(workspace, notices):
                    _work(workspace, notices, stopped)
                    stamp = None
            _wait(_LOOK_S, stopped)


def _work(workspace: Workspace, notices: Notices, stopped: list[bool]) -> None:
    """Work on triggers and tasks while there are some."""
    with _opened(workspace, notices) as (watch, desk), desk.runner(notices.tell) as runner:
        while not stopped and receivers_of(watch.live.settings.settings):
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
    from pairwell.shop.tasking import Tasking
    from pairwell.triggers.desk import Triggers

    watch = Watch(workspace, notices)
    operations = watch.live.settings.settings.operations
    url = workspace.operations_url(operations.url)
    join = join_database(url, durability=operations.durability, hang_s=_HANG_S)
    with closing(join) as database, closing(_Advised(workspace, watch)) as advised:
        decides = _Decides(watch, FactStore(database), Journal(database))
        yield watch, Triggers(decides, database, system_clock, advises=Tasking(advised.look))


class _Troubles(Notices):
    """What goes wrong; that settings and models are live says the process that answers."""

    def tell(self, level: str, event: str, message: str) -> None:
        if level != "info":
            super().tell(level, event, message)


class _Advised:
    """What is known of accounts under what is live now; opened where the first task is to be made or sent."""

    def __init__(self, workspace: Workspace, watch: Watch) -> None:
        self._workspace = workspace
        self._watch = watch
        self._shop: Shop | None = None

    def look(self) -> Advising:
        """As of now."""
        from pairwell.shop.face import Shop

        if self._shop is None or self._shop.published.hash != self._watch.live.settings.hash:
            self.close()
            self._shop = Shop(self._workspace)
        return self._shop.accounts

    def close(self) -> None:
        if self._shop is not None:
            self._shop.close()


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


def _holds_some(workspace: Workspace, notices: Notices) -> bool:
    try:
        return bool(receivers_of(load_published(workspace).settings))
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
