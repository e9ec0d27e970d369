"""Which orders and items may differ between two snapshots: all others are the same in both."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import msgspec

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset

OF_ORDERS = ("orders", "order_lines", "returns")
_OF_SALES = (*OF_ORDERS, "order_status")


def touched_orders(dataset: Dataset, snapshot: Snapshot, since: Snapshot) -> ir.Table:
    """`order_id` of the orders with a row in a file that only one of both snapshots has."""
    return _in_one(dataset, snapshot, since, _OF_SALES, "order_id")


def touched_items(dataset: Dataset, snapshot: Snapshot, since: Snapshot) -> ir.Table:
    """`item_id` of the items that are stated or sold in a file that only one of both has, or in an order that moved.

    An order moved where its moment did, or its status.
    """
    now, before = (dataset.history("orders", snapshot=one) for one in _apart(snapshot, since))
    both = now.join(before, "order_id")
    moved = both.filter(both.placed_at != both.placed_at_right).select("order_id").to_pyarrow()
    retold = _in_one(dataset, snapshot, since, ("order_status",), "order_id")
    orders = ibis.memtable(moved).union(retold, distinct=True)
    sold = dataset.history("order_lines", snapshot=snapshot).semi_join(orders, "order_id").select("item_id")
    return _in_one(dataset, snapshot, since, ("items", "order_lines"), "item_id").union(sold, distinct=True)


def _in_one(dataset: Dataset, snapshot: Snapshot, since: Snapshot, names: tuple[str, ...], column: str) -> ir.Table:
    only = _apart(snapshot, since)
    rows = [dataset.history(name, snapshot=one).select(column) for one in only for name in names]
    return ibis.memtable(ibis.union(*rows, distinct=True).to_pyarrow())


def _apart(snapshot: Snapshot, since: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Of each only the files that the other one does not have."""
    return _without(snapshot, since), _without(since, snapshot)


def _without(one: Snapshot, other: Snapshot) -> Snapshot:
    files = {name: tuple(sorted({*own} - {*other.tables.get(name, ())})) for name, own in one.tables.items()}
    return msgspec.structs.replace(one, tables=files)
