"""What each line of an order came to: revenue, margin, and what of it was sent back."""

from __future__ import annotations

import ibis
import msgspec

from pairwell.config.categories import ByCategory
from pairwell.config.settings import Shop
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.measure.period import Period


class History(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One snapshot of a shop's orders, with what its settings say of money and days."""

    dataset: Dataset
    snapshot: Snapshot
    shop: Shop

    def orders(self, span: Period) -> ibis.Table:
        """Orders of a span that were not cancelled."""
        orders = self.dataset.table("orders", snapshot=self.snapshot)
        return orders.filter(span.holds(orders.placed_at))

    def items(self) -> ibis.Table:
        """What the catalogue says of each item today: item_id, title, category, brand, cost_minor."""
        return self.dataset.table("items", snapshot=self.snapshot).select(
            "item_id", "title", "category", "brand", "cost_minor"
        )


def sold_lines(history: History, orders: ibis.Table | None = None, *, returns: ibis.Table | None = None) -> ibis.Table:
    """The lines of some orders, else of all: one row each, money in minor units, rounded to whole ones line by line.

    Only `returns` count as such, else all there are.

    Columns: order_id, line_no, item_id, category, brand, role, quantity, unit_price_minor; `revenue`, null where the
    price is unknown; `margin` after the line's discount and its returns, `estimated`: the revenue whose cost is taken
    from the margin rate; `discount`, `refund`, `returned` (quantity).
    """
    # Lines are replaced with their order, so that all that is stored of them is current.
    every = history.dataset.history("order_lines", snapshot=history.snapshot)
    lines = every if orders is None else every.semi_join(orders, "order_id")
    priced = _cost(_with_items(lines, history), history)
    returned = _with_returns(priced, _every_return(history) if returns is None else returns)
    lost = returned.refund - returned.cost_back + _whole(returned.returned * history.shop.return_cost_minor)
    return returned.mutate(margin=returned.revenue - returned.cost - lost)


def _with_items(lines: ibis.Table, history: History) -> ibis.Table:
    items = history.items().drop("title")
    joined = lines.left_join(items, "item_id").drop("item_id_right")
    gross = _whole(joined.quantity * joined.unit_price_minor)
    return joined.mutate(gross=gross, revenue=gross - joined.discount_minor, discount=joined.discount_minor)


def _cost(lines: ibis.Table, history: History) -> ibis.Table:
    """With `cost`; where nobody states one, what the margin rate leaves of the price before discounts."""
    unit_cost = lines.unit_cost_minor.fill_null(lines.cost_minor)
    guessed = _whole(lines.gross * (1 - _margin_rate(lines.category, history)))
    return lines.mutate(
        cost=_whole(lines.quantity * unit_cost).fill_null(guessed),
        estimated=ibis.ifelse(unit_cost.isnull(), lines.revenue, 0),
    )


def _margin_rate(category: ibis.Value, history: History) -> ibis.Value:
    """The margin rate of a category: that of the nearest one above it that states one, else the shop's."""
    shop = history.shop
    if not shop.margin_rates:
        return ibis.literal(shop.margin_rate)
    stated = ByCategory(shop.margin_rates)
    with storage_failures():
        names = history.items().select("category").distinct().to_pyarrow()["category"].to_pylist()
    known = [(category == name, rate) for name in sorted(filter(None, names)) if (rate := stated.of(name)) is not None]
    return ibis.cases(*known, else_=shop.margin_rate) if known else ibis.literal(shop.margin_rate)


def _every_return(history: History) -> ibis.Table | None:
    """What came back until the snapshot."""
    there = "returns" in history.snapshot.tables
    return history.dataset.history("returns", snapshot=history.snapshot) if there else None


def _with_returns(lines: ibis.Table, returns: ibis.Table | None) -> ibis.Table:
    """With what came back of each line; a refund that is not stated is the line's share of it."""
    if returns is None:
        return lines.mutate(refund=ibis.literal(0), cost_back=ibis.literal(0), returned=ibis.literal(0.0))
    back = returns.group_by("order_id", "line_no").aggregate(
        returned=returns.quantity.sum(),
        stated=returns.refund_minor.sum().fill_null(0),
        unstated=returns.quantity.sum(where=returns.refund_minor.isnull()).fill_null(0.0),
    )
    joined = lines.left_join(back, ["order_id", "line_no"]).drop("order_id_right", "line_no_right")
    quantity = joined.quantity.nullif(0)
    refund = joined.stated.fill_null(0) + _whole(joined.revenue * joined.unstated / quantity).fill_null(0)
    return joined.mutate(
        refund=refund,
        cost_back=_whole(joined.cost * joined.returned / quantity).fill_null(0),
        returned=joined.returned.fill_null(0.0),
    )


def _whole(amount: ibis.Value) -> ibis.Value:
    """Whole minor units; halves away from zero."""
    return amount.round().cast("int64")
