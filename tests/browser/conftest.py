"""A real server with a small shop, the shop's pages on another origin, and Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.browser.dashboard import Dashboard, Reader, serving_demo, serving_firm
from tests.browser.pages import Told, Web, cart_page, web
from tests.e2e.running import RUN, started

from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.settings import Choice, Guards, Placement, Settings, Shop
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.facts.store import FactStore
from pairwell.journal.sealing import unseal
from pairwell.operations.database import open_database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES
from pairwell.records import CuratedRelation, Item, Relation

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PATIENCE_MS = "20000"  # of the widget where nothing is about speed
EVIL_ID = '"><script>window.hit=1</script>'
EVIL = "<img src=x onerror=window.hit=2>\u202e{{7*7}}${window.hit=3}"
_TOLD = """
SELECT events.event_id, events.payload, people.key FROM events LEFT JOIN people ON people.person = events.person
WHERE {} ORDER BY events.number
"""
_RUN_SHOP = (
    "import sys; from pathlib import Path; from pairwell.config.workspace import Workspace\n"
    "from pairwell.serve.listening import bind; from pairwell.serve.storefront.process import run_on\n"
    "run_on(bind('127.0.0.1', 0), Workspace(Path(sys.argv[1])), online_port=int(sys.argv[2]))\n"
)
_PATIENT: dict[str, Any] = {"deadline_ms": 20_000, "attention_minor": 0.0, "friction": 0.0}
SETTINGS = Settings(
    shop=Shop(currency="EUR", prices_include_tax=False),
    guards=Guards(add_on_price_share=0.5),
    choice=Choice(salt="fixed", holdout=0.0, withheld=0.0, exploration=0.0, temperature=0.001),
    placements={
        **{name: Placement(**_PATIENT) for name in ("product", "cart")},
        "checkout": Placement(kinds=("cross_sell",), **_PATIENT),
        "after_purchase": Placement(kinds=("cross_sell",), **_PATIENT),
        "email": Placement(channel="email", interrupts=True, **_PATIENT),
    },
)


class Online(NamedTuple):
    """The online process over the shop."""

    base: str
    key: str
    database: Path

    def told(self, decision_id: str, kind: str) -> list[dict[str, Any]]:
        """The events of one type that are in the journal for a decision, at least one; waits for it."""
        for _ in range(200):
            if found := self._find("decision_id = ? AND type = ?", decision_id, kind):
                return found
            time.sleep(0.05)
        return []

    def of_order(self, order_id: str, kind: str) -> list[dict[str, Any]]:
        """The events of one type that speak of an order."""
        return self._find("order_id = ? AND type = ?", order_id, kind)

    def acts(self, visitor_id: str, count: int) -> list[tuple[str, str]]:
        """Types and items of what one visitor did, by the alphabet; waits until there are `count`."""
        for _ in range(200):
            found = [event for event in self._find("decision_id IS NULL") if event.get("visitor_id") == visitor_id]
            if len(found) >= count:
                break
            time.sleep(0.05)
        return sorted((event["type"], event.get("item_id") or "") for event in found)

    def _find(self, where: str, *values: str) -> list[dict[str, Any]]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            found = connection.execute(_TOLD.format(where), values).fetchall()
        return [
            msgspec.json.decode(payload if key is None else unseal(payload, key, name=event_id))
            for event_id, payload, key in found
        ]


def _items() -> list[Item]:
    web_parts = {"url": "/products/mat", "image_url": "/pictures/mat.svg"}
    return [
        Item(item_id="tent", title="Tent", price_minor=23_500, rating=3.9, tier=1, attributes={"kg": "3.1"}),
        Item(item_id="tent-xl", title="Tent XL", price_minor=29_900, rating=4.6, tier=2, attributes={"kg": "2.4"}),
        Item(item_id="mat", title="Mat", price_minor=2_700, **web_parts),  # type: ignore[arg-type]
        Item(item_id="lamp", title="Lamp", price_minor=1_500),
        Item(item_id="pan", title="Pan", price_minor=3_900),
        Item(item_id="trap", title=EVIL, price_minor=20_000),
        Item(
            item_id=EVIL_ID, title=EVIL, price_minor=1_000, url="javascript:window.hit=4",
            image_url="javascript:window.hit=5",
        ),
    ]  # fmt: skip


def _relations() -> list[CuratedRelation]:
    set_by_people: list[tuple[str, str, Relation]] = [
        ("tent", "tent-xl", "upgrade"),
        ("tent", "mat", "complement"),
        ("tent", "lamp", "complement"),
        ("tent-xl", "pan", "complement"),
        ("trap", EVIL_ID, "complement"),
    ]
    return [
        CuratedRelation(anchor_id=anchor, item_id=item, relation=relation, rank=rank)
        for rank, (anchor, item, relation) in enumerate(set_by_people)
    ]


def _stock(workspace: Workspace) -> None:
    """Fill a workspace, without keys."""
    workspace.settings_file.write_text(render_settings(SETTINGS), encoding="utf-8")
    publish_settings(workspace)
    database = open_database(workspace.operations_url(""), durability="process")
    facts = FactStore(database)
    facts.write_items(_items(), at=NOW)
    facts.write_relations(_relations(), at=NOW)
    database.close()


def _make_key(workspace: Workspace, origin: str) -> str:
    """The text of a key for pages of `origin`."""
    database = open_database(workspace.operations_url(""), durability="process")
    wanted = Wanted(kind="publishable", origins=[origin])
    made = KeyStore(database).create(wanted, now=NOW, entropy=os.urandom(ENTROPY_BYTES))
    database.close()
    return made.text


@pytest.fixture(scope="session")
def shop() -> Iterator[Web]:
    """The shop's own web server."""
    with web() as served:
        yield served


