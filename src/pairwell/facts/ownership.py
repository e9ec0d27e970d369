"""Who bought what: a row for each customer, with the items, when each was last bought and how often."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.operations.database import Database
from pairwell.operations.schema import owned

_CUSTOMERS_AT_A_TIME = 250  # a lock of some 15 ms each at forty items a customer, so that decisions pass between
_NOTHING = b"{}"


class Ownership(NamedTuple):
    """What one customer bought, as it is stored; the engine writes it by the million, hence text and no struct."""

    customer_id: str
    purchases: bytes  # JSON of `Purchases`


class Purchases(msgspec.Struct, frozen=True, kw_only=True):
    """The items of one customer, each once, in no order; the three lists go side by side."""

    item_ids: list[str] = []
    last_bought_at: list[int] = []  # microseconds since 1970
    orders: list[int] = []

    @classmethod
    def of(cls, items: Mapping[str, tuple[int, int]]) -> Purchases:
        """From item id to (last bought at, orders)."""
        moments, orders = ([pair[place] for pair in items.values()] for place in (0, 1))
        return cls(item_ids=list(items), last_bought_at=moments, orders=orders)

    @classmethod
    def bought(cls, item_ids: Iterable[str], at: datetime) -> Purchases:
        """One order of these items."""
        return cls.of(dict.fromkeys(sorted(set(item_ids)), (to_micros(at), 1)))

    def by_item(self) -> dict[str, tuple[int, int]]:
        """Item id to (last bought at, orders)."""
        return dict(zip(self.item_ids, zip(self.last_bought_at, self.orders, strict=True), strict=True))

    def encoded(self) -> bytes:
        """As it is stored."""
        return _encoder.encode(self)

    def joined(self, other: Purchases) -> Purchases:
        """With those of `other`; of an item in both the later moment and the larger number of orders."""
        known = self.by_item()
        for item_id, (moment, orders) in other.by_item().items():
            before = known.get(item_id, (moment, orders))
            known[item_id] = max(before[0], moment), max(before[1], orders)
        return Purchases.of(known)

    def without(self, other: Purchases) -> Purchases:
        """Without the items of `other`, but those bought later than it says."""
        lost = other.by_item()
        return Purchases.of({i: seen for i, seen in self.by_item().items() if i not in lost or seen[0] > lost[i][0]})

    def counting(self, order: Purchases) -> Purchases:
        """With one more order of its items, but where an item was bought at that moment or later already."""
        known = self.by_item()
        for item_id, (moment, _) in order.by_item().items():
            before = known.get(item_id)
            if before is None or before[0] < moment:
                known[item_id] = moment, 1 if before is None else before[1] + 1
        return Purchases.of(known)


class _ItemIds(msgspec.Struct, frozen=True, kw_only=True):
    """All of `Purchases` that a decision asks for; reading skips the rest."""

    item_ids: list[str] = []


_encoder = msgspec.json.Encoder()
_purchases = msgspec.json.Decoder(Purchases)
_item_ids = msgspec.json.Decoder(_ItemIds)
_OF_THESE = sa.select(owned.c.customer_id, owned.c.purchases).where(
    owned.c.customer_id.in_(sa.bindparam("customers", expanding=True))
)
# In one order, so that two writers cannot lock each other out.
_OF_SOME = _OF_THESE.order_by(owned.c.customer_id).with_for_update()
_CHANGE = owned.update().where(owned.c.customer_id == sa.bindparam("customer"))
_FORGET = owned.delete().where(owned.c.customer_id == sa.bindparam("customer"))


def read_owned(connection: sa.Connection, customer_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The items that each of the customers bought."""
    found = connection.execute(_OF_THESE, {"customers": list(customer_ids)}) if customer_ids else ()
    return {row.customer_id: frozenset(_item_ids.decode(row.purchases).item_ids) for row in found}


def change_owned(
    database: Database, changes: Iterable[Ownership], change: Callable[[Purchases, Purchases], Purchases]
) -> None:
    """Store what `change` makes of the known purchases and those of `changes`, some customers a transaction.

    A customer stands in `changes` once.
    """
    rows = iter(changes)
    while part := list(itertools.islice(rows, _CUSTOMERS_AT_A_TIME)):
        with database.write() as connection:
            _change_some(connection, database, part, change)


def count_orders(connection: sa.Connection, database: Database, orders: Sequence[Ownership]) -> None:
    """Count orders, one by one where several are of one customer, within the caller's transaction."""
    left = list(orders)
    while left:
        first: dict[str, Ownership] = {}
        later = [one for one in left if first.setdefault(one.customer_id, one) is not one]
        _change_some(connection, database, list(first.values()), Purchases.counting)
        left = later


def _change_some(
    connection: sa.Connection,
    database: Database,
    changes: Sequence[Ownership],
    change: Callable[[Purchases, Purchases], Purchases],
) -> None:
    part = sorted(changes)
    # A row that is there can be locked; without it two writers of a new customer would not see each other.
    claim = database.insert(owned).on_conflict_do_nothing()
    connection.execute(claim, [{"customer_id": one.customer_id, "purchases": _NOTHING} for one in part])
    found = connection.execute(_OF_SOME, {"customers": [one.customer_id for one in part]}).all()
    known: dict[str, bytes] = {row.customer_id: row.purchases for row in found}
    # A new customer's are taken as they come where they are joined to nothing: most of a first load.
    after = {
        one.customer_id: one.purchases
        if known[one.customer_id] == _NOTHING and change is Purchases.joined
        else change(_purchases.decode(known[one.customer_id]), _purchases.decode(one.purchases)).encoded()
        for one in part
    }
    gone = [{"customer": customer} for customer, stored in after.items() if stored == _EMPTY]
    kept = [{"customer": c, "purchases": stored} for c, stored in after.items() if stored not in (_EMPTY, known[c])]
    if kept:
        connection.execute(_CHANGE, kept)
    if gone:
        connection.execute(_FORGET, gone)


_EMPTY = Purchases().encoded()
