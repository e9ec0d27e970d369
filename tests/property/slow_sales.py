"""The sums of reports by an independent slow path: plain Python over raw rows, order by order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


def whole(amount: float) -> int:
    """Halves go away from zero."""
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))


class SlowShop:
    """Raw rows, and what a report of them must say."""

    def __init__(self, tables: dict[str, Sequence[Row]], *, zone: str, rates: dict[str, float], rate: float) -> None:
        self.tables, self.zone, self.rates, self.rate = tables, ZoneInfo(zone), rates, rate
        self.items = {row["item_id"]: row for row in tables["items"]}
        newest: dict[str, Row] = {}
        for row in sorted(tables["order_status"], key=lambda row: row["at"]):
            newest[row["order_id"]] = row
        gone = {order_id for order_id, row in newest.items() if row["status"] == "cancelled"}
        self.orders = [self._order(row) for row in tables["orders"] if row["order_id"] not in gone]
        first: dict[str, datetime] = {}
        for order in self.orders:
            if order["customer_id"] is not None:
                at = first.get(order["customer_id"], order["placed_at"])
                first[order["customer_id"]] = min(at, order["placed_at"])
        for order in self.orders:
            name = order["customer_id"]
            order["kind"] = "unnamed" if name is None else "new" if first[name] == order["placed_at"] else "returning"

    def between(self, since: datetime, until: datetime) -> list[Row]:
        return [order for order in self.orders if since <= order["placed_at"] < until]

    def _order(self, row: Row) -> Row:
        lines = [self._line(line) for line in self.tables["order_lines"] if line["order_id"] == row["order_id"]]
        by_item: dict[str, list[Row]] = defaultdict(list)
        for line in lines:
            by_item[line["item_id"]].append(line)
        wanted = [line for line in lines if line["role"] == "primary"]
        wanted = wanted or [line for line in lines if line["role"] is None] or lines
        dearest = max((line["unit_price_minor"] or 0 for line in wanted), default=0)
        best = next((line["item_id"] for line in wanted if (line["unit_price_minor"] or 0) == dearest), None)
        return {
            **row,
            "lines": lines,
            "items": set(by_item),
            "primary": best,
            "local_day": row["placed_at"].astimezone(self.zone).date(),
            "revenue": sum(line["revenue"] or 0 for line in lines),
            "added_revenue": sum(line["revenue"] or 0 for line in lines if line["item_id"] != best),
            "margin": sum(line["margin"] for line in lines) - row["discount_minor"],
        }

    def _line(self, line: Row) -> Row:
        item = self.items.get(line["item_id"], {})
        price, quantity = line["unit_price_minor"], line["quantity"]
        gross = None if price is None else whole(quantity * price)
        revenue = None if gross is None else gross - line["discount_minor"]
        unit_cost = line["unit_cost_minor"] if line["unit_cost_minor"] is not None else item.get("cost_minor")
        rate = self.rates.get(item.get("category") or "", self.rate)
        cost = None if gross is None else whole(gross * (1 - rate))
        cost = cost if unit_cost is None else whole(quantity * unit_cost)
        refund = units_back = cost_back = 0.0
        back = [
            one
            for one in self.tables["returns"]
            if (one["order_id"], one["line_no"]) == (line["order_id"], line["line_no"])
        ]
        if back:
            units_back = sum(one["quantity"] for one in back)
            refund = sum(one["refund_minor"] for one in back if one["refund_minor"] is not None)
            unstated = sum(one["quantity"] for one in back if one["refund_minor"] is None)
            refund += 0 if revenue is None else whole(revenue * unstated / quantity)
            cost_back = 0 if cost is None else whole(cost * units_back / quantity)
        margin = 0 if revenue is None or cost is None else revenue - cost - int(refund) + int(cost_back)
        return {**line, "revenue": revenue, "margin": margin, "refund": int(refund), "back": units_back}


def measure(orders: Sequence[Row]) -> dict[str, float]:
    """Every metric of some orders, as far as there is something to divide by."""
    customers = {order["customer_id"] or ("", order["order_id"]) for order in orders}
    adders = {order["customer_id"] or ("", order["order_id"]) for order in orders if len(order["items"]) > 1}
    n = len(orders)
    revenue, margin = (sum(order[name] for order in orders) for name in ("revenue", "margin"))
    lines = [line for order in orders for line in order["lines"]]
    found = {
        "orders": n,
        "buyers": len({order["customer_id"] for order in orders} - {None}),
        "units": sum(line["quantity"] for line in lines),
        "revenue": revenue,
        "margin": margin,
        "refunds": sum(line["refund"] for line in lines),
    }
    if n:
        found |= {
            "aov": revenue / n,
            "revenue_per_customer": revenue / len(customers),
            "items_per_order": sum(len(order["items"]) for order in orders) / n,
            "attach_rate": sum(len(order["items"]) > 1 for order in orders) / n,
            "buyers_who_added": len(adders) / len(customers),
            "add_on_spend_per_order": sum(order["added_revenue"] for order in orders) / n,
            "return_rate": sum(any(line["back"] for line in order["lines"]) for order in orders) / n,
        }
    if revenue:
        found["margin_share"] = margin / revenue
    return found
