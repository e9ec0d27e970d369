"""People made unknown: a number stays in their place, so that what was counted stays counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from pairwell.journal.intake import lock_out_writers
from pairwell.operations.schema import contacts, decisions, events, people, triggered

_GONE = sa.select(people.c.person).where(people.c.key.is_(None))
_NOTHING = b""
_AT_A_TIME = 500
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
_TOLD = (
    sa.select(events.c.order_id)
    .where(events.c.person.in_(_MINE), events.c.order_id.is_not(None))
    .distinct()
    .order_by(events.c.order_id)
)
_ORDERED_BY_OTHERS = sa.select(events.c.order_id).where(
    events.c.order_id.in_(sa.bindparam("ids", expanding=True)),
    events.c.type == "order",
    events.c.person.is_not(None),
    events.c.person.not_in(_MINE),
)
_OF_ORDERS = events.c.order_id.in_(sa.bindparam("ids", expanding=True))
_UNKNOWN = sa.select(people.c.person).where(people.c.name.startswith("v:"), people.c.belongs_to.is_(None))
_BY_NOBODY = events.c.person.is_(None)
_BY_NO_CUSTOMER = _BY_NOBODY | events.c.person.in_(_UNKNOWN)
_CLEAR_CONTACTS = contacts.delete().where(contacts.c.person.in_(_GONE))
_CLEAR_TRIGGERED = triggered.delete().where(triggered.c.person.in_(_GONE))


def visitors_of(connection: sa.Connection, customer_ids: Collection[str]) -> set[str]:
    """The visitors who turned out to be one of these customers."""
    names = [f"c:{customer_id}" for customer_id in sorted(customer_ids)]
    return {name[_NAME:] for name in connection.scalars(_VISITORS, {"names": names})}


def orders_of(connection: sa.Connection, names: Sequence[str]) -> set[str]:
    """The orders of which these people, as the journal calls them, told something, without those that others placed."""
    told = connection.scalars(_TOLD, {"names": names}).all()
    others = set[str]()
    for ids in _parts(told):
        others.update(connection.scalars(_ORDERED_BY_OTHERS, {"names": names, "ids": ids}))
    return set(told) - others


def places_of(
    connection: sa.Connection, names: Sequence[str], order_ids: Collection[str], letters: Collection[str]
) -> Iterator[str]:
    """The columns outside of `people` that name them: their requests and events by `letters`, and `order_ids`."""
    for column, person in ((decisions.c.request_id, decisions.c.person), (events.c.event_id, events.c.person)):
        held = sa.or_(sa.false(), *(column.contains(one, autoescape=True) for one in letters))
        if connection.scalar(sa.select(sa.exists().where(person.in_(_MINE), held)), {"names": names}):
            yield str(column)
    told = sa.select(sa.exists().where(_OF_ORDERS, _BY_NO_CUSTOMER | events.c.person.in_(_MINE)))
    if any(connection.scalar(told, {"names": names, "ids": ids}) for ids in _parts(order_ids)):
        yield "events.order_id"


def forget_people(connection: sa.Connection, names: Sequence[str], order_ids: Collection[str]) -> dict[str, int]:
    """Destroy the names and keys of these people, and whatever in their rows could tell of them.

    With them goes what was told of their orders by nobody in particular; of `order_ids`, whose ids tell of them, also
    what visitors told who are no known customer. Returns the rows that changed, by table. Nobody journals an event of
    theirs meanwhile.
    """
    lock_out_writers(connection)
    _adopt(connection, names, orders_of(connection, names), _BY_NOBODY)
    _adopt(connection, names, order_ids, _BY_NO_CUSTOMER)
    nobody = people.update().where(people.c.name.in_(names)).values(name=None, key=None)
    gone = connection.execute(nobody).rowcount
    return {"people": gone} | clear_forgotten(connection)


def clear_forgotten(connection: sa.Connection) -> dict[str, int]:
    """Empty the rows of everybody who is forgotten, also those written while they were being forgotten."""
    cleared = {"decisions": _CLEAR_DECISIONS, "contacts": _CLEAR_CONTACTS, "triggered": _CLEAR_TRIGGERED}
    counts = {name: connection.execute(statement).rowcount for name, statement in cleared.items()}
    return counts | {"events": _clear_events(connection)}


def _adopt(
    connection: sa.Connection, names: Sequence[str], order_ids: Collection[str], whose: sa.ColumnElement[bool]
) -> None:
    """Let the events of these orders be theirs, so that they go with them."""
    found = [
        number
        for ids in _parts(order_ids)
        for number in connection.scalars(sa.select(events.c.number).where(_OF_ORDERS, whose), {"ids": ids})
    ]
    if not found:
        return
    person = connection.scalar(_MINE.limit(1), {"names": names})
    if person is None:  # the journal never met them: somebody who is forgotten already
        person = connection.scalar(people.insert().values(name=None, key=None).returning(people.c.person))
    taken = events.update().where(events.c.number == sa.bindparam("of_number")).values(person=person)
    connection.execute(taken, [{"of_number": number} for number in found])


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


def _parts(order_ids: Collection[str]) -> Iterator[list[str]]:
    ids = sorted(order_ids)
    return (ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME))
