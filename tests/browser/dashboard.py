"""A demo of which somebody has made some use, the servers over it, and somebody who looks at its pages."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
from tests.e2e.running import LOADING_S, PAIRWELL, publish_patient, started, wait_for

from pairwell.config.workspace import Workspace
from pairwell.shop.face import create_shop
from pairwell.simulate.firm.exports import write_firm
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.world import make_firm

_FIRM: Final = FirmSize(accounts=40)
_OF_FIRM: Final = ("plans", "accounts", "subscriptions", "usage", "feedback", "benefits", "stories")


class Dashboard(NamedTuple):
    """Where a demo lies, and where it listens."""

    folder: Path
    base: str  # of its pages
    online: str


class Reader:
    """Somebody who looks at pages, and what the browser said meanwhile."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        self.base, self._scripted = base, options.get("java_script_enabled", True)
        self.context = browser.new_context(base_url=base, reduced_motion="reduce", **options)
        self.context.set_default_timeout(LOADING_S * 1000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda one: self.said.extend([] if self._own(one.url) else [one.url]))

    def open(self, path: str) -> Any:
        """The page at a path, once all that it fetches by itself is there."""
        answer = self.page.goto(path, wait_until="load")
        if self._scripted:
            self.page.wait_for_selector("[hx-trigger=load]", state="detached")
        if answer.status != 200:
            self.said.append(f"{answer.status}: {self.page.locator('main').inner_text()}")
        return self.page

    def complaints(self) -> list[str]:
        """What the browser said since this was asked last."""
        said, self.said = self.said, []
        return said

    def _own(self, url: str) -> bool:
        return url.startswith((self.base + "/", "data:", "blob:"))


@contextmanager
def serving_demo(folder: Path) -> Iterator[Dashboard]:
    """The demo in a folder, made where there is none, and its online process and its pages."""
    fresh = not folder.exists()
    if fresh:
        run("demo", str(folder), "--once")
        publish_patient(Workspace(folder))  # a late answer is silence that no page shows
        _make_use(folder)
    with started([PAIRWELL, "serve", "--workspace", str(folder), "--port", "0", "--pages-port", "0"]) as server:
        base, online = (_found(server.said, words) for words in ("pages are at", "Pairwell listens on"))
        if fresh:
            _come(folder, online)
        yield Dashboard(folder, base, online)


@contextmanager
def serving_firm(folder: Path) -> Iterator[Dashboard]:
    """A small firm that sells by subscription, simulated in a folder, and its pages."""
    with create_shop(folder, industry="saas") as shop:
        files = write_firm(make_firm(1, size=_FIRM), folder / "export")
        for table in _OF_FIRM:
            shop.ingest(table, files[table])
    with started([PAIRWELL, "serve", "--workspace", str(folder), "--port", "0", "--pages-port", "0"]) as server:
        base, online = (_found(server.said, words) for words in ("pages are at", "Pairwell listens on"))
        yield Dashboard(folder, base, online)


def run(*words: str, told: str = "") -> str:
    """What a command prints; `told` is what it reads."""
    done = subprocess.run([PAIRWELL, *words], check=True, capture_output=True, text=True, input=told, timeout=LOADING_S)
    return done.stdout


def _make_use(folder: Path) -> None:
    """Try other settings on half of the customers, change the draft, and take a file with a row that says nothing."""
    tried, late = folder / "tried.toml", folder / "late.csv"
    tried.write_text("[slots]\nmax = 2\n", encoding="utf-8")
    why = ["--author", "owner", "--reason", "Fewer offers may be read more."]
    start = ["experiment", "start", "two-at-most", "--settings", str(tried), "--days", "14", *why]
    run(*start, "--workspace", str(folder))
    head, *rows = (folder / "export" / "orders.csv").read_text(encoding="utf-8").splitlines()[:30]
    wrong = ",".join("" if place < 4 else cell for place, cell in enumerate(rows[0].split(",")))
    late.write_text("\n".join([head, *rows, wrong]) + "\n", encoding="utf-8")
    run("ingest", "orders", str(late), "--workspace", str(folder))
    draft = folder / "pairwell.toml"
    settings = draft.read_text(encoding="utf-8")
    draft.write_text(settings.replace("add_on_price_share = 0.3\n", "add_on_price_share = 0.25\n"), encoding="utf-8")
    assert draft.read_text(encoding="utf-8") != settings


def _come(folder: Path, online: str) -> None:
    """Customers of the demo look at what they bought once: the experiment has somebody to tell of."""
    with (folder / "export" / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Customer ID"]: row["SKU"] for row in csv.DictReader(file)}
    with httpx.Client(base_url=online, timeout=LOADING_S) as client:
        for customer_id, item_id in islice(rows.items(), 80):
            asked = {"placement": "cart", "customer_id": customer_id, "cart": [{"item_id": item_id}]}
            client.post("/v1/decisions", json=asked).raise_for_status()


def _found(said: list[str], words: str) -> str:
    return wait_for(
        lambda: next((one[1] for one in re.finditer(rf"{words} (http://[\d.:]+)", "".join(said))), "")
    ).rstrip(":")
