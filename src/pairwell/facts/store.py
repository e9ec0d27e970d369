"""Facts of items, relations and ownership, in the operations database and in memory."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.facts.agreed import read_agreed
from pairwell.facts.customers import ToldCustomer, read_customers, write_told
from pairwell.facts.habits import read_habits
from pairwell.facts.held import Held, read_epoch
from pairwell.facts.ownership import Ownership, read_owned, tell_owned
from pairwell.facts.statements import with_statements
from pairwell.facts.taste import TasteStore
from pairwell.habits import Habits
from pairwell.operations import schema
from pairwell.operations.database import Database
from pairwell.posterior import Posterior
from pairwell.records import CuratedRelation, CustomerFacts, Item

_encoder = msgspec.json.Encoder()


class FactsView(msgspec.Struct, frozen=True, kw_only=True):
    """Facts at one moment; later writes do not change it."""

    items: Mapping[str, Item]
    by_anchor: Mapping[str, Sequence[CuratedRelation]]
    owned: Mapping[str, frozenset[str]]  # customer -> items bought
    customers: Mapping[str, CustomerFacts]
    posterior: Posterior | None  # what was learned from offers
    habits: Mapping[str, Habits]  # customer -> what was bought when and comes again, where that was asked for
    offers_off: int  # the turn of the switch that put offers off for everybody; 0: they are on

    def relations_of(self, anchor_ids: Sequence[str]) -> list[CuratedRelation]:
        """Relations that people set for these anchors: anchor by anchor as asked, each in order of rank."""
        return [r for anchor in dict.fromkeys(anchor_ids) for r in self.by_anchor.get(anchor, ())]


class FactStore:
    """Facts as they are now. Safe to share between threads; other processes' writes are seen at the next call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = Held()
        self._tastes = TasteStore(database)
        self._lock = threading.Lock()

    def write_items(self, items: Iterable[Item], *, at: datetime) -> int:
        """Append a revision of every item whose facts differ; returns how many. All of them or none.

        What was stated of an item later than `stated_at` says stays. The `revision` of what comes in is not looked at.
        """
        told = [*items]  # worked out before others have to wait for the lock
        with self._database.write() as connection:
            epoch = read_epoch(connection, "items", lock=True) + 1
            with self._lock:
                self._held.refresh(connection)
                rows = _changed_items(told, self._held.items.by_id, epoch=epoch, at=to_micros(at))
            if rows:
                connection.execute(schema.items.insert(), rows)
                _advance(connection, "items", epoch)
        return len(rows)

    def write_relations(self, relations: Iterable[CuratedRelation], *, at: datetime) -> int:
        """Make `relations` all there are; returns how many are new, ranked anew or gone."""
        told = [*relations]  # as above
        with self._database.write() as connection:
            epoch = read_epoch(connection, "relations", lock=True) + 1
            with self._lock:
                self._held.refresh(connection)
                changed, gone = self._held.relations.compare(told)
            if gone:
                connection.execute(_DELETE_RELATION, [_relation_key(r) for r in gone])
            if changed:
                connection.execute(self._upsert_relations(), [_relation_row(r, to_micros(at)) for r in changed])
            if changed or gone:
                _advance(connection, "relations", epoch)
        return len(changed) + len(gone)

    def write_owned(self, told: Iterable[Ownership]) -> None:
        """Store what the dataset tells now of these customers' purchases; what events told beyond it stays."""
        tell_owned(self._database, told)

    def write_customers(self, told: Iterable[ToldCustomer]) -> int:
        """Make `told` all that the dataset tells of these customers; returns how many changed. Newer events stay."""
        return write_told(self._database, told)

    def snapshot(self) -> int:
        """The snapshot of the dataset that the facts were last written from; 0 before the first."""
        with self._database.read() as connection:
            return read_epoch(connection, "snapshot")

    def mark_snapshot(self, number: int) -> None:
        """Remember that everything of snapshot `number` has been written; a higher number stays."""
        insert = self._database.insert(schema.epochs).values(name="snapshot", number=number)
        known = schema.epochs.c.number
        newest = insert.on_conflict_do_update(
            index_elements=["name"], set_={"number": _larger(known, insert.excluded.number)}
        )
        with self._database.write() as connection:
            connection.execute(newest)

    def items(self) -> Mapping[str, Item]:
        """The newest facts of every item, by id; a view that later writes do not change."""
        with self._database.read() as connection, self._lock:
            self._held.refresh(connection)
            return self._held.items.by_id

    @property
    def offers_off(self) -> int:
        """The turn of the switch that put offers off for everybody, as far as was read last; 0: they are on."""
        return self._held.offers_off

    def item_at(self, item_id: str, revision: int) -> Item | None:
        """The facts of an item as they were at `revision`; None where there was no such revision."""
        table = schema.items
        statement = sa.select(table.c.fact).where(table.c.item_id == item_id, table.c.revision == revision)
        with self._database.read() as connection:
            fact = connection.scalar(statement)
        return None if fact is None else msgspec.json.decode(fact, type=Item)

    def relations_of(self, anchor_ids: Sequence[str]) -> list[CuratedRelation]:
        """Relations that people set for these anchors: anchor by anchor as asked, each in order of rank."""
        with self._database.read() as connection:
            return self.view(connection).relations_of(anchor_ids)

    def owned(self, customer_id: str, among: Collection[str]) -> set[str]:
        """Which of the items `among` the customer has bought."""
        if not among:
            return set()
        with self._database.read() as connection:
            return set(among) & read_owned(connection, [customer_id]).get(customer_id, frozenset())

    def customers(
        self, customer_ids: Collection[str], *, complaints_since: datetime | None = None
    ) -> dict[str, CustomerFacts]:
        """What is known now of those of the customers of whom anything is, by id."""
        with self._database.read() as connection:
            return read_customers(connection, customer_ids, complaints_since=complaints_since)

    def agreed(self, channel: str) -> list[str]:
        """The ids of all customers who agree to `channel` now, sorted."""
        with self._database.read() as connection:
            return sorted(read_agreed(connection, channel))

    def view(
        self,
        connection: sa.Connection,
        customer_ids: Collection[str] = (),
        *,
        complaints_since: datetime | None = None,
        habits_of: Collection[str] = (),
    ) -> FactsView:
        """The facts as they are in the transaction of `connection`: those of all items, and of some customers."""
        with self._lock:
            self._held.refresh(connection)
            items, by_anchor = self._held.items.by_id, self._held.relations.by_anchor
            posterior, offers_off = self._held.posterior, self._held.offers_off
        return FactsView(
            items=items,
            by_anchor=by_anchor,
            owned=read_owned(connection, customer_ids),
            customers=read_customers(connection, customer_ids, complaints_since=complaints_since),
            posterior=posterior,
            habits=read_habits(connection, self._tastes, habits_of) if habits_of else {},
            offers_off=offers_off,
        )

    def _upsert_relations(self) -> sa.Executable:
        table = schema.relations
        insert = self._database.insert(table)
        return insert.on_conflict_do_update(
            index_elements=list(table.primary_key), set_={"rank": insert.excluded.rank, "at": insert.excluded.at}
        )


