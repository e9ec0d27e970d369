"""Who bought what, and who no longer owns it, between two snapshots."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.facts.ownership import Ownership
from pairwell.ingest.packing import Bought, pack
from pairwell.ingest.touched import OF_ORDERS, touched_orders


def owned(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot | None) -> Iterator[Ownership]:
    """Who bought what, how often and when last; only of customers with purchases that `since` does not have."""
    if since is None:
        return pack(_purchases(dataset, snapshot))
    touched = touched_orders(dataset, snapshot, since)
    before, now = (_purchases(dataset, one, touched).rows() for one in (since, snapshot))
    fresh = now.anti_join(before, ["order_id", "customer_id", "item_id"])
    return pack(_purchases(dataset, snapshot, _orders_of(dataset, snapshot, fresh)))


def lost(dataset: Dataset, snapshot: Snapshot, *, since: Snapshot) -> Iterator[Ownership]:
    """Who owned what at `since` and no longer does: the order was cancelled or replaced, or all of it came back."""
    before = _purchases(dataset, since, touched_orders(dataset, snapshot, since))
    now = _purchases(dataset, snapshot, _orders_of(dataset, snapshot, before.orders))
    gone = before.rows().anti_join(now.rows(), ["customer_id", "item_id"])
    return pack(Bought(lines=gone.select("order_id", "item_id"), orders=before.orders))


def _orders_of(dataset: Dataset, snapshot: Snapshot, customers: ir.Table) -> ir.Table:
    """All orders of these customers."""
    asked = ibis.memtable(customers.select("customer_id").distinct().to_pyarrow())
    orders = dataset.table("orders", snapshot=snapshot).semi_join(asked, "customer_id").select("order_id")
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
