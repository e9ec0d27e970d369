"""What becomes of a message: events as the intake takes them, and what of it was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec

Cells = dict[str, Any]
"""A JSON object."""
EventBody = dict[str, Any]
"""An event as `POST /v1/events` takes it; nothing of it is checked yet."""
_encoder = msgspec.json.Encoder()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a message tells."""

    events: Sequence[EventBody] = ()
    places: Sequence[int] = ()  # of each event: the place in the message of what tells it; none: all are of one thing
    left: dict[str, int] = {}  # how much of it tells nothing, by the rule that says why

    def body(self) -> bytes:
        """The events as one body of `POST /v1/events`."""
        return _encoder.encode({"events": self.events})


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known to read a message."""

    now: datetime
    currency: str  # the shop's
    zone: tzinfo  # the shop's
    items_named: Callable[[str], Sequence[str]] = lambda _: ()  # of which events told whose names begin so


def joined(told: Iterable[Told]) -> Told:
    """Several as one."""
    all_told = list(told)
    left: Counter[str] = Counter()
    for one in all_told:
        left.update(one.left)
    return Told(
        events=[event for one in all_told for event in one.events],
        places=[place for one in all_told for place in one.places],
        left=dict(left),
    )


def part(cells: Cells, name: str) -> Cells:
    """The object called `name`; empty where there is none."""
    found = cells.get(name)
    return found if isinstance(found, dict) else {}


def parts(cells: Cells, name: str) -> list[Cells]:
    """The objects of the list called `name`."""
    found = cells.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
