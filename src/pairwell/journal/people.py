"""Customers and visitors by number, each with a key; visitors who turned out to be customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from pairwell.journal.sealing import new_key
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import people

_COLUMNS = (people.c.name, people.c.person, people.c.key, people.c.belongs_to)
_BY_NAME = sa.select(*_COLUMNS).where(among(people.c.name, "names"))
_MEMBERS = sa.select(people.c.person, people.c.belongs_to).where(among(people.c.belongs_to, "roots"))
_ATTACH = people.update().where(people.c.person == sa.bindparam("visitor")).values(belongs_to=sa.bindparam("customer"))


class Identity(NamedTuple):
    """Who a request or an event names: "c:ID" or None, "v:ID" or None."""

    customer: str | None
    visitor: str | None

    @property
    def unit(self) -> str | None:
        """The customer, else the visitor."""
        return self.customer or self.visitor


class Person(NamedTuple):
    """A row of `people`; `root` is the customer that a visitor belongs to, else the person itself."""

    number: int
    key: bytes
    root: int


def identity(customer_id: str | None, visitor_id: str | None) -> Identity:
    """The names of `people` for the two ids."""
    customer = None if customer_id is None else f"c:{customer_id}"
    return Identity(customer, None if visitor_id is None else f"v:{visitor_id}")


class People:
    """Reads and adds people within a transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._add = database.insert(people).on_conflict_do_nothing(index_elements=["name"])

    def find(self, connection: sa.Connection, names: Iterable[str]) -> dict[str, Person]:
        """Those of `names` that are known."""
        wanted = sorted(set(names))
        if not wanted:
            return {}
        rows = connection.execute(_BY_NAME, {"names": wanted}).all()
        return {name: Person(number, key, belongs_to or number) for name, number, key, belongs_to in rows}

    def meet(self, connection: sa.Connection, identities: Iterable[Identity]) -> dict[str, Person]:
        """Everybody named, added where new; a visitor named with a customer belongs to that customer from now on."""
        named = list(identities)
        names = {name for one in named for name in one if name is not None}
        known = self.find(connection, names)
        if missing := sorted(names - known.keys()):
            # In one order, so that two writers of the same new names cannot wait for each other.
            connection.execute(self._add, [{"name": name, "key": new_key()} for name in missing])
            known |= self.find(connection, missing)
        return known | _attached(connection, named, known)

    def members(self, connection: sa.Connection, roots: Iterable[int]) -> dict[int, int]:
        """Person to root, for these roots and every visitor who belongs to one."""
        wanted = sorted(set(roots))
        rows = connection.execute(_MEMBERS, {"roots": wanted}).all() if wanted else []
        return {root: root for root in wanted} | dict(rows)


def _attached(
    connection: sa.Connection, identities: Iterable[Identity], known: Mapping[str, Person]
) -> dict[str, Person]:
    changed = {
        one.visitor: known[one.visitor]._replace(root=known[one.customer].number)
        for one in identities
        if one.customer and one.visitor and known[one.visitor].root != known[one.customer].number
    }
    if changed:
        rows = sorted((person.number, person.root) for person in changed.values())
        connection.execute(_ATTACH, [{"visitor": visitor, "customer": customer} for visitor, customer in rows])
    return changed
