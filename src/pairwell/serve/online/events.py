"""`POST /v1/events`, in plain ASGI."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pairwell.errors import RequestError
from pairwell.records import Event, EventReceipt, EventRefusal
from pairwell.serve.online.faults import Refused, too_busy
from pairwell.serve.online.line import Full, Line
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import Service
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, read_body, send_json

LIMIT_BYTES = 5_000_000


class EventBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Events sent together; each is taken or refused by itself."""

    events: list[Event]


class _Body(msgspec.Struct, frozen=True):
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Named(msgspec.Struct, frozen=True):
    event_id: str | None = None


_event = msgspec.json.Decoder(Event)
_body = msgspec.json.Decoder(_Body)
_named = msgspec.json.Decoder(_Named)


class Events:
    """Takes events on a thread of its own; answers when they are durable. The content type is not looked at."""

    def __init__(self, service: Service, line: Line) -> None:
        self._service = service
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(scope, receive, limit=LIMIT_BYTES)
        try:
            receipt = await self._line.run(lambda: self._take(body))
        except Full as error:
            raise too_busy("events") from error
        await send_json(send, 202, encoder.encode(receipt))

    def _take(self, body: bytes) -> EventReceipt:
        batch = decode(body, _body).events
        if batch is msgspec.UNSET:
            return self._service.take([decode(body, _event)])
        places, events, refused = _sorted_out(batch)
        receipt = self._service.take(events)
        late = [msgspec.structs.replace(refusal, index=places[refusal.index]) for refusal in receipt.refused]
        return msgspec.structs.replace(receipt, refused=sorted([*refused, *late], key=lambda refusal: refusal.index))


def _sorted_out(batch: Sequence[msgspec.Raw]) -> tuple[list[int], list[Event], list[EventRefusal]]:
    places: list[int] = []
    events: list[Event] = []
    refused: list[EventRefusal] = []
    for index, raw in enumerate(batch):
        try:
            events.append(decode(raw, _event))
            places.append(index)
        except (RequestError, Refused) as error:
            code = error.code if isinstance(error, RequestError) else error.fault.code
            refused.append(EventRefusal(index=index, event_id=_name_of(raw), code=code, message=str(error)))
    return places, events, refused


def _name_of(raw: msgspec.Raw) -> str | None:
    try:
        return _named.decode(raw).event_id
    except msgspec.DecodeError:
        return None
