"""What was triggered, as it is kept, told and listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from pairwell.events import Event
from pairwell.records import Answer

State = Literal["due", "waiting", "silent", "delivered", "dead"]
Tell = Callable[[str, str, str], None]  # level, event, message: never about a person


def unheard(_level: str, _event: str, _message: str) -> None:
    """Nobody listens."""


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A talk with an account, as a task for whoever looks after it."""

    account_id: str
    kind: str  # of the move
    plan_id: str
    period: str  # in which it is told once: "2026-11"
    at: datetime  # when the work list was made
    until: datetime  # then the next period begins
    task: Mapping[str, str | int]  # as its receiver reads it


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of its person, of an event or of an errand; sealed under that person's key."""

    event: Event | None = None
    errand: Errand | None = None
    customer_id: str
    beside: list[str] = []  # what was bought last, where that is what is offered beside
    decided_at: datetime | None = None
    answer: Answer | None = None  # as everybody may see it


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something triggered that is to be worked on now, and by nobody else until its lease ends."""

    trigger_id: str
    name: str  # of the trigger
    held: Held
    key: bytes  # of the person
    tries: int
    until: datetime


class Worked(NamedTuple):
    """What was done of late. An event is `taken` where its trigger waited for it and its condition held."""

    taken: int = 0
    offers: int = 0
    silent: int = 0
    delivered: int = 0
    failed: int = 0  # tries
    dead: int = 0

    @property
    def worked(self) -> bool:
        """Whether more may be due at once."""
        return bool(self.taken or self.offers or self.silent or self.delivered)

    def joined(self, other: Worked) -> Worked:
        """The sum."""
        return Worked(*(one + more for one, more in zip(self, other, strict=True)))


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a trigger or a receiver of tasks is doing. Counts go back as far as `retention.triggered_days`."""

    name: str
    on: str  # the type of event, or "worklist"
    to: str
    placement: str | None  # None: tasks are no offers
    off_since: datetime | None  # None: it works
    problem: str | None  # why it is off, or cannot work
    due: int  # taken, and not decided yet
    waiting: int  # offers on their way
    delivered: int
    dead: int
    silent_by_reason: dict[str, int]
    last_error: str | None  # of a try
    next_try_at: datetime | None  # of what failed and waits


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that could not be delivered."""

    id: str
    trigger: str
    reason: str  # "expired", "gave_up"
    tries: int
    tried_at: datetime | None
    valid_until: datetime  # after it the offer is not sent any more
    error: str | None  # of the last try


class Resent(msgspec.Struct, frozen=True, kw_only=True):
    """Which dead letters are sent again, and why the others are not."""

    resent: list[str]
    refused: dict[str, str]


class Pinged(msgspec.Struct, frozen=True, kw_only=True):
    """What came back of a ping."""

    trigger: str
    url: str
    delivered: bool
    status: int | None  # None: no answer came
    error: str | None
    seconds: float
    said: str  # how the answer began


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a work list that was sent to one receiver of tasks."""

    name: str
    tasks: int  # of its list
    new: int
    before: int  # told in this period already, or on their way since
    delivered: int  # of these and of those that waited
    failed: int  # tries
    silent: int  # not told, as something speaks against it by now
