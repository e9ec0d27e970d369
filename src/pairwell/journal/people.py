"""Customers and visitors by number, each with a key; visitors who turned out to be customers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from pairwell.journal.sealing import new_key
from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.schema import people

_VISITORS = "v:"  # how their names begin; those of customers come before
_COLUMNS = (people.c.name, people.c.person, people.c.key, people.c.belongs_to)
_BY_NAME = sa.select(*_COLUMNS).where(among(people.c.name, "names"))
_LOCKED = _BY_NAME.order_by(people.c.person).with_for_update(key_share=True)
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
    """Reads and adds people within a transaction of the caller.

    Names are added in one order, then people locked in one order: whoever waits for a name has locked nobody yet, so
    that no two writers wait for each other.
    """

    def __init__(self, database: Database) -> None:
        self._add = database.insert(people).on_conflict_do_nothing(index_elements=["name"]).returning(*_COLUMNS)

    def find(self, connection: sa.Connection, names: Iterable[str]) -> dict[str, Person]:
        """Those of `names` that are known."""
        return _read(connection, _BY_NAME, names)

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
            known |= _read(connection, _LOCKED, known)
        return known | self.attach(connection, named, known)

    def attach(
        self, connection: sa.Connection, identities: Iterable[Identity], known: Mapping[str, Person]
    ) -> dict[str, Person]:
        """Let visitors named with a customer belong to that customer from now on; those who did not before."""
        changed = {
            visitor: known[visitor]._replace(root=known[customer].number)
            for visitor, customer in _owners(identities).items()
            if known[visitor].root != known[customer].number
        }
        if changed:
            rows = sorted((person.number, person.root) for person in changed.values())
            connection.execute(_ATTACH, [{"visitor": visitor, "customer": customer} for visitor, customer in rows])
        return changed

    def _add_all(
        self, connection: sa.Connection, names: Sequence[str], owners: Mapping[str, str], known: Mapping[str, Person]
    ) -> dict[str, Person]:
        """Add `names`, which are sorted: customers come before the visitors who belong to them."""
        added: dict[str, Person] = {}
        customers = bisect_left(names, _VISITORS)
        for part in (names[:customers], names[customers:]):
            if part:
                there = {**known, **added}
                rows = [_row(name, there.get(owners.get(name, ""))) for name in part]
                added |= _people(connection.execute(self._add, rows).all())
        # Whom another writer added at the same moment is there by now.
        return added | self.find(connection, [name for name in names if name not in added])


def _owners(identities: Iterable[Identity]) -> dict[str, str]:
    """Of every visitor named with a customer the last one."""
    return {one.visitor: one.customer for one in identities if one.visitor and one.customer}


def _row(name: str, owner: Person | None) -> dict[str, Any]:
    return {"name": name, "key": new_key(), "belongs_to": None if owner is None else owner.number}


def _read(connection: sa.Connection, statement: sa.Select[Any], names: Iterable[str]) -> dict[str, Person]:
    wanted = sorted(names)
    return _people(connection.execute(statement, {"names": wanted}).all()) if wanted else {}


def _people(rows: Iterable[Any]) -> dict[str, Person]:
    """By name."""
    return {name: Person(number, key, belongs_to or number) for name, number, key, belongs_to in rows}
