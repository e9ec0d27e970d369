"""The online process: open a workspace, listen, answer until told to stop."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import closing

from pairwell.config.workspace import Workspace
from pairwell.errors import UserError
from pairwell.serve.answering import Here, answering
from pairwell.serve.listening import address_of, bind
from pairwell.serve.online.access.keyring import Ring
from pairwell.serve.online.app import create_app
from pairwell.serve.online.loopback import is_loopback
from pairwell.serve.online.service import Service
from pairwell.serve.online.sparing import sparing

GRACE_S = 10  # for answers under way when the process is told to stop
_SWITCH_S = 0.0005  # a deciding thread lets the listening one in after this; Python's default is ten times longer


def run(workspace: Workspace, *, host: str = "127.0.0.1", port: int = 8420) -> None:
    """Serve a workspace in this process until SIGTERM or SIGINT; answers under way are finished. Port 0: any free one.

    Raises as `run_on`, and `UserError` where the port is taken.
    """
    with closing(bind(host, port)) as bound:
        run_on(bound, workspace, host=host)


def run_on(
    bound: socket.socket,
    workspace: Workspace,
    *,
    host: str,
    pages_port: int | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """As `run`, on a socket bound to `host`; `/` leads to `pages_port`, `ready` is called once requests may come.

    Raises `UserError` where others can reach the address and no key keeps them out, `SettingsError` where nothing is
    published.
    """
    local = is_loopback(host)
    with closing(Service(workspace)) as service:
        service.start()
        with closing(create_app(service, local=local, pages_port=pages_port)) as app:
            keys = app.keyring.last
            if not local:
                require_keys(keys, host)
            here = Here(bound, GRACE_S, f"Pairwell listens on {address_of(bound)}, {who_may_ask(keys)}.")
            with answering(app, here) as answer:
                ready()
                sys.setswitchinterval(_SWITCH_S)
                with sparing():
                    answer()


def require_keys(keys: Ring | None, host: str) -> None:
    """Raise `UserError` where it is known that no key counts; what could not be read lets nobody in until it is."""
    if keys is not None and not keys.live:
        raise UserError(
            f"Others can reach {host}, and there is no key that keeps them out.",
            hint="Make one: pairwell keys create --secret. Without keys listen on 127.0.0.1.",
        )


def who_may_ask(keys: Ring | None) -> str:
    """What the process says of its door as it opens."""
    if keys is None:
        return "and lets nobody in: the keys cannot be read yet"
    if keys.open:
        return "open: without keys whoever reaches it may do everything"
    kinds = [key.kind for key in keys.live]
    return f"for {kinds.count('secret')} secret and {kinds.count('publishable')} publishable keys"
