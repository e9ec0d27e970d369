"""Who bought what: a row for each customer, with the items, when each was last bought and how often."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.operations.among import among
from pairwell.operations.database import Database
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import owned

_CUSTOMERS_AT_A_TIME = 250  # a lock of some 15 ms each at forty items a customer, so that decisions pass between
NOTHING = b"{}"  # `Purchases` that hold none
HEARD = 500  # orders of a customer held one by one


class Ownership(NamedTuple):
    """What one customer bought, as it is stored; the engine writes it by the million, hence text and no struct."""

    customer_id: str
    purchases: bytes  # JSON of `Purchases`


class Bought(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One order as events tell it, until the dataset tells of it."""

    order_id: str
    at: int  # microseconds since 1970; 0: only what became of it is known
    item_ids: list[str] = []  # that the customer kept
    gone: list[str] = []  # that came back whole, or were cancelled
    gone_at: int = 0


class Purchases(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The items of one customer, each once, in no order; the three lists are the dataset's and go side by side."""

    item_ids: list[str] = []
    last_bought_at: list[int] = []  # microseconds since 1970
    orders: list[int] = []
    heard: list[Bought] = []  # each order once, newest first

    @classmethod
    def of(cls, items: Mapping[str, tuple[int, int]], heard: Sequence[Bought] = ()) -> Purchases:
        """From item id to (last bought at, orders)."""
        moments, orders = ([pair[place] for pair in items.values()] for place in (0, 1))
        return cls(item_ids=list(items), last_bought_at=moments, orders=orders, heard=list(heard))

    def by_item(self) -> dict[str, tuple[int, int]]:
        """Item id to (last bought at, orders), as the dataset tells it."""
        return dict(zip(self.item_ids, zip(self.last_bought_at, self.orders, strict=True), strict=True))

    def owned(self) -> frozenset[str]:
        """The items that the customer has: those of the dataset without what came back since, and those heard of."""
        told, lost = self.by_item(), Counter[str]()
        for order in self.heard:
            # What was bought again after it came back is owned, and what the dataset does not know it cannot lose.
            lost.update(i for i in order.gone if i in told and order.at <= told[i][0] <= order.gone_at)
        kept = {item_id for item_id, (_, orders) in told.items() if orders > lost[item_id]}
        return frozenset(kept.union(*(order.item_ids for order in self.heard)))

    def bought_at(self) -> dict[str, int]:
        """When each item that is owned was last bought, as far as that is known, in microseconds since 1970."""
        moments = {item_id: moment for item_id, (moment, _) in self.by_item().items()}
        for order in self.heard:
            for item_id in order.item_ids:
                moments[item_id] = max(order.at, moments.get(item_id, 0))
        return {item_id: moments[item_id] for item_id in sorted(self.owned())}

    def encoded(self) -> bytes:
        """As it is stored."""
        return _encoder.encode(self)

    def told_anew(self, told: Purchases) -> Purchases:
        """With what the dataset tells now instead of before; of what was heard stays what it does not know by then."""
        now = {item_id: moment for item_id, (moment, _) in told.by_item().items()}
        before = {item_id: moment for item_id, (moment, _) in self.by_item().items()}
        return Purchases.of(told.by_item(), _left(self.heard, kept_until=before | now, gone_before=now))

    def hearing(self, retold: Mapping[str, Bought | None]) -> Purchases:
        """With these orders instead of what was heard of them before; None: it is no longer this customer's."""
        others = [order for order in self.heard if order.order_id not in retold]
        heard = [*others, *(order for order in retold.values() if order is not None)]
        heard.sort(key=lambda order: (max(order.at, order.gone_at), order.order_id), reverse=True)
        told = self.by_item()
        for order in heard[HEARD:]:
            for item_id in order.item_ids:
                moment, orders = told.get(item_id, (0, 0))
                told[item_id] = max(moment, order.at), orders + 1
        return Purchases.of(told, heard[:HEARD])


def _left(heard: Iterable[Bought], *, kept_until: Mapping[str, int], gone_before: Mapping[str, int]) -> list[Bought]:
    """Orders without the items of `kept_until` bought by then, nor what was gone before `gone_before`."""
    left = []
    for order in heard:
        kept = [i for i in order.item_ids if i not in kept_until or order.at > kept_until[i]]
        gone = [i for i in order.gone if i not in gone_before or order.gone_at >= gone_before[i]]
        if kept or gone:
            left.append(msgspec.structs.replace(order, item_ids=kept, gone=gone))
    return left


class _Glance(msgspec.Struct, frozen=True, kw_only=True):
    """All of `Purchases` that a decision asks for where nothing was heard; reading skips the rest."""

    item_ids: list[str] = []
    heard: msgspec.Raw = msgspec.Raw()


_encoder = msgspec.json.Encoder()
_purchases = msgspec.json.Decoder(Purchases)
_glance = msgspec.json.Decoder(_Glance)
_OF_THESE = sa.select(owned.c.customer_id, owned.c.purchases).where(among(owned.c.customer_id, "customers"))
_FOR_DECISIONS = Prepared(_OF_THESE)
# In one order, so that two writers cannot lock each other out.
_OF_SOME = _OF_THESE.order_by(owned.c.customer_id).with_for_update()
_CHANGE = owned.update().where(owned.c.customer_id == sa.bindparam("customer"))
_FORGET = owned.delete().where(owned.c.customer_id == sa.bindparam("customer"))


def read_owned(connection: sa.Connection, customer_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The items that each of the customers bought."""
    found = _FOR_DECISIONS.rows(connection, {"customers": list(customer_ids)}) if customer_ids else []
    return {customer_id: _owned_of(purchases) for customer_id, purchases in found}


def read_bought(connection: sa.Connection, customer_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """When each of the customers last bought what they own, by item, in microseconds since 1970."""
    found = _FOR_DECISIONS.rows(connection, {"customers": list(customer_ids)}) if customer_ids else []
    return {customer_id: _purchases.decode(purchases).bought_at() for customer_id, purchases in found}


def _owned_of(purchases: bytes) -> frozenset[str]:
    seen = _glance.decode(purchases)
    return frozenset(seen.item_ids) if not bytes(seen.heard) else _purchases.decode(purchases).owned()


def tell_owned(database: Database, told: Iterable[Ownership]) -> None:
    """Store what the dataset tells of customers now, some of them a transaction; each stands in `told` once.

    Of a customer who is not told of everything stays; one of whom nothing is told owns only what was heard.
    """
    rows = iter(told)
    claim = database.insert(owned).on_conflict_do_nothing()
    while part := sorted(itertools.islice(rows, _CUSTOMERS_AT_A_TIME)):
        with database.write() as connection:
            # What is known of a new customer is what comes in. A row that is there can be locked; without it two
            # writers of a new customer would not see each other.
            if new := [one._asdict() for one in part if one.purchases != NOTHING]:
                connection.execute(claim, new)
            known = _read_locked(connection, [one.customer_id for one in part])
            changed = [one for one in part if known.get(one.customer_id, one.purchases) != one.purchases]
            after = {one.customer_id: _anew(known[one.customer_id], one.purchases) for one in changed}
            _store(connection, known, after)


def _anew(known: bytes, told: bytes) -> bytes:
    return _purchases.decode(known).told_anew(_purchases.decode(told)).encoded()


def hear_orders(
    connection: sa.Connection, database: Database, retold: Mapping[str, Mapping[str, Bought | None]]
) -> None:
    """Take down by customer what events tell of orders, by order id, within the caller's transaction."""
    known = _lock(connection, database, sorted(retold))
    after = {one: _purchases.decode(known[one]).hearing(orders).encoded() for one, orders in retold.items()}
    _store(connection, known, after)


def _lock(connection: sa.Connection, database: Database, customer_ids: Sequence[str]) -> dict[str, bytes]:
    """What is stored of each. A row that is there can be locked; else two writers of one would not see each other."""
    if not customer_ids:
        return {}
    claim = database.insert(owned).on_conflict_do_nothing()
    connection.execute(claim, [{"customer_id": one, "purchases": NOTHING} for one in customer_ids])
    return _read_locked(connection, customer_ids)


def _read_locked(connection: sa.Connection, customer_ids: Sequence[str]) -> dict[str, bytes]:
    found = connection.execute(_OF_SOME, {"customers": list(customer_ids)}).all()
    return {row.customer_id: row.purchases for row in found}


def _store(connection: sa.Connection, known: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    gone = [{"customer": customer} for customer, stored in after.items() if stored == NOTHING]
    kept = [{"customer": c, "purchases": stored} for c, stored in after.items() if stored not in (NOTHING, known[c])]
    if kept:
        connection.execute(_CHANGE, kept)
    if gone:
        connection.execute(_FORGET, gone)
