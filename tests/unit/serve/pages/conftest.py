"""The pages over reports that are made up, and a client that asks them in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import httpx
import msgspec
import pytest
from argon2 import PasswordHasher

from pairwell.config.published import publish_settings
from pairwell.config.settings import Limits
from pairwell.config.workspace import Workspace
from pairwell.dataset.presence import find_told
from pairwell.errors import NotFoundError, PairwellError
from pairwell.measure.period import Period
from pairwell.operations.database import Database, open_database
from pairwell.operations.keys.store import KeyStore
from pairwell.operations.users import passwords
from pairwell.operations.users.store import ROLES, NewUser, UserStore
from pairwell.report.record import Column, Figure, Report, Table
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.keyring import Keyring
from pairwell.serve.online.notices import Notices
from pairwell.serve.pages.app import Making, PagesApp
from pairwell.serve.pages.asked import Question
from pairwell.serve.pages.desk import Made
from pairwell.serve.pages.door import Door
from pairwell.serve.pages.register import Register
from pairwell.shop.face import open_shop

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PASSWORD = "four quiet words here"
BASE = "http://127.0.0.1:8421"
EVIL = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
Ask = Callable[..., httpx.Response]

REPORT = Report(
    name="overview",
    title=f"Shop {EVIL}",
    currency="EUR",
    timezone="UTC",
    period=Period(since=NOW - timedelta(days=30), until=NOW),
    figures=[Figure(key="orders", title="Orders", unit="count", value=12)],
    tables=[
        Table(
            key="categories",
            title="By category",
            columns=[
                Column(key="category", title=EVIL, unit="text"),
                Column(key="orders", title="Orders", unit="count"),
            ],
            rows=[{"category": EVIL, "orders": 7}],
            chart="bars",
            note=EVIL,
        )
    ],
    notes=[EVIL],
)


class MadeUp:
    """Makes one report for all names but `nope`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.state: Hashable = 1
        self.sums = 0
        self.gone: set[Hashable] = set()  # states of which nothing is to be shown any more
        self.report = REPORT
        self.error: PairwellError | None = None

    def look(self) -> Hashable:
        return self.state

    def stands(self, state: Hashable) -> bool:
        return state not in self.gone

    def set_up(self, state: Hashable) -> Hashable:
        return state

    def sum_up(self) -> None:
        self.sums += 1

    def make(self, question: Question) -> Made:
        self.asked.append(question)
        if self.error is not None:
            raise self.error
        if question.name == "nope":
            raise NotFoundError("There is no report 'nope'.", field="name")
        return Made(msgspec.structs.replace(self.report, name=question.name), self.state, NOW)


@pytest.fixture
def maker() -> MadeUp:
    return MadeUp()


@pytest.fixture
def database(workspace: Workspace) -> Iterator[Database]:
    with closing(open_database(workspace.operations_url(""), durability="process")) as opened:
        yield opened


@pytest.fixture
def keys(database: Database) -> KeyStore:
    return KeyStore(database)


@pytest.fixture
def log() -> StringIO:
    """What the process said to its operator."""
    return StringIO()


def ask_of(app: PagesApp) -> Ask:
    """Send one request: `ask("GET", path, headers=…)`."""

    async def send(method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, **options)

    return lambda method, path, **options: asyncio.run(send(method, path, **options))


@contextmanager
def serve_pages(
    workspace: Workspace, database: Database, maker: MadeUp, log: StringIO | None = None, *, local: bool = True
) -> Iterator[Ask]:
    """A client of the pages, which only this machine can reach or others, too."""
    notices = Notices(clock=lambda: NOW, stream=log or StringIO())
    ring = Keyring(KeyStore(database), notices, patience_s=lambda: 60.0)
    gate = Gate(ring, limits=Limits, clock=lambda: NOW, local=local)
    register = Register(database, lambda: NOW, patience_s=60.0)
    making = Making(maker, lambda: open_shop(workspace.root), lambda: find_told(workspace))
    app = PagesApp(making, Door(gate, register), notices, at_once=1)
    with closing(ring), closing(register), closing(app):
        yield ask_of(app)


@pytest.fixture
def pages(workspace: Workspace, database: Database, maker: MadeUp, log: StringIO) -> Iterator[Callable[[bool], Ask]]:
    """Makes a client of the pages, which only this machine can reach or (False) others, too."""
    with ExitStack() as opened:
        yield lambda local: opened.enter_context(serve_pages(workspace, database, maker, log, local=local))


@pytest.fixture
def ask(pages: Callable[[bool], Ask]) -> Ask:
    """A client of pages that only this machine can reach."""
    return pages(True)


@contextmanager
def cheaply_hashed() -> Iterator[None]:
    """Passwords are hashed with next to no work meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def cheap_hashes() -> Iterator[None]:
    """Passwords are hashed with next to no work."""
    with cheaply_hashed():
        yield


@pytest.fixture
def published(workspace: Workspace) -> None:
    """The workspace has live settings."""
    publish_settings(workspace)


@pytest.fixture
def users(database: Database) -> UserStore:
    """One of each role, called by it."""
    store = UserStore(database)
    for role in reversed(ROLES):
        store.add(NewUser(name=role, role=role, password=PASSWORD), author="root", now=NOW)
    return store
