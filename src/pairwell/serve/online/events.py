"""`POST /v1/events`, in plain ASGI."""

from __future__ import annotations

import msgspec

from pairwell.events import Event, EventReceipt
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.credentials import Shown, take_from_beacon
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.settling import LetIn
from pairwell.serve.online.faults import too_busy
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.line import Full, Line
from pairwell.serve.online.sorting import SentEvents
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, send_json

LIMIT_BYTES = 5_000_000
PAGE_LIMIT_BYTES = 65_536  # what browsers send in one beacon


class EventBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Events sent together; each is taken or refused by itself."""

    events: list[Event]


class Beacon(EventBatch, frozen=True, kw_only=True):
    """A batch of a page that cannot set headers: it shows its key in the body."""

    key: str
    customer_token: str | msgspec.UnsetType = msgspec.UNSET


class Events:
    """Takes events on a thread of its own, bodies that wait together in one transaction; answers when durable.

    The content type is not looked at.
    """

    def __init__(self, line: Line[LetIn[SentEvents], EventReceipt], gate: Gate, holding: Holding) -> None:
        self._line = line
        self._gate = gate
        self._holding = holding

    async def __call__(self, scope: Scope, receive: Receive, send: Send, shown: Shown) -> None:
        caller = await self._gate.recall(scope, shown)
        with self._holding.open() as opened:
            body = await opened.read(scope, receive, limit=LIMIT_BYTES if caller.may_everything else PAGE_LIMIT_BYTES)
            if caller.kind == "nobody":  # a beacon shows its key in its body
                shown, body = take_from_beacon(body, shown)
                caller = await self._gate.recall(scope, shown)
                caller.require_key()
            receipt = await self._gate.settle(scope, shown, caller, lambda by: self._take(body, by))
        await send_json(send, 202, encoder.encode(receipt))

    async def _take(self, body: bytes, caller: Caller) -> EventReceipt:
        try:
            return await self._line.run(LetIn(SentEvents(body=body, caller=caller), caller.epoch))
        except Full as error:
            raise too_busy("events") from error
