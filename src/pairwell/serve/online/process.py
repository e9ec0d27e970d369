"""The online process: open a workspace, listen, answer until told to stop."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import uvicorn

from pairwell.config.workspace import Workspace
from pairwell.errors import UserError
from pairwell.serve.online.access.keyring import Ring
from pairwell.serve.online.app import create_app
from pairwell.serve.online.loopback import is_loopback
from pairwell.serve.online.service import Service
from pairwell.serve.online.sparing import sparing

_GRACE_S = 10  # for answers under way when the process is told to stop
_BACKLOG = 2_048
_SWITCH_S = 0.0005  # a deciding thread lets the listening one in after this; Python's default is ten times longer


def run(workspace: Workspace, *, host: str = "127.0.0.1", port: int = 8420) -> None:
    """Serve a workspace until SIGTERM or SIGINT; answers under way are finished. Port 0 takes any free one.

    Raises `UserError` where others can reach the address and no key keeps them out, or the port is taken,
    `SettingsError` where nothing is published.
    """
    local = is_loopback(host)
    with closing(_bind(host, port)) as listener, closing(Service(workspace)) as service:
        service.start()
        with closing(create_app(service, local=local)) as app, _signals_end_quietly():
            keys = app.keyring.last
            if not local:
                require_keys(keys, host)
            _listen(listener)
            _say_where(listener, keys)
            config = uvicorn.Config(
                app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=_GRACE_S
            )
            sys.setswitchinterval(_SWITCH_S)
            with sparing():
                uvicorn.Server(config).run(sockets=[listener])


def require_keys(keys: Ring | None, host: str) -> None:
    """Raise `UserError` where it is known that no key counts; what could not be read lets nobody in until it is."""
    if keys is not None and not keys.live:
        raise UserError(
            f"Others can reach {host}, and there is no key that keeps them out.",
            hint="Make one: pairwell keys create --secret. Without keys listen on 127.0.0.1.",
        )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay (TCP_NODELAY) only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _not_bound(host, port, error) from error
    return listener


def _listen(listener: socket.socket) -> None:
    """Let requests come, now that they are answered in time; until the server loops they wait."""
    try:
        listener.listen(_BACKLOG)
    except OSError as error:  # another process has bound the port too and came first
        host, port = listener.getsockname()[:2]
        raise _not_bound(host, port, error) from error


def _not_bound(host: str, port: int, error: OSError) -> UserError:
    if error.errno == errno.EADDRINUSE:
        return UserError(
            f"Port {port} of {host} is in use by another process.",
            hint="Stop that process, or choose another port with --port.",
        )
    return UserError(f"{host}:{port} cannot be listened on: {error.strerror}.", hint="Choose another --port.")


def _say_where(listener: socket.socket, keys: Ring | None) -> None:
    host, port = listener.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"Pairwell listens on http://{address}:{port}, {_who_may_ask(keys)}.\n")
    sys.stderr.flush()


def _who_may_ask(keys: Ring | None) -> str:
    if keys is None:
        return "and lets nobody in: the keys cannot be read yet"
    if keys.open:
        return "open: without keys whoever reaches it may do everything"
    kinds = [key.kind for key in keys.live]
    return f"for {kinds.count('secret')} secret and {kinds.count('publishable')} publishable keys"


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Let the signal pass that Uvicorn repeats once it has stopped; by then the work is done, and that is success."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
