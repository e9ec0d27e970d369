"""Who bought what, where that may have changed between two snapshots."""

from __future__ import annotations

from collections.abc import Iterator

import ibis

from pairwell.facts.ownership import NOTHING, Ownership
from pairwell.ingest.packing import Bought, pack
from pairwell.ingest.telling import Telling


def owned(told: Telling) -> Iterator[Ownership]:
    """Who bought what, how often and when last; of touched customers only those with an order that may differ."""
    bought = _purchases(told)
    if told.touched is None:
        yield from pack(bought)
        return
    buyers = ibis.memtable(told.touched.buyers)
    left = set(told.touched.buyers.column("customer_id").to_pylist())
    for one in pack(Bought(lines=bought.lines, orders=bought.orders.semi_join(buyers, "customer_id"))):
        left.discard(one.customer_id)
        yield one
    yield from (Ownership(customer_id, NOTHING) for customer_id in sorted(left))


def _purchases(told: Telling) -> Bought:
    """What known customers bought and did not send back whole, a row for each line."""
    orders, lines, returns = (told.standing(name) for name in ("orders", "order_lines", "returns"))
    known = orders.filter(orders.customer_id.notnull()).select("order_id", "customer_id", "placed_at")
    back = returns.group_by("order_id", "line_no").aggregate(returned=returns.quantity.sum())
    joined = lines.left_join(back, ["order_id", "line_no"])
    kept = joined.filter(joined.quantity > ibis.coalesce(joined.returned, 0.0))
    return Bought(lines=kept.select("order_id", "item_id"), orders=known)
