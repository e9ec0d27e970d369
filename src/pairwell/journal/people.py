"""Customers and visitors by number, each with a key; visitors who turned out to be customers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from pairwell.journal.sealing import new_key
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import contacts, people

_VISITORS = "v:"  # how their names begin; those of customers come before
_customer, _first = people.alias("customer"), people.alias("first")
_BY_NAME = (
    sa.select(people.c.name, people.c.person, people.c.key, people.c.belongs_to, _customer.c.name, _first.c.name)
    .outerjoin_from(people, _customer, _customer.c.person == people.c.belongs_to)
    .outerjoin(_first, _first.c.person == sa.func.coalesce(_customer.c.lot_of, people.c.lot_of))
    .where(among(people.c.name, "names"))
)
_FIND = Prepared(_BY_NAME)
_LOCK = Prepared(_BY_NAME.order_by(people.c.person).with_for_update(key_share=True, of=people))
_ATTACH = people.update().where(people.c.person == sa.bindparam("visitor")).values(belongs_to=sa.bindparam("customer"))
# What the browser was shown while it was another customer's stays that customer's.
_LEAVE = contacts.update().where(contacts.c.person == sa.bindparam("visitor")).values(person=sa.bindparam("customer"))


class Identity(NamedTuple):
    """Who a request or an event names: "c:ID" or None, "v:ID" or None."""

    customer: str | None
    visitor: str | None

    @property
    def unit(self) -> str | None:
        """The customer, else the visitor."""
        return self.customer or self.visitor


class Person(NamedTuple):
    """A row of `people`; `root` is the customer that a visitor belongs to, else the person itself.

    `unit` names the root. `lot` is the name whose lot decides on the arm: the first under which the root was seen.
    """

    number: int
    key: bytes
    root: int
    unit: str
    lot: str


def identity(customer_id: str | None, visitor_id: str | None) -> Identity:
    """The names of `people` for the two ids."""
    customer = None if customer_id is None else f"c:{customer_id}"
    return Identity(customer, None if visitor_id is None else f"v:{visitor_id}")


class People:
    """Reads and adds people within a transaction of the caller.

    Names are added in one order, then people locked in one order: whoever waits for a name has locked nobody yet, so
    that no two writers wait for each other.
    """

    def __init__(self, database: Database) -> None:
        add = database.insert(people).on_conflict_do_nothing(index_elements=["name"])
        self._add = add.returning(people.c.name, people.c.person, people.c.key)

    def find(self, connection: sa.Connection, names: Iterable[str]) -> dict[str, Person]:
        """Those of `names` that are known."""
        return _read(connection, _FIND, names)

    def meet(self, connection: sa.Connection, identities: Iterable[Identity]) -> dict[str, Person]:
        """Everybody named, added where new; a new visitor named with a customer belongs to that customer."""
        named = list(identities)
        names = {name for one in named for name in one if name is not None}
        known = self.find(connection, names)
        if missing := sorted(names - known.keys()):
            known |= self._add_all(connection, missing, _owners(named), known)
        return known

    def meet_alone(self, connection: sa.Connection, identities: Iterable[Identity]) -> dict[str, Person]:
        """Everybody named, with whose they are from now on; nobody else changes that until the transaction ends."""
        named = list(identities)
        known = self.meet(connection, named)
        if connection.dialect.name == "postgresql":  # SQLite has one writer
            known |= _read(connection, _LOCK, known)
        return known | self.attach(connection, named, known)

    def attach(
        self, connection: sa.Connection, identities: Iterable[Identity], known: Mapping[str, Person]
    ) -> dict[str, Person]:
        """Let visitors named with a customer belong to that customer from now on; those who did not before."""
        moved = {
            known[visitor]: known[customer]
            for visitor, customer in _owners(identities).items()
            if known[visitor].root != known[customer].number
        }
        if moved:
            rows = sorted((visitor.number, customer.number, visitor.root) for visitor, customer in moved.items())
            left = [{"visitor": visitor, "customer": before} for visitor, _, before in rows if before != visitor]
            if left:
                connection.execute(_LEAVE, left)
            connection.execute(_ATTACH, [{"visitor": visitor, "customer": customer} for visitor, customer, _ in rows])
        names = {person.number: name for name, person in known.items()}
        return {names[visitor.number]: _belonging(visitor, customer) for visitor, customer in moved.items()}

    def _add_all(
        self, connection: sa.Connection, names: Sequence[str], owners: Mapping[str, str], known: Mapping[str, Person]
    ) -> dict[str, Person]:
        """Add `names`, which are sorted: customers come before the visitors who belong to them."""
        there = dict(known)
        firsts = _firsts(owners, known)
        customers = bisect_left(names, _VISITORS)
        for part in (names[:customers], names[customers:]):
            if part:
                rows = [_row(name, there.get(owners.get(name, "")), firsts.get(name)) for name in part]
                added = connection.execute(self._add, rows).all()
                there |= {
                    name: _new(name, number, key, there.get(owners.get(name, "")), firsts.get(name))
                    for name, number, key in added
                }
        # Whom another writer added at the same moment is there by now.
        return there | self.find(connection, [name for name in names if name not in there])


def _owners(identities: Iterable[Identity]) -> dict[str, str]:
    """Of every visitor named with a customer the last one."""
    return {one.visitor: one.customer for one in identities if one.visitor and one.customer}


def _firsts(owners: Mapping[str, str], known: Mapping[str, Person]) -> dict[str, Person]:
    """Of customers the visitor as whom they were known before: the one seen first, who was nobody else's."""
    free = sorted((known[visitor] for visitor in owners if visitor in known), reverse=True)
    names = {known[visitor].number: customer for visitor, customer in owners.items() if visitor in known}
    return {names[visitor.number]: visitor for visitor in free if visitor.root == visitor.number}


def _row(name: str, owner: Person | None, first: Person | None) -> dict[str, Any]:
    belongs_to, lot_of = (None if one is None else one.number for one in (owner, first))
    return {"name": name, "key": new_key(), "belongs_to": belongs_to, "lot_of": lot_of}


def _new(name: str, number: int, key: bytes, owner: Person | None, first: Person | None) -> Person:
    alone = Person(number, key, number, name, name if first is None else first.lot)
    return alone if owner is None else _belonging(alone, owner)


def _belonging(visitor: Person, customer: Person) -> Person:
    return visitor._replace(root=customer.number, unit=customer.unit, lot=customer.lot)


def _read(connection: sa.Connection, statement: Prepared, names: Iterable[str]) -> dict[str, Person]:
    """By name."""
    wanted = sorted(names)
    rows = statement.rows(connection, {"names": wanted}) if wanted else []
    return {
        name: Person(number, key, belongs_to or number, customer or name, first or customer or name)
        for name, number, key, belongs_to, customer, first in rows
    }
