"""Who bought what: a row for each customer, with the items, when each was last bought and how often."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.operations.database import Database
from pairwell.operations.schema import owned

_CUSTOMERS_AT_A_TIME = 250  # a lock of some 15 ms each at forty items a customer, so that decisions pass between


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
_OF_ONE = sa.select(owned.c.purchases).where(owned.c.customer_id == sa.bindparam("customer"))
_OF_SOME = (
    sa.select(owned.c.customer_id, owned.c.purchases)
    .where(owned.c.customer_id.in_(sa.bindparam("customers", expanding=True)))
    .order_by(owned.c.customer_id)  # in one order, so that two writers cannot lock each other out
    .with_for_update()
)
_CHANGE = owned.update().where(owned.c.customer_id == sa.bindparam("customer"))
_FORGET = owned.delete().where(owned.c.customer_id == sa.bindparam("customer"))


def read_owned(connection: sa.Connection, customer_id: str) -> set[str]:
    """The items that the customer bought."""
    stored = connection.scalar(_OF_ONE, {"customer": customer_id})
    return set() if stored is None else set(_item_ids.decode(stored).item_ids)


def change_owned(
    database: Database, changes: Iterable[Ownership], change: Callable[[Purchases, Purchases], Purchases]
) -> None:
    """Store what `change` makes of the known purchases and those of `changes`, some customers a transaction.

    A customer stands in `changes` once. `change` may be asked again with what it has seen already: it must not count
    that twice.
    """
    rows = iter(changes)
    while part := list(itertools.islice(rows, _CUSTOMERS_AT_A_TIME)):
        part.sort()
        with database.write() as connection:
            if change is not Purchases.without:  # who is not known has nothing to lose
                # What is known of a new customer is what comes in. A row that is there can be locked; without it two
                # writers of a new customer would not see each other.
                claim = database.insert(owned).on_conflict_do_nothing()
                connection.execute(claim, [one._asdict() for one in part])
            _change_some(connection, part, change)


def _change_some(
    connection: sa.Connection, part: Sequence[Ownership], change: Callable[[Purchases, Purchases], Purchases]
) -> None:
    found = connection.execute(_OF_SOME, {"customers": [one.customer_id for one in part]}).all()
    known: dict[str, bytes] = {row.customer_id: row.purchases for row in found}
    after = {
        one.customer_id: change(_purchases.decode(known[one.customer_id]), _purchases.decode(one.purchases)).encoded()
        for one in part
        if one.customer_id in known and (change is Purchases.without or known[one.customer_id] != one.purchases)
    }
    gone = [{"customer": customer} for customer, stored in after.items() if stored == _EMPTY]
    kept = [{"customer": c, "purchases": stored} for c, stored in after.items() if stored not in (_EMPTY, known[c])]
    if kept:
        connection.execute(_CHANGE, kept)
    if gone:
        connection.execute(_FORGET, gone)


_EMPTY = Purchases().encoded()
