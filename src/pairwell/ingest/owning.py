"""Who bought what or holds which plan, where that may have changed between two snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from pairwell.facts.ownership import NOTHING, Ownership
from pairwell.ingest.packing import Bought, pack
from pairwell.ingest.telling import Telling
from pairwell.ingest.touched import OF_PLANS

_APART = "subscription\x1f"  # keeps subscriptions apart from orders that are called alike


def owned(told: Telling, now: datetime) -> Iterator[Ownership]:
    """Who bought what, how often and when last; of touched customers only those of whom that may differ.

    A plan is owned while a subscription to it runs: one that began and did not end by `now`, and that is no trial.
    """
    bought = _with_plans(_purchases(told), _running(told.rows[OF_PLANS], now))
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


def _running(subscriptions: ir.Table, now: datetime) -> ir.Table:
    moment = ibis.literal(now.astimezone(UTC), type="timestamp('UTC', 6)")
    stands = subscriptions.ended_at.isnull() | (subscriptions.ended_at > moment)
    return subscriptions.filter(stands & (subscriptions.started_at <= moment) & ~subscriptions.is_trial)


def _with_plans(bought: Bought, running: ir.Table) -> Bought:
    """What an account holds by one subscription as an order of its plans, placed when the first of them began."""
    called = ibis.literal(_APART).join([running.account_id, running.subscription_id])
    held = running.mutate(order_id=ibis.literal(_APART) + called)
    orders = held.group_by("order_id").aggregate(customer_id=held.account_id.min(), placed_at=held.started_at.min())
    lines = held.select("order_id", item_id=held.plan_id)
    return Bought(lines=bought.lines.union(lines), orders=bought.orders.union(orders))
