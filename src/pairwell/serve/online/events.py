"""`POST /v1/events`, in plain ASGI."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pairwell.errors import RequestError
from pairwell.events import Event, EventReceipt, EventRefusal
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
    """Takes events on a thread of its own, bodies that wait together in one transaction; answers when durable.

    The content type is not looked at.
    """

    def __init__(self, line: Line[bytes, EventReceipt]) -> None:
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(scope, receive, limit=LIMIT_BYTES)
        try:
            receipt = await self._line.run(body, weight=len(body))
        except Full as error:
            raise too_busy("events") from error
        await send_json(send, 202, encoder.encode(receipt))


class _Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """The events of a body that could be read, with their places in it, and those that could not."""

    places: list[int]
    events: list[Event]
    refused: list[EventRefusal]

    def receipt(self, taken: EventReceipt) -> EventReceipt:
        """What became of all of them, once the readable ones are taken."""
        late = [msgspec.structs.replace(refusal, index=self.places[refusal.index]) for refusal in taken.refused]
        refused = sorted([*self.refused, *late], key=lambda refusal: refusal.index)
        return msgspec.structs.replace(taken, refused=refused)


def take_bodies(bodies: Sequence[bytes], service: Service) -> list[EventReceipt | Exception]:
    """Take the events of several bodies at once; a body that is none gets its error. Raises `JournalError`."""
    read = [_read(body) for body in bodies]
    sorted_out = [one for one in read if isinstance(one, _Sorted)]
    receipts = iter(service.take([one.events for one in sorted_out]))
    return [one.receipt(next(receipts)) if isinstance(one, _Sorted) else one for one in read]


def _read(body: bytes) -> _Sorted | Exception:
    try:
        batch = decode(body, _body).events
        if batch is msgspec.UNSET:
            return _Sorted(places=[0], events=[decode(body, _event)], refused=[])
        return _sorted_out(batch)
    except (RequestError, Refused) as error:
        return error


def _sorted_out(batch: Sequence[msgspec.Raw]) -> _Sorted:
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
    return _Sorted(places=places, events=events, refused=refused)


def _name_of(raw: msgspec.Raw) -> str | None:
    try:
        return _named.decode(raw).event_id
    except msgspec.DecodeError:
        return None
