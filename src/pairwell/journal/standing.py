"""How people stand: what they declined, did a short while ago and were shown; what of a total is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.events import BehaviourType
from pairwell.operations.among import among
from pairwell.operations.schema import claims, contacts, events
from pairwell.records import Contact, Decline, Signal

_MOST_SIGNALS = 200  # of one person; who does more in so short a time is no customer

_DECLINES = (
    sa.select(events.c.person, events.c.item_id, events.c.at)
    .where(
        among(events.c.person, "people"),
        events.c.type == "decline",
        events.c.at >= sa.bindparam("since"),
        events.c.item_id.is_not(None),
    )
    .order_by(events.c.at, events.c.event_id)
)
_SIGNALS = (
    sa.select(events.c.person, events.c.type, events.c.item_id, events.c.at)
    .where(
        among(events.c.person, "people"),
        among(events.c.type, "types"),
        events.c.at >= sa.bindparam("since"),
    )
    .order_by(events.c.at, events.c.event_id)
)
_CONTACTS = (
    sa.select(
        contacts.c.person,
        contacts.c.shown,
        contacts.c.at,
        contacts.c.lapses_at,
        contacts.c.channel,
        contacts.c.interrupts,
        contacts.c["items"],
        contacts.c.seen,
    )
    .where(
        among(contacts.c.person, "people"),
        contacts.c.at >= sa.bindparam("since"),
        # A slate that lapsed unseen counts nowhere.
        (contacts.c.lapses_at > sa.bindparam("now")) | (contacts.c.seen != 0),
    )
    .order_by(contacts.c.at, contacts.c.decision_id)
)
_CLAIMED = (
    sa.select(claims.c.cap, claims.c.shown, sa.func.count())
    .where(among(claims.c.cap, "caps"), claims.c.at >= sa.bindparam("since"))
    .group_by(claims.c.cap, claims.c.shown)
)
_USED = _CLAIMED.where(claims.c.used)
_RESERVED = _CLAIMED.where(~claims.c.used, claims.c.lapses_at > sa.bindparam("now"))
_item_ids = msgspec.json.Decoder(list[str])


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """A limit for all customers together, as far as the journal counts for it."""

    name: str
    since: datetime | None  # None: since the beginning


class Lookback(msgspec.Struct, frozen=True, kw_only=True):
    """How far back a decision looks."""

    declines: datetime
    signals: datetime
    signal_types: Sequence[BehaviourType]
    contacts: datetime
    totals: Sequence[Total] = ()


class Standing(msgspec.Struct, kw_only=True):
    """Of one person, all oldest first. `shown` slates and those of ghosts stand apart."""

    declines: list[Decline] = msgspec.field(default_factory=list)
    signals: list[Signal] = msgspec.field(default_factory=list)
    shown: list[Contact] = msgspec.field(default_factory=list)
    ghosts: list[Contact] = msgspec.field(default_factory=list)


class Taken(msgspec.Struct, kw_only=True):
    """Offers of one total that are given away or reserved."""

    shown: int = 0
    ghosts: int = 0


def read_standings(
    connection: sa.Connection, members: Mapping[int, int], back: Lookback, *, now: datetime
) -> defaultdict[int, Standing]:
    """The standing of every root; `members` says whose is whose."""
    found: defaultdict[int, Standing] = defaultdict(Standing)
    if not members:
        return found
    people = sorted(members)
    for person, item_id, at in connection.execute(_DECLINES, {"people": people, "since": to_micros(back.declines)}):
        found[members[person]].declines.append(Decline(item_id=item_id, at=from_micros(at)))
    for person, contact, shown in _contacts(connection, people, back.contacts, now):
        standing = found[members[person]]
        (standing.shown if shown else standing.ghosts).append(contact)
    if back.signal_types:
        asked = {"people": people, "types": list(back.signal_types), "since": to_micros(back.signals)}
        for person, kind, item_id, at in connection.execute(_SIGNALS, asked):
            found[members[person]].signals.append(Signal(type=kind, item_id=item_id, at=from_micros(at)))
    for standing in found.values():
        del standing.signals[:-_MOST_SIGNALS]
    return found


def read_taken(connection: sa.Connection, totals: Sequence[Total], *, now: datetime) -> dict[str, Taken]:
    """How much of each total is given away or reserved."""
    found = {total.name: Taken() for total in totals}
    for since in {total.since for total in totals}:
        names = sorted(total.name for total in totals if total.since == since)
        asked = {"caps": names, "since": 0 if since is None else to_micros(since), "now": to_micros(now)}
        for statement in (_USED, _RESERVED):
            for cap, shown, number in connection.execute(statement, asked):
                if shown:
                    found[cap].shown += number
                else:
                    found[cap].ghosts += number
    return found


def _contacts(
    connection: sa.Connection, people: Sequence[int], since: datetime, now: datetime
) -> list[tuple[int, Contact, bool]]:
    asked = {"people": people, "since": to_micros(since), "now": to_micros(now)}
    return [
        (
            person,
            Contact(
                at=from_micros(at),
                lapses_at=from_micros(lapses_at),
                channel=channel,
                interrupts=interrupts,
                item_ids=_item_ids.decode(items),
                seen=seen,
            ),
            shown,
        )
        for person, shown, at, lapses_at, channel, interrupts, items, seen in connection.execute(_CONTACTS, asked)
    ]
