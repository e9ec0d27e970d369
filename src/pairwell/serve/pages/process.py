"""The pages process: open a workspace, listen, show reports until told to stop."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from pairwell.clock import system_clock
from pairwell.config.published import load_published
from pairwell.config.settings import Limits
from pairwell.config.standing import CURRENT
from pairwell.config.workspace import Workspace
from pairwell.operations.database import Database, join_database
from pairwell.operations.keys.store import KeyStore
from pairwell.serve.answering import Here, answering
from pairwell.serve.listening import address_of
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.keyring import Keyring, Ring
from pairwell.serve.online.loopback import is_loopback
from pairwell.serve.online.notices import Notices
from pairwell.serve.pages.app import Making, PagesApp
from pairwell.serve.pages.door import Door
from pairwell.serve.pages.making import Reports, be_first_to_go
from pairwell.serve.pages.register import Register

if TYPE_CHECKING:
    from pairwell.dataset.presence import Told
    from pairwell.shop.face import Shop

GRACE_S = 2  # for answers under way when the process is told to stop; a report that takes longer is asked for again
_HANG_S = 5.0  # a PostgreSQL server that takes longer for a statement stands still
_PATIENCE_S = 5.0  # for the keys
_MOST_AT_ONCE = 4


def run_on(bound: socket.socket, workspace: Workspace, *, host: str, ready: Callable[[], None] = lambda: None) -> None:
    """Show the pages of a workspace on a socket bound to `host`, until SIGTERM or SIGINT.

    Raises `SettingsError` where nothing is published, `UserError` where another process listens there.
    """
    be_first_to_go()
    notices = Notices()
    with closing(_open(workspace)) as database, closing(Reports(workspace, database, system_clock)) as reports:
        keyring = Keyring(KeyStore(database), notices, patience_s=lambda: _PATIENCE_S)
        gate = Gate(keyring, limits=_PublishedLimits(workspace), clock=system_clock, local=is_loopback(host))
        register = Register(database, system_clock, patience_s=_PATIENCE_S)
        making = Making(reports, lambda: _open_shop(workspace), lambda: _find_told(workspace))
        with (
            closing(keyring),
            closing(register),
            closing(PagesApp(making, Door(gate, register), notices, at_once=reports_at_once())) as app,
        ):
            said = f"Its pages are at {address_of(bound)}, {who_may_look(keyring.last, register)}."
            with answering(app, Here(bound, GRACE_S, said, "--pages-port")) as answer:
                ready()
                reports.read_ahead()
                app.make_ahead()
                answer()


def reports_at_once() -> int:
    """How many reports are made at the same time: on half of the processors, each has two threads of its own."""
    return max(1, min(_MOST_AT_ONCE, (os.cpu_count() or 1) // 2))


def who_may_look(keys: Ring | None, register: Register) -> str:
    """What the process says of its door as it opens."""
    if keys is None:
        return "and let nobody in: the keys cannot be read yet"
    if register.has_users:
        return "for users who sign in"
    return "open: without keys whoever reaches them may do everything" if keys.open else "for who holds a secret key"


def _open_shop(workspace: Workspace) -> Shop:
    from pairwell.shop.face import open_shop

    return open_shop(workspace.root)


def _find_told(workspace: Workspace) -> frozenset[Told]:
    from pairwell.dataset.presence import find_told

    return find_told(workspace)


def _open(workspace: Workspace) -> Database:
    operations = load_published(workspace).settings.operations
    url = workspace.operations_url(operations.url)
    return join_database(url, durability=operations.durability, hang_s=_HANG_S)


class _PublishedLimits:
    """The limits as published, read anew when they are."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stamp = self._look()
        self._limits = load_published(workspace).settings.limits

    def __call__(self) -> Limits:
        if (stamp := self._look()) != self._stamp:
            self._stamp, self._limits = stamp, load_published(self._workspace).settings.limits
        return self._limits

    def _look(self) -> int:
        return (self._workspace.settings / CURRENT).stat().st_mtime_ns