@pytest.fixture
def elsewhere() -> Iterator[Web]:
    """A server that stands where the online process should."""
    with web() as served:
        yield served


@pytest.fixture(scope="session")
def online(shop: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Online]:
    workspace = create_workspace(tmp_path_factory.mktemp("storefront") / "shop")
    _stock(workspace)
    key = _make_key(workspace, shop.base)
    with started([sys.executable, "-c", RUN, str(workspace.root)]) as server:
        yield Online(server.base, key, workspace.operations_file)


@contextmanager
def selling(root: Path, online_port: int) -> Iterator[str]:
    """The demo's shop over the workspace at `root`: its address."""
    with started([sys.executable, "-c", _RUN_SHOP, str(root), str(online_port)]) as server:
        yield server.base


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Online]:
    """The demo's shop before an online process that runs open; `base` is the shop's."""
    workspace = create_workspace(tmp_path_factory.mktemp("demo") / "shop")
    _stock(workspace)
    (workspace.root / "export").mkdir()
    (workspace.root / "export" / "customers.csv").write_text("Customer ID\nC00001\n", encoding="utf-8")
    with (
        started([sys.executable, "-c", RUN, str(workspace.root)]) as online,
        selling(workspace.root, int(online.base.rpartition(":")[2])) as base,
    ):
        yield Online(base, "", workspace.operations_file)


def _find_chromium() -> str:
    """The browser's program; where there is none, what asks for it is skipped before anything is made for it."""
    found = os.environ.get("PAIRWELL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return found or pytest.skip("no Chromium: `apt-get install chromium`, or name it in PAIRWELL_CHROMIUM")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The pages of a demo; with PAIRWELL_DEMO it is made in that folder, or found there."""
    _find_chromium()
    folder = os.environ.get("PAIRWELL_DEMO") or tmp_path_factory.mktemp("dashboard") / "shop"
    with serving_demo(Path(folder)) as served:
        yield served


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The pages of a firm with accounts."""
    _find_chromium()
    with serving_firm(tmp_path_factory.mktemp("dashboard") / "firm") as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser without a window.

    Its driver keeps an event loop in this thread, beside which other tests could start none: so it ends with them.
    """
    program = _find_chromium()
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Visit:
    """A visitor of their own, and what the browser said."""

    def __init__(self, browser: Any, shop: Web, online: Online, **options: Any) -> None:
        self.shop = shop
        self.online = online
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **options})
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(
        self, *, headers: dict[str, str] | None = None, script: str | None = None, until: str = "load", **page: str
    ) -> None:
        """Open a cart; what is left out is as a shop would have it."""
        usual = {"key": self.online.key, "timeout": PATIENCE_MS, "class_": "room"}
        body = cart_page(script or f"{self.online.base}/widget.js", **{**usual, **page})
        self.page.goto(self.shop.show("/cart", Told(body, headers=headers or {})), wait_until=until)

    def heard(self, name: str) -> list[dict[str, Any]]:
        """The details of the element's events of one name so far; waits for the first."""
        self.page.wait_for_function("name => window.heard.some(one => one[0] === name)", arg=name)
        found: list[dict[str, Any]] = self.page.evaluate(
            "name => JSON.parse(JSON.stringify(window.heard.filter(one => one[0] === name).map(one => one[1])))", name
        )
        return found

    def offers(self) -> Any:
        return self.page.locator("pairwell-offers .offer")

    def card(self, title: str) -> Any:
        return self.offers().filter(has_text=title).first

    @property
    def shift(self) -> float:
        """How much moved by itself so far."""
        self.page.wait_for_timeout(300)
        return float(self.page.evaluate("window.shift"))


@pytest.fixture
def visit(chromium: Any, shop: Web, online: Online) -> Iterator[Callable[..., Visit]]:
    """Make a visitor: `visit(viewport=…)`."""
    made: list[Visit] = []

    def make(**options: Any) -> Visit:
        made.append(Visit(chromium, shop, online, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture
def reader(chromium: Any, pages: Dashboard) -> Iterator[Callable[..., Reader]]:
    """Make a reader: `reader(viewport=…, locale=…)`."""
    made: list[Reader] = []

    def make(**options: Any) -> Reader:
        made.append(Reader(chromium, pages.base, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
