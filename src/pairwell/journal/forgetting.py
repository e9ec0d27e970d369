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
_UNCLEARED = (
    sa.select(events.c.number, events.c.order_id)
    .where(events.c.person.in_(_GONE), events.c.payload != _NOTHING)
    .order_by(events.c.number)
)
_CLEAR_EVENT = (
    events.update()
    .where(events.c.number == sa.bindparam("of_number"))
    .values(event_id=sa.bindparam("name"), order_id=sa.bindparam("order"), payload=_NOTHING)
)
_MINE = sa.select(people.c.person).where(people.c.name.in_(sa.bindparam("names", expanding=True)))
_TOLD = sa.select(events.c.order_id).where(events.c.person.in_(_MINE), events.c.order_id.is_not(None))
# Returns and statuses of their orders that named nobody.
_ADOPT = (
    events.update()
    .where(events.c.order_id.in_(_TOLD), events.c.person.is_(None))
    .values(person=_MINE.with_only_columns(sa.func.min(people.c.person)).scalar_subquery())
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
    if names:
        connection.execute(_ADOPT, {"names": names})
    nobody = people.update().where(people.c.name.in_(names)).values(name=None, key=None)
    gone = connection.execute(nobody).rowcount
    return {"people": gone} | clear_forgotten(connection)


def clear_forgotten(connection: sa.Connection) -> dict[str, int]:
    """Empty the rows of everybody who is forgotten, also those written while they were being forgotten."""
    cleared = {"decisions": _CLEAR_DECISIONS, "contacts": _CLEAR_CONTACTS}
    counts = {name: connection.execute(statement).rowcount for name, statement in cleared.items()}
    return counts | {"events": _clear_events(connection)}


def _clear_events(connection: sa.Connection) -> int:
    """What was one order stays one, so that it is counted as before."""
    rows = connection.execute(_UNCLEARED).all()
    first: dict[str, str] = {}
    changed = []
    for number, order_id in rows:
        name = f"forgotten-{number}"
        order = None if order_id is None else first.setdefault(order_id, name)
        changed.append({"of_number": number, "name": name, "order": order})
    if changed:
        connection.execute(_CLEAR_EVENT, changed)
    return len(changed)
