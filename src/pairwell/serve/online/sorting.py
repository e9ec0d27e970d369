"""Bodies of events, read and sorted out: what may be taken, and what is refused before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from pairwell.errors import RequestError
from pairwell.events import Event, EventNote, EventReceipt, EventRefusal
from pairwell.serve.online.access.callers import Caller
from pairwell.serve.online.access.screening import Owned, screen_events
from pairwell.serve.online.faults import Refused, too_many_events
from pairwell.serve.online.reading import decode
from pairwell.serve.online.service import Service

MOST_EVENTS = 10_000  # of one body
Said = TypeVar("Said", EventRefusal, EventNote)


class SentEvents(msgspec.Struct, frozen=True, kw_only=True):
    """A body of events, and who sent it."""

    body: bytes
    caller: Caller


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Named(msgspec.Struct, frozen=True, kw_only=True):
    event_id: str | None = None


_event = msgspec.json.Decoder(Event)
_body = msgspec.json.Decoder(_Body)
_named = msgspec.json.Decoder(_Named)


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
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

    def screened(self, caller: Caller, service: Service) -> Sorted:
        """The same without what the caller may not send."""
        if caller.may_everything:
            return self
        owned = Owned(unit=service.unit_of(caller.customer_id), by_decision=service.owners(self.events))
        read = screen_events(self.events, caller, owned, salt=service.live.settings.settings.choice.salt)
        kept = [(place, event) for place, event in enumerate(read) if isinstance(event, Event)]
        refused = [one for one in read if isinstance(one, EventRefusal)]
        return Sorted(
            places=[self.places[place] for place, _ in kept],
            names=[self.names[place] for place, _ in kept],
            events=[event for _, event in kept],
            refused=[*self.refused, *(msgspec.structs.replace(one, index=self.places[one.index]) for one in refused)],
        )


def sort_out(sent: SentEvents, service: Service) -> Sorted:
    """Read a body. Raises `Refused` and `RequestError` where it is none, `JournalError`."""
    batch = decode(sent.body, _body).events
    if batch is not msgspec.UNSET:
        return _read_batch(batch).screened(sent.caller, service)
    event = decode(sent.body, _event, beside=_Body.__struct_fields__)
    return Sorted(places=[0], names=[event.event_id], events=[event], refused=[]).screened(sent.caller, service)


def _read_batch(batch: Sequence[msgspec.Raw]) -> Sorted:
    if len(batch) > MOST_EVENTS:
        raise too_many_events(MOST_EVENTS)
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
    return Sorted(places=places, names=names, events=events, refused=refused)


def _name_of(raw: msgspec.Raw) -> str | None:
    try:
        return _named.decode(raw).event_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