_DELETE_RELATION = schema.relations.delete().where(
    schema.relations.c.anchor_id == sa.bindparam("anchor"),
    schema.relations.c.item_id == sa.bindparam("item"),
    schema.relations.c.relation == sa.bindparam("kind"),
)


def _changed_items(items: Iterable[Item], known: Mapping[str, Item], *, epoch: int, at: int) -> list[dict[str, Any]]:
    rows = []
    newest: dict[str, Item] = {}
    for item in items:
        before = newest.get(item.item_id) or known.get(item.item_id)
        after = msgspec.structs.replace(with_statements(item, before), revision=1)
        if before is not None:
            if after == msgspec.structs.replace(before, revision=1, stated_at=after.stated_at):
                continue
            after = msgspec.structs.replace(after, revision=before.revision + 1)
        newest[item.item_id] = after
        fact = _encoder.encode(after)
        rows.append({"item_id": item.item_id, "revision": after.revision, "epoch": epoch, "at": at, "fact": fact})
    return rows


def _relation_row(relation: CuratedRelation, at: int) -> dict[str, Any]:
    return {**msgspec.structs.asdict(relation), "at": at}


def _relation_key(relation: CuratedRelation) -> dict[str, str]:
    return {"anchor": relation.anchor_id, "item": relation.item_id, "kind": relation.relation}


def _advance(connection: sa.Connection, name: str, epoch: int) -> None:
    table = schema.epochs
    connection.execute(table.update().where(table.c.name == name).values(number=epoch))


def _larger(one: sa.ColumnElement[int], other: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.case((one > other, one), else_=other)
