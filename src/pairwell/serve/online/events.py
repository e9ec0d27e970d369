"""`POST /v1/events`, in plain ASGI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from pairwell.errors import RequestError
from pairwell.events import Event, EventNote, EventReceipt, EventRefusal
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.credentials import read_shown, take_from_beacon
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.screening import screen_events
from pairwell.serve.online.faults import Refused, too_busy
from pairwell.serve.online.line import Full, Line
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import Service
from pairwell.serve.online.wire import Receive, Scope, Send, encoder, read_body, send_json

LIMIT_BYTES = 5_000_000
PAGE_LIMIT_BYTES = 65_536  # what browsers send in one beacon
Said = TypeVar("Said", EventRefusal, EventNote)


class SentEvents(msgspec.Struct, frozen=True, kw_only=True):
    """A body of events, and who sent it."""

    body: bytes
    caller: Caller


class EventBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Events sent together; each is taken or refused by itself."""

    events: list[Event]


class Beacon(EventBatch, frozen=True, kw_only=True):
    """A batch of a page that cannot set headers: it shows its key in the body."""

    key: str
    customer_token: str | msgspec.UnsetType = msgspec.UNSET


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

    def __init__(self, line: Line[SentEvents, EventReceipt], gate: Gate) -> None:
        self._line = line
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send, caller: Caller) -> None:
        body = await read_body(scope, receive, limit=LIMIT_BYTES if caller.may_everything else PAGE_LIMIT_BYTES)
        if caller.kind == "nobody":  # a beacon shows its key in its body
            shown, body = take_from_beacon(body, read_shown(scope))
            caller = await self._gate.admit(scope, shown)
            caller.require_key()
        try:
            receipt = await self._line.run(SentEvents(body=body, caller=caller), weight=len(body))
        except Full as error:
            raise too_busy("events") from error
        await send_json(send, 202, encoder.encode(receipt))


class _Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """The events of a body that are to be taken, with their places and names in it, and those that are not."""

    places: list[int]
    names: list[str]
    events: list[Event]
    refused: list[EventRefusal]

    def receipt(self, taken: EventReceipt) -> EventReceipt:
        """What became of all of them, once those that are to be taken are."""
        refused = [*self.refused, *(self._as_sent(one) for one in taken.refused)]
        noted = taken.noted if taken.noted is msgspec.UNSET else [self._as_sent(one) for one in taken.noted]
        return msgspec.structs.replace(taken, refused=sorted(refused, key=lambda one: one.index), noted=noted)

    def _as_sent(self, said: Said) -> Said:
        """What is said of an event, in its place and by its name in the body."""
        return msgspec.structs.replace(said, index=self.places[said.index], event_id=self.names[said.index])

    def screened(self, caller: Caller, service: Service) -> _Sorted:
        """The same without what the caller may not send."""
        if caller.may_everything:
            return self
        salt = service.live.settings.settings.choice.salt
        read = screen_events(self.events, caller, salt=salt, owners=service.owners(self.events))
        kept = [(place, event) for place, event in enumerate(read) if isinstance(event, Event)]
        refused = [one for one in read if isinstance(one, EventRefusal)]
        return _Sorted(
            places=[self.places[place] for place, _ in kept],
            names=[self.names[place] for place, _ in kept],
            events=[event for _, event in kept],
            refused=[*self.refused, *(msgspec.structs.replace(one, index=self.places[one.index]) for one in refused)],
        )


def take_bodies(sent: Sequence[SentEvents], service: Service, counts: Counts) -> list[EventReceipt | Exception]:
    """Take the events of several bodies at once; a body that is none gets its error. Raises `JournalError`."""
    read = [_read(one.body) for one in sent]
    sorted_out = [
        found.screened(one.caller, service) for one, found in zip(sent, read, strict=True) if isinstance(found, _Sorted)
    ]
    taken = service.take([one.events for one in sorted_out])
    receipts = [one.receipt(receipt) for one, receipt in zip(sorted_out, taken, strict=True)]
    for one, receipt in zip(sorted_out, receipts, strict=True):
        counts.took(one.events, receipt)
    left = iter(receipts)
    return [next(left) if isinstance(one, _Sorted) else one for one in read]


def _read(body: bytes) -> _Sorted | Exception:
    try:
        batch = decode(body, _body).events
        if batch is msgspec.UNSET:
            event = decode(body, _event)
            return _Sorted(places=[0], names=[event.event_id], events=[event], refused=[])
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
    names = [event.event_id for event in events]
    return _Sorted(places=places, names=names, events=events, refused=refused)


def _name_of(raw: msgspec.Raw) -> str | None:
    try:
        return _named.decode(raw).event_id
    except msgspec.DecodeError:
        return None
