"""People made unknown: a number stays in their place, so that what was counted stays counted."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from pairwell.journal.intake import lock_out_writers
from pairwell.operations.schema import contacts, decisions, events, people

_GONE = sa.select(people.c.person).where(people.c.key.is_(None))
_NOTHING = b""
_NAME = 2  # letters before an id in the name of a person
_MEMBERS = people.alias("members")
_VISITORS = (
    sa.select(_MEMBERS.c.name)
    .join_from(_MEMBERS, people, _MEMBERS.c.belongs_to == people.c.person)
    .where(people.c.name.in_(sa.bindparam("names", expanding=True)), _MEMBERS.c.name.is_not(None))
)
_CLEAR_DECISIONS = (
    decisions.update()
    .where(decisions.c.person.in_(_GONE), decisions.c.request_id.is_not(None) | (decisions.c.payload != _NOTHING))
    .values(request_id=None, payload=_NOTHING)
)
_CLEAR_EVENTS = (
    events.update()
    .where(events.c.person.in_(_GONE), events.c.payload != _NOTHING)
    .values(event_id=sa.literal("forgotten-") + sa.cast(events.c.number, sa.String), order_id=None, payload=_NOTHING)
)
_CLEAR_CONTACTS = contacts.delete().where(contacts.c.person.in_(_GONE))


def visitors_of(connection: sa.Connection, customer_ids: Collection[str]) -> set[str]:
    """The visitors who turned out to be one of these customers."""
    names = [f"c:{customer_id}" for customer_id in sorted(customer_ids)]
    return {name[_NAME:] for name in connection.scalars(_VISITORS, {"names": names})}


def forget_people(
    connection: sa.Connection, *, customer_ids: Collection[str], visitor_ids: Collection[str]
) -> dict[str, int]:
    """Destroy the names and keys of these people, and whatever in their rows could tell of them.

    Returns the rows that changed, by table. Nobody journals an event of theirs meanwhile.
    """
    lock_out_writers(connection)
    names = [*(f"c:{one}" for one in sorted(customer_ids)), *(f"v:{one}" for one in sorted(visitor_ids))]
    nobody = people.update().where(people.c.name.in_(names)).values(name=None, key=None)
    gone = connection.execute(nobody).rowcount
    return {"people": gone} | clear_forgotten(connection)


def clear_forgotten(connection: sa.Connection) -> dict[str, int]:
    """Empty the rows of everybody who is forgotten, also those written while they were being forgotten."""
    cleared = {"decisions": _CLEAR_DECISIONS, "events": _CLEAR_EVENTS, "contacts": _CLEAR_CONTACTS}
    return {name: connection.execute(statement).rowcount for name, statement in cleared.items()}
