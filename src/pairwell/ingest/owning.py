"""Who bought what, where that may have changed between two snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.facts.ownership import NOTHING, Ownership
from pairwell.ingest.packing import Bought, pack
from pairwell.ingest.touched import OF_ORDERS, touched_orders


def owned(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot | None) -> Iterator[Ownership]:
    """Who bought what, how often and when last; only of customers who may own something else than at `since`."""
    if since is None:
        yield from pack(_purchases(dataset, snapshot))
        return
    touched = _customers_of(dataset, (snapshot, since), touched_orders(dataset, snapshot, since))
    left = set(touched.column("customer_id").to_pylist())
    for one in pack(_purchases(dataset, snapshot, _orders_of(dataset, snapshot, ibis.memtable(touched)))):
        left.discard(one.customer_id)
        yield one
    yield from (Ownership(customer_id, NOTHING) for customer_id in sorted(left))


def _customers_of(dataset: Dataset, snapshots: Iterable[Snapshot], orders: ir.Table) -> pa.Table:
    """Whose these orders are or were."""
    heads = [dataset.history("orders", snapshot=one).semi_join(orders, "order_id") for one in snapshots]
    named = [head.filter(head.customer_id.notnull()).select("customer_id") for head in heads]
    return ibis.union(*named, distinct=True).to_pyarrow()


def _orders_of(dataset: Dataset, snapshot: Snapshot, customers: ir.Table) -> ir.Table:
    """All orders of these customers."""
    orders = dataset.table("orders", snapshot=snapshot).semi_join(customers, "customer_id").select("order_id")
    return ibis.memtable(orders.to_pyarrow())


def _purchases(dataset: Dataset, snapshot: Snapshot, among: ir.Table | None = None) -> Bought:
    """What known customers bought and did not send back whole, a row for each line; `among` names the orders."""
    orders, lines, returns = (_among(dataset.table(name, snapshot=snapshot), among) for name in OF_ORDERS)
    known = orders.filter(orders.customer_id.notnull()).select("order_id", "customer_id", "placed_at")
    back = returns.group_by("order_id", "line_no").aggregate(returned=returns.quantity.sum())
    joined = lines.left_join(back, ["order_id", "line_no"])
    kept = joined.filter(joined.quantity > ibis.coalesce(joined.returned, 0.0))
    return Bought(lines=kept.select("order_id", "item_id"), orders=known)


def _among(rows: ir.Table, orders: ir.Table | None) -> ir.Table:
    return rows if orders is None else rows.semi_join(orders, "order_id")
