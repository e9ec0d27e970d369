"""`POST /v1/events`, in plain ASGI."""

from __future__ import annotations

import msgspec

from pairwell.events import Event, EventReceipt
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.credentials import read_shown, take_from_beacon
from pairwell.serve.online.access.gate import Gate
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

    def __init__(self, line: Line[SentEvents, EventReceipt], gate: Gate, holding: Holding) -> None:
        self._line = line
        self._gate = gate
        self._holding = holding

    async def __call__(self, scope: Scope, receive: Receive, send: Send, caller: Caller) -> None:
        with self._holding.open() as opened:
            body = await opened.read(scope, receive, limit=LIMIT_BYTES if caller.may_everything else PAGE_LIMIT_BYTES)
            if caller.kind == "nobody":  # a beacon shows its key in its body
                shown, body = take_from_beacon(body, read_shown(scope))
                caller = await self._gate.admit(scope, shown)
                caller.require_key()
            try:
                receipt = await self._line.run(SentEvents(body=body, caller=caller))
            except Full as error:
                raise too_busy("events") from error
        await send_json(send, 202, encoder.encode(receipt))
