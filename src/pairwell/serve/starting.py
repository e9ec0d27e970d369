"""What `serve` starts: the online API, the pages and triggers, each in processes of its own; for the demo its shop."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack, closing

import msgspec

from pairwell.config.workspace import Workspace
from pairwell.errors import UserError
from pairwell.serve.listening import bind
from pairwell.serve.online.notices import Notices
from pairwell.serve.supervisor import Part, Ready, Supervisor

_GRACE_S = 12.0  # more than either process takes to finish its answers


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen, and with how many processes to decide. Port 0: any free one."""

    host: str = "127.0.0.1"
    port: int = 8420
    pages_port: int = 8421
    workers: int = 1
    shop_port: int | None = None  # of the demo's shop, where it is to be seen


def serve(workspace: Workspace, wanted: Wanted) -> None:
    """Serve a workspace until SIGTERM or SIGINT; answers under way are finished.

    Raises `UserError` where a port is taken, where others can reach the address and no key keeps them out, or where
    SQLite is to be written by several processes; `SettingsError` where nothing is published.
    """
    if wanted.workers > 1:
        _require_server(workspace, wanted.workers)
    with ExitStack() as stack:
        online = stack.enter_context(closing(bind(wanted.host, wanted.port)))
        pages = stack.enter_context(closing(bind(wanted.host, wanted.pages_port, option="--pages-port")))
        parts = [
            *(_decides(workspace, wanted, (online, pages), first=number == 0) for number in range(wanted.workers)),
            _shows(workspace, wanted, (online, pages)),
            _follows(workspace, (online, pages)),
        ]
        if wanted.shop_port is not None:
            shop = stack.enter_context(closing(bind("127.0.0.1", wanted.shop_port, option="--shop-port")))
            parts.append(_sells(workspace, shop, (online, pages)))
        Supervisor(parts, Notices(), grace_s=_GRACE_S).run()


def _decides(workspace: Workspace, wanted: Wanted, ports: Sequence[socket.socket], *, first: bool) -> Part:
    online, pages = ports

    def work(ready: Ready) -> None:
        from pairwell.serve.online.process import run_on

        pages_port: int = pages.getsockname()[1]
        pages.close()
        run_on(online, workspace, host=wanted.host, pages_port=pages_port, ready=ready)

    return Part("online", work, needed=first)


def _shows(workspace: Workspace, wanted: Wanted, ports: Sequence[socket.socket]) -> Part:
    online, pages = ports

    def work(ready: Ready) -> None:
        from pairwell.serve.pages.process import run_on

        online.close()
        run_on(pages, workspace, host=wanted.host, ready=ready)
        os._exit(0)  # a report that is still being made has nobody who waits, and nothing to lose

    return Part("pages", work)


def _follows(workspace: Workspace, others: Sequence[socket.socket]) -> Part:
    def work(ready: Ready) -> None:
        from pairwell.serve.triggering import run

        for other in others:
            other.close()
        run(workspace, ready=ready)

    return Part("triggers", work)


def _sells(workspace: Workspace, shop: socket.socket, others: Sequence[socket.socket]) -> Part:
    online_port: int = others[0].getsockname()[1]

    def work(ready: Ready) -> None:
        from pairwell.serve.storefront.process import run_on

        for other in others:
            other.close()
        run_on(shop, workspace, online_port=online_port, ready=ready)

    return Part("shop", work)


def _require_server(workspace: Workspace, workers: int) -> None:
    from pairwell.config.published import load_published

    url = workspace.operations_url(load_published(workspace).settings.operations.url)
    if url.startswith("sqlite"):
        raise UserError(
            f"{workers} processes cannot decide on one SQLite file without making each other wait.",
            hint="Serve with --workers 1, or keep operations in PostgreSQL; docs/postgresql.md says how.",
            field="workers",
        )
