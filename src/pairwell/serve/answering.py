"""Answer on a socket until told to stop."""

from __future__ import annotations

import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import uvicorn

from pairwell.serve.ending import asked_to_end
from pairwell.serve.listening import listen
from pairwell.serve.online.wire import Receive, Scope, Send

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Here(NamedTuple):
    """Where to answer."""

    bound: socket.socket
    grace_s: int  # for answers under way when the process is told to stop
    said: str  # to the operator, once requests may come
    option: str = "--port"  # that names another port


@contextmanager
def answering(app: App, here: Here) -> Iterator[Callable[[], None]]:
    """From now on requests may come to an ASGI application; what is given answers them until SIGTERM or SIGINT.

    Raises `UserError` where another process listens there.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=here.grace_s,
    )
    server = uvicorn.Server(config)
    with _signals_end_quietly(server):
        listen(here.bound, option=here.option)
        sys.stderr.write(f"{here.said}\n")
        sys.stderr.flush()
        yield partial(server.run, sockets=[here.bound])


@contextmanager
def _signals_end_quietly(server: uvicorn.Server) -> Iterator[None]:
    """Let the signal pass that Uvicorn repeats once it has stopped; by then the work is done, and that is success.

    One that comes before Uvicorn listens to signals ends the server as well.
    """

    def stop() -> None:
        server.should_exit = True

    with asked_to_end(stop):
        yield
