"""How people stand: what they declined, did a short while ago and were shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.events import BehaviourType
from pairwell.operations.among import among, each_of
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import contacts, events, people
from pairwell.records import Contact, Decline, Signal

_MOST_SIGNALS = 200  # of one person; who does more in so short a time is no customer

# Visitors count as the customer whose they are.
_ROOTS = each_of("roots", people.c.person.type)
_MEMBERS = sa.union_all(
    sa.select(_ROOTS.c.value.label("person"), _ROOTS.c.value.label("root")),
    sa.select(people.c.person, people.c.belongs_to).where(among(people.c.belongs_to, "roots")),
).cte("members")
_CONTACTS = (
    sa.select(
        contacts.c.at,
        contacts.c.decision_id,
        _MEMBERS.c.root,
        sa.literal_column("'contact'").label("kind"),
        contacts.c["items"],
        contacts.c.lapses_at,
        contacts.c.channel,
        contacts.c.interrupts,
        contacts.c.seen,
        contacts.c.shown,
    )
    .join_from(_MEMBERS, contacts, contacts.c.person == _MEMBERS.c.person)
    .where(
        contacts.c.at >= sa.bindparam("contacts_since"),
        # A slate that lapsed unseen counts nowhere.
        (contacts.c.lapses_at > sa.bindparam("now")) | (contacts.c.seen != 0),
    )
)
_NO_CONTACT = [sa.null() for _ in range(5)]
_DECLINES = (
    sa.select(
        events.c.at,
        events.c.event_id,
        _MEMBERS.c.root,
        sa.literal_column("'declined'"),
        events.c.item_id,
        *_NO_CONTACT,
    )
    .join_from(_MEMBERS, events, events.c.person == _MEMBERS.c.person)
    .where(
        events.c.type == "decline",
        events.c.at >= sa.bindparam("declines_since"),
        events.c.item_id.is_not(None),
    )
)
_TYPES = each_of("types", events.c.type.type)
_newer = events.alias("newer")
_LAST_COUNTED = (
    sa.select(_newer.c.at)
    .where(
        _newer.c.person == _MEMBERS.c.person,
        _newer.c.type == _TYPES.c.value,
        _newer.c.at >= sa.bindparam("signals_since"),
    )
    .order_by(_newer.c.at.desc())
    .limit(1)
    .offset(_MOST_SIGNALS - 1)
    .scalar_subquery()
)
# Said before the events are looked for, else SQLite looks through all of a person's.
_SPANS = (
    sa.select(
        _MEMBERS.c.person,
        _MEMBERS.c.root,
        _TYPES.c.value.label("type"),
        sa.func.coalesce(_LAST_COUNTED, sa.bindparam("signals_since")).label("since"),
    )
    .join_from(_MEMBERS, _TYPES, sa.true())
    .cte("spans")
    .prefix_with("MATERIALIZED")
)
_SIGNALS = sa.select(
    events.c.at, events.c.event_id, _SPANS.c.root, events.c.type, events.c.item_id, *_NO_CONTACT
).join_from(
    _SPANS,
    events,
    (events.c.person == _SPANS.c.person) & (events.c.type == _SPANS.c.type) & (events.c.at >= _SPANS.c.since),
)
_STANDINGS = Prepared(sa.union_all(_CONTACTS, _DECLINES, _SIGNALS))
_moment_and_id = itemgetter(0, 1)
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


def read_standings(
    connection: sa.Connection, roots: Collection[int], back: Lookback, *, now: datetime
) -> defaultdict[int, Standing]:
    """How each of `roots` stands, with the visitors who belong to one."""
    found: defaultdict[int, Standing] = defaultdict(Standing)
    if not roots:
        return found
    asked = {
        "roots": sorted(roots),
        "types": list(back.signal_types),
        "contacts_since": to_micros(back.contacts),
        "declines_since": to_micros(back.declines),
        "signals_since": to_micros(back.signals),
        "now": to_micros(now),
    }
    for at, _, root, kind, item, *rest in sorted(_STANDINGS.rows(connection, asked), key=_moment_and_id):
        standing = found[root]
        if kind == "contact":
            *of_contact, shown = rest
            (standing.shown if shown else standing.ghosts).append(_contact(at, item, of_contact))
        elif kind == "declined":
            standing.declines.append(Decline(item_id=item, at=from_micros(at)))
        else:
            standing.signals.append(Signal(type=kind, item_id=item, at=from_micros(at)))
    for standing in found.values():
        del standing.signals[:-_MOST_SIGNALS]
    return found


def _contact(at: int, items: str, of_contact: Sequence[Any]) -> Contact:
    lapses_at, channel, interrupts, seen = of_contact
    return Contact(
        at=from_micros(at),
        lapses_at=from_micros(lapses_at),
        channel=channel,
        interrupts=bool(interrupts),
        item_ids=_item_ids.decode(items),
        seen=seen,
    )
