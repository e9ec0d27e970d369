"""`POST /v1/webhooks/…`: what shop systems send by themselves, signed with a secret that both know."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pairwell.config.feeds import Feed, Feeds
from pairwell.config.settings import Settings
from pairwell.events import EventReceipt, EventRefusal
from pairwell.serve.online.access.credentials import Shown
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.keyring import KeysUnreadError
from pairwell.serve.online.access.settling import KeysMovedError, LetIn
from pairwell.serve.online.faults import Fault, Refused, too_busy
from pairwell.serve.online.feeds.arriving import Arrivals
from pairwell.serve.online.feeds.shopify import tell_shopify
from pairwell.serve.online.feeds.signing import read_signature, require_signed, secrets_of
from pairwell.serve.online.feeds.told import Cells, Terms, Told
from pairwell.serve.online.feeds.woocommerce import tell_woocommerce
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.line import Full, Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, send_json

LIMIT_BYTES: Final = 5_000_000
_PING_BYTES = 64
_PING = re.compile(rb"webhook_id=\d{1,20}")
_FORM = b"application/x-www-form-urlencoded"
_TRIES = 2  # the keys may move once while a delivery waits
_payload = msgspec.json.Decoder(Cells)


class System(msgspec.Struct, frozen=True, kw_only=True):
    """A shop system, and how it says what it sends."""

    name: str
    feed: Callable[[Feeds], Feed]
    signature: bytes  # the header with it, in lower case
    topic: str
    tell: Callable[[str, Cells, Mapping[str, str], Terms], Told]
    pings: bool = False  # it tries a new address with a form that nobody signed


SHOPIFY = System(
    name="shopify",
    feed=lambda feeds: feeds.shopify,
    signature=b"x-shopify-hmac-sha256",
    topic="x-shopify-topic",
    tell=tell_shopify,
)
WOOCOMMERCE = System(
    name="woocommerce",
    feed=lambda feeds: feeds.woocommerce,
    signature=b"x-wc-webhook-signature",
    topic="x-wc-webhook-topic",
    tell=tell_woocommerce,
    pings=True,
)
PATHS: Final = {f"/v1/webhooks/{system.name}": system for system in (SHOPIFY, WOOCOMMERCE)}


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a delivery."""

    accepted: int
    duplicates: int
    refused: list[EventRefusal]
    left: dict[str, int]  # what of it told nothing, by the rule that says why


class Webhooks:
    """Takes deliveries of one system, into the line in which all events wait; answers when they are durable."""

    def __init__(
        self, system: System, service: Service, line: Line[LetIn[SentEvents], EventReceipt], gate: Gate, counts: Counts
    ) -> None:
        self._system = system
        self._service = service
        self._line = line
        self._gate = gate
        self._counts = counts
        self._arrivals = Arrivals(f"unsigned webhooks of {system.name}")
        self._holding = Holding(f"webhooks of {system.name}", most_bytes=32_000_000, most_bodies=500, seconds=30.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, _shown: Shown) -> None:
        secrets = self._secrets()
        if self._system.pings and _is_form(scope):
            await self._answer_ping(scope, receive, send)
            return
        signature = read_signature(scope, self._system.signature)
        body = await self._arrivals.read(scope, receive, limit=LIMIT_BYTES)
        require_signed(body, signature, secrets)
        with self._holding.open() as signed:
            signed.hold(len(body))
            told = await asyncio.to_thread(self._read, body, _headers(scope))
            receipt = await self._take(told.body()) if told.events else _NOTHING
        self._counts.fed(self._system.name, events=len(told.events), left=told.left)
        answer = Delivered(
            accepted=receipt.accepted, duplicates=receipt.duplicates, refused=receipt.refused, left=told.left
        )
        await send_json(send, 200, encoder.encode(answer))

    def _secrets(self) -> list[bytes]:
        """Raises `Refused`: 404 where these webhooks are not taken, 503 where they are and no secret is there."""
        settings, name = self._settings(), self._system.name
        feed = self._system.feed(settings.feeds)
        if not feed.secret_env and not feed.other_secret_env:
            raise _not_taken(name)
        secrets = secrets_of(feed, os.environ)
        if not secrets:
            missing = feed.secret_env or feed.other_secret_env
            self._service.notices.tell(
                "error",
                "feed_secret_missing",
                f"`feeds.{name}` names {missing}, which this process's environment lacks.",
            )
            raise _no_secret(name)
        return secrets

    async def _answer_ping(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._arrivals.read(scope, receive, limit=_PING_BYTES)
        if not _PING.fullmatch(body):
            read_signature(scope, self._system.signature)
            raise Refused(400, Fault(code="invalid_json", message="The body is a form.", hint="Send JSON, signed."))
        await send_json(send, 200, encoder.encode(Delivered(accepted=0, duplicates=0, refused=[], left={"ping": 1})))

    def _read(self, body: bytes, headers: Mapping[str, str]) -> Told:
        settings = self._settings()
        terms = Terms(
            now=self._service.clock(),
            currency=settings.shop.currency,
            zone=ZoneInfo(settings.shop.timezone),
            items_named=self._service.items_named,
        )
        return self._system.tell(headers.get(self._system.topic, ""), decode(body, _payload), headers, terms)

    async def _take(self, body: bytes) -> EventReceipt:
        for _ in range(_TRIES):
            caller = await self._gate.admit_signed(f"feed:{self._system.name}")
            try:
                return await self._line.run(LetIn(SentEvents(body=body, caller=caller), caller.epoch))
            except KeysMovedError:
                continue
            except Full as error:
                raise too_busy("events") from error
        raise KeysUnreadError

    def _settings(self) -> Settings:
        return self._service.live.settings.settings


_NOTHING = EventReceipt(accepted=0, duplicates=0, refused=[])


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _is_form(scope: Scope) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return len(kinds) == 1 and kinds[0].partition(b";")[0].strip().lower() == _FORM


def _not_taken(name: str) -> Refused:
    message = f"Webhooks of {name} are not taken here."
    hint = (
        f"Name the environment variable with their secret in `[feeds.{name}]`: `secret_env`, then `pairwell publish`."
    )
    return Refused(404, Fault(code="feed_not_set_up", message=message, hint=hint))


def _no_secret(name: str) -> Refused:
    message = f"The secret of the webhooks of {name} is not at hand."
    hint = "The log names the environment variable to set before `pairwell serve`. Send it again then."
    return Refused(503, Fault(code="feed_secret_missing", message=message, hint=hint), {"retry-after": "60"})
