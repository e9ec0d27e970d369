"""Which orders, items and customers may differ between two snapshots: all others are the same in both."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset

OF_CUSTOMERS = ("customers", "consents", "needs", "feedback")
OF_PLANS = "subscriptions"
OF_SALES = ("orders", "order_lines", "returns", "order_status")


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """Customers, each once: one column, `customer_id`."""

    buyers: pa.Table  # with an order or a subscription that may differ
    customers: pa.Table  # these and those with anything else of theirs that may


def touched_customers(dataset: Dataset, snapshot: Snapshot, since: Snapshot) -> Touched:
    """Customers with a row in a file that only one of both snapshots has, be it that of an order of theirs."""
    orders = _in_one(dataset, snapshot, since, OF_SALES, "order_id")
    heads = [dataset.history("orders", snapshot=one).semi_join(orders, "order_id") for one in (snapshot, since)]
    named = [head.filter(head.customer_id.notnull()).select("customer_id") for head in heads]
    held = _in_one(dataset, snapshot, since, (OF_PLANS,), "account_id").rename(customer_id="account_id")
    buyers = ibis.union(*named, held, distinct=True).to_pyarrow()
    own = _in_one(dataset, snapshot, since, OF_CUSTOMERS, "customer_id")
    both = ibis.memtable(buyers).union(own.filter(own.customer_id.notnull()), distinct=True)
    return Touched(buyers=buyers, customers=both.to_pyarrow())


def touched_items(dataset: Dataset, snapshot: Snapshot, since: Snapshot) -> ir.Table:
    """`item_id` of items stated, spoken of or sold in a file that only one of both has, or in an order that moved.

    An order moved where its moment did, or its status.
    """
    now, before = (dataset.history("orders", snapshot=one) for one in _apart(snapshot, since))
    both = now.join(before, "order_id")
    moved = both.filter(both.placed_at != both.placed_at_right).select("order_id").to_pyarrow()
    retold = _in_one(dataset, snapshot, since, ("order_status",), "order_id")
    orders = ibis.memtable(moved).union(retold, distinct=True)
    sold = dataset.history("order_lines", snapshot=snapshot).semi_join(orders, "order_id").select("item_id")
    return _in_one(dataset, snapshot, since, ("items", "order_lines", "offer_texts"), "item_id").union(
        sold, distinct=True
    )


def _in_one(dataset: Dataset, snapshot: Snapshot, since: Snapshot, names: tuple[str, ...], column: str) -> ir.Table:
    told = [(name, one) for one in _apart(snapshot, since) for name in names if one.tables.get(name)]
    if not told:
        return ibis.memtable({column: []}, schema={column: "string"})
    rows = [dataset.history(name, snapshot=one).select(column) for name, one in told]
    return ibis.memtable(ibis.union(*rows, distinct=True).to_pyarrow())


def _apart(snapshot: Snapshot, since: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Of each only the files that the other one does not have."""
    return _without(snapshot, since), _without(since, snapshot)


def _without(one: Snapshot, other: Snapshot) -> Snapshot:
    files = {name: tuple(sorted({*own} - {*other.tables.get(name, ())})) for name, own in one.tables.items()}
    return msgspec.structs.replace(one, tables=files)
