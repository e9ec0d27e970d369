"""How long every page takes, on the demo or on another shop, over a bare Litestar page: bench/pages.py [WORKSPACE]."""

from __future__ import annotations

import argparse
import json
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.report import store
from bench.serve import HERE, PAIRWELL, port_of, started

import pairwell
from pairwell.serve.pages.views.all import UNLISTED

BARE = "bare page"
AFTER = ("changed_ms", "fresh_ms")
PATIENCE_S = 600.0


def main() -> None:
    asked = read_arguments()
    with ExitStack() as stack:
        folder = asked.workspace or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "shop"
        if not folder.exists():
            make(folder, asked)
        found = measure(folder, asked.times)
    for name, one in found.items():
        after = "".join(f" {one[key]:9.1f}" for key in AFTER if key in one)
        usual = (one[key] for key in ("first_ms", "median_ms", "worst_ms", "ratio"))
        print(f"{name:60.60}" + "".join(f" {value:9.1f}" for value in usual) + after)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n")


def make(folder: Path, asked: argparse.Namespace) -> None:
    """The demo; with orders a shop of so many, of which nothing was learned and nobody asked for offers."""
    if not asked.orders:
        subprocess.run([PAIRWELL, "demo", str(folder), "--once"], check=True, stdout=subprocess.DEVNULL)
        return
    with pairwell.create(folder) as shop:
        store(shop, folder.parent, asked.orders, asked.events)


def measure(folder: Path, times: int) -> dict[str, dict[str, float]]:
    """Milliseconds from asking to the last byte: of the first answer, and the median and the worst of the later ones.

    One asks at a time, over one connection to this machine, at first while reports are made ahead. A report is kept as
    long as nothing changes; every other page is made anew each time. `ratio`: of the median to that of the bare page.
    Of a report also, once all was looked at: `changed_ms`, the page after an event came in, and `fresh_ms`, the time
    until it has the newer figures.
    """
    command = [PAIRWELL, "serve", "--workspace", str(folder), "--port", "0", "--pages-port", "0"]
    with started(command, r"pages are at http://[^ ]+:(\d+),") as own:
        with started([sys.executable, str(HERE / "bare.py")], r"^(\d+)$") as bare, client(bare.port) as floor:
            found = {BARE: timed(floor, "/", times)}
        with client(own.port) as pages:
            for path, first_ms in walked(pages):
                found[path] = timed(pages, path, times) | {"first_ms": first_ms}
                print(f"{path}: {found[path]}", file=sys.stderr, flush=True)
            online = port_of(own, r"listens on http://[^ ]+:(\d+),")
            for path in filter(is_report, found):
                found[path] |= after_a_change(pages, online, path)
    least = found[BARE]["median_ms"]
    return {name: one | {"ratio": round(one["median_ms"] / least, 1)} for name, one in found.items()}


def is_report(path: str) -> bool:
    return path == "/" or path.startswith("/reports/")


def after_a_change(pages: httpx.Client, online: str, path: str) -> dict[str, float]:
    """Somebody looks at an item, and then somebody opens the page of a report."""
    seen = {"type": "view", "at": datetime.now(UTC).isoformat(), "visitor_id": "bench", "item_id": "bench"}
    event = {"event_id": secrets.token_hex(16), **seen}
    httpx.post(f"http://127.0.0.1:{online}/v1/events", json=event, timeout=PATIENCE_S).raise_for_status()
    start = time.perf_counter()
    pages.get(path).raise_for_status()
    changed = time.perf_counter()
    pages.get(path, params={"fresh": "1"}).raise_for_status()
    took = changed - start, time.perf_counter() - start
    return {name: round(seconds * 1e3, 1) for name, seconds in zip(AFTER, took, strict=True)}


def client(port: str) -> httpx.Client:
    headers = {"accept": "text/html"}
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE_S)


def walked(pages: httpx.Client) -> Iterator[tuple[str, float]]:
    """Every page with the milliseconds of its first answer: the navigation, and the first link of each other kind."""
    wanted, seen = ["/", "/reports", "/account", "/trial"], set[str]()
    while wanted:
        path = wanted.pop(0)
        start = time.perf_counter()
        answer = pages.get(path)
        took = round((time.perf_counter() - start) * 1e3, 1)
        kind = path.partition("?")[0]
        if kind in seen:
            continue
        seen.add(kind)
        wanted += [link for link in links(answer.text) if is_page(link) and link.partition("?")[0] not in seen]
        if answer.status_code == httpx.codes.OK:
            yield path, took


def links(text: str) -> Sequence[str]:
    return [unescape(one) for one in re.findall(r'(?:href|action)="(/[^"#]*)"', text)]


def is_page(link: str) -> bool:
    kind = link.partition("?")[0]
    listed = "?" not in link and not re.match(r"/(api|vendor|scripts|preferences|style|icon|sign-|quarantine/)", kind)
    return (listed and "." not in kind) or kind in UNLISTED


def timed(pages: httpx.Client, path: str, times: int) -> dict[str, float]:
    took = list[float]()
    for _ in range(times + 1):
        start = time.perf_counter()
        pages.get(path).raise_for_status()
        took.append((time.perf_counter() - start) * 1e3)
    first, *later = took
    found = {"first_ms": first, "median_ms": statistics.median(later), "worst_ms": max(later)}
    return {name: round(value, 1) for name, value in found.items()}


def read_arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path, nargs="?", help="a shop to serve; without one the demo is made")
    parser.add_argument("--times", type=int, default=20, help="that every page is asked for after the first answer")
    parser.add_argument("--orders", type=int, default=0, help="of a shop to make instead of the demo")
    parser.add_argument("--events", type=int, default=10_000_000, help="of that shop")
    parser.add_argument("--json", type=Path, help="file to write")
    return parser.parse_args()


if __name__ == "__main__":
    main()
