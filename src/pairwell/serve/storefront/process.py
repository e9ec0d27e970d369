"""The demo shop's process: listen, answer browsers of this machine until told to stop."""

from __future__ import annotations

import csv
import socket
from collections.abc import Callable
from contextlib import closing
from itertools import islice

from pairwell.clock import system_clock
from pairwell.config.published import load_published
from pairwell.config.workspace import Workspace
from pairwell.facts.store import FactStore
from pairwell.operations.database import join_database
from pairwell.serve.answering import Here, answering
from pairwell.serve.listening import address_of
from pairwell.serve.storefront.app import Storefront
from pairwell.serve.storefront.asking import Online
from pairwell.serve.storefront.pages import Shop

_GRACE_S = 2
_HANG_S = 5.0
_CUSTOMERS = 8


def run_on(
    bound: socket.socket, workspace: Workspace, *, online_port: int, ready: Callable[[], None] = lambda: None
) -> None:
    """Show the shop on a bound socket, until SIGTERM or SIGINT. The online process listens at `online_port`."""
    settings = load_published(workspace).settings
    url = workspace.operations_url(settings.operations.url)
    customers = _some_customers(workspace)
    with closing(join_database(url, durability="process", hang_s=_HANG_S)) as database:
        facts = FactStore(database)
        app = Storefront(
            lambda: Shop(facts.items(), settings.shop.currency, customers), Online(online_port), system_clock
        )
        said = f"The demo's shop is at {address_of(bound)}."
        with answering(app, Here(bound, _GRACE_S, said, "--shop-port")) as answer:
            ready()
            answer()


def _some_customers(workspace: Workspace) -> list[str]:
    """A few of those in the demo's customer file."""
    try:
        with (workspace.root / "export" / "customers.csv").open(encoding="utf-8", newline="") as file:
            rows = islice(csv.reader(file), 1, 1 + _CUSTOMERS)
            return [row[0] for row in rows]
    except OSError:
        return []
