"""`POST /v1/track`, `/v1/batch` and the like: calls as the libraries of Segment and RudderStack send them."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from pairwell.errors import RequestError
from pairwell.events import EventReceipt, EventRefusal
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.credentials import Shown, show_in_body
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.settling import LetIn
from pairwell.serve.online.faults import Fault, Refused, too_busy, too_large
from pairwell.serve.online.feeds.segment import SOURCE, tell_calls
from pairwell.serve.online.feeds.told import Cells, Terms, Told
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.line import Full, Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, send_json

CALL_BYTES: Final = 32_768
BATCH_BYTES: Final = 512_000
_BATCH = ""
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/v1/track": "track", "/v1/identify": "identify", "/v1/page": "page", "/v1/screen": "screen",
        "/v1/group": "group", "/v1/alias": "alias", "/v1/batch": _BATCH, "/v1/import": _BATCH,
        "/v1/t": "track", "/v1/i": "identify", "/v1/p": "page", "/v1/s": "screen", "/v1/g": "group", "/v1/a": "alias",
        "/v1/b": _BATCH, "/v1/m": "metrics",
    }
)  # fmt: skip
"""What a route takes: calls of one type, or a batch of any."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Calls sent together; each tells something, or not, by itself."""

    batch: list[msgspec.Raw]
    sentAt: Any = None  # noqa: N815  (as it is called there)
    writeKey: str | None = None  # noqa: N815


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    writeKey: str | None = None  # noqa: N815


class CallReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of calls; `refused` says of which, by its place from 0."""

    success: bool  # always: it was heard
    accepted: int
    duplicates: int
    refused: list[EventRefusal]
    left: dict[str, int]  # calls, or parts of one, that tell nothing, by the rule that says why


_batch = msgspec.json.Decoder(Batch)
_call = msgspec.json.Decoder(Cells)
_shown = msgspec.json.Decoder(_Shown)


class Calls:
    """Takes calls, into the line in which all events wait; answers when they are durable."""

    def __init__(
        self, service: Service, line: Line[LetIn[SentEvents], EventReceipt], gate: Gate, counts: Counts
    ) -> None:
        self._service = service
        self._line = line
        self._gate = gate
        self._counts = counts
        self._holding = Holding("calls", most_bytes=32_000_000, most_bodies=2_000, seconds=30.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, shown: Shown) -> None:
        kind = KINDS[scope["path"]]
        caller = await self._gate.recall(scope, shown)
        limit = BATCH_BYTES if kind == _BATCH else CALL_BYTES
        with self._holding.open() as opened:
            body = _unpacked(scope, await opened.read(scope, receive, limit=limit), limit)
            if caller.kind == "nobody":  # a page's library shows its key in the body
                shown = show_in_body(decode(body, _shown).writeKey, shown)
                caller = await self._gate.recall(scope, shown)
                caller.require_key()
            receipt = await self._gate.settle(scope, shown, caller, lambda by: self._take(kind, body, by))
        await send_json(send, 200, encoder.encode(receipt))

    async def _take(self, kind: str, body: bytes, caller: Caller) -> CallReceipt:
        told = await asyncio.to_thread(self._read, kind, body, of_page=not caller.may_everything)
        taken = EventReceipt(accepted=0, duplicates=0, refused=[])
        if told.events:
            try:
                taken = await self._line.run(LetIn(SentEvents(body=told.body(), caller=caller), caller.epoch))
            except Full as error:
                raise too_busy("events") from error
        self._counts.fed(SOURCE, events=len(told.events), left=told.left)
        refused = [_in_words_of_calls(one, told.places[one.index]) for one in taken.refused]
        return CallReceipt(
            success=True, accepted=taken.accepted, duplicates=taken.duplicates, refused=refused, left=told.left
        )

    def _read(self, kind: str, body: bytes, *, of_page: bool) -> Told:
        if kind not in {_BATCH, "track"}:
            return Told(left={"not_track": 1})
        settings = self._service.live.settings.settings
        terms = Terms(now=self._service.clock(), currency=settings.shop.currency, zone=ZoneInfo(settings.shop.timezone))
        if kind != _BATCH:
            call = decode(body, _call)
            return tell_calls([{**call, "type": kind}], call.get("sentAt"), terms, of_page=of_page)
        batch = decode(body, _batch)
        return tell_calls([_read_call(one) for one in batch.batch], batch.sentAt, terms, of_page=of_page)


def _in_words_of_calls(refusal: EventRefusal, place: int) -> EventRefusal:
    """What an event lacks, as calls name it."""
    if refusal.code != "item_missing":
        return msgspec.structs.replace(refusal, index=place)
    message = "The call names no item: expected `properties.sku` or `properties.product_id`."
    return msgspec.structs.replace(refusal, index=place, message=message)


def _read_call(raw: msgspec.Raw) -> Cells | str:
    """A call of a batch, or the rule by which it is none: it holds up no other."""
    if len(memoryview(raw)) > CALL_BYTES:
        return "too_large"
    try:
        return decode(raw, _call)
    except (RequestError, Refused):
        return "bad_request"


def _unpacked(scope: Scope, body: bytes, limit: int) -> bytes:
    """The body without gzip, where it says so. Raises `Refused`: 400 where it is none, 413 where it grows too large."""
    coding = [value.strip().lower() for name, value in scope["headers"] if name == b"content-encoding"]
    if coding in ([], [b"identity"]):
        return body
    if coding != [b"gzip"]:
        raise _undecodable("`Content-Encoding` is neither `gzip` nor `identity`.")
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = reader.decompress(body, limit + 1)
    except zlib.error as error:
        raise _undecodable("The body is no gzip.") from error
    if len(found) > limit:
        raise too_large(limit)
    if not reader.eof or reader.unused_data:
        raise _undecodable("The body is cut, or more than one.")
    return found


def _undecodable(message: str) -> Refused:
    return Refused(400, Fault(code="invalid_json", message=message, hint="Send UTF-8 JSON, as it is or as gzip."))
