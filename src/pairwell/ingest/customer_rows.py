"""From the rows that tell of customers to one text for each of them: the JSON of `Known`."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import msgspec

from pairwell.engines.functions import micros
from pairwell.facts.customer_state import FEEDBACK_TOLD, ORDERS_TOLD, RETURNS_TOLD

FEEDBACK_DIGITS = 16  # of a feedback's id
_PAST = {"past_orders": "0,0,0,0,0", "past_returns": "0,0", "past_feedback": "0,0,null,0,0"}  # where there is none


class CustomerRows(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to tell of, and the rows by table: those that name customers, the orders too, are theirs alone."""

    customers: ibis.Table  # customer_id
    rows: Mapping[str, ibis.Table]
    sold: ibis.Table  # `sold_by_order` of the lines


def sold_by_order(lines: ibis.Table) -> ibis.Table:
    """Of each order its pieces and the most that was taken off a line."""
    return lines.group_by("order_id").aggregate(
        units=lines.quantity.sum().round().cast("int64"), off=lines.discount_minor.max()
    )


def pack_told(told_of: CustomerRows) -> ibis.Table:
    """`customer_id` and `told`, one row for each customer."""
    rows = told_of.rows
    orders = _orders(rows, told_of.sold)
    parts = [
        rows["customers"].select("customer_id", "attributes"),
        _consents(rows["consents"]),
        _needs(rows["needs"]),
        _of_orders(orders),
        _past_orders(orders),
        *_of_returns(_returns(rows, orders)),
        *_of_feedback(_feedback(rows["feedback"])),
    ]
    told = told_of.customers
    for part in parts:
        told = told.left_join(part, "customer_id").drop("customer_id_right")
    return told.select("customer_id", told=_text(told))


def _text(told: ibis.Table) -> ibis.Value:
    lists = ("consents", "needs", "orders", "statuses", "returns", "feedback")
    members = [_member("attributes", told.attributes)]
    members += [_member(name, _as_json(told[name]).cast("string")) for name in lists]
    members.append(_member("past", _past(told)))
    # What is null is passed over.
    return ibis.literal("{") + ibis.coalesce(ibis.literal(",").join(members), "") + "}"


def _member(name: str, value: ibis.Value) -> ibis.Value:
    return ibis.literal(f'"{name}":') + value


def _past(told: ibis.Table) -> ibis.Value:
    any_at_all = ibis.coalesce(*(told[name] for name in _PAST))
    totals = ibis.literal(",").join([ibis.coalesce(told[name], nothing) for name, nothing in _PAST.items()])
    return any_at_all.notnull().ifelse(ibis.literal("[") + totals + "]", ibis.null("string"))


def _totals(*numbers: ibis.Value) -> ibis.Value:
    return ibis.literal(",").join([number.cast("string") for number in numbers])


# --- consents and needs ---------------------------------------------------------------------------


def _consents(rows: ibis.Table) -> ibis.Table:
    newest = rows.group_by("customer_id", "channel").aggregate(
        at=micros(rows["at"].max()), given=rows.given.argmax(rows["at"])
    )
    seen = _consent(newest["at"], newest.channel, ~newest.given)
    return _listed(newest, consents=seen.collect(order_by=[newest["at"].desc(), newest.channel.desc()]))


def _needs(rows: ibis.Table) -> ibis.Table:
    newest = rows.group_by("customer_id", "need").aggregate(
        at=micros(rows.since.max()), how=rows.how.argmax(rows.since)
    )
    seen = _need(newest["at"], newest.need, newest.how)
    return _listed(newest, needs=seen.collect(order_by=[newest["at"].desc(), newest.need.desc()]))


def _listed(rows: ibis.Table, **lists: ibis.Value) -> ibis.Table:
    return rows.group_by("customer_id").aggregate(**lists)


# --- orders and returns ---------------------------------------------------------------------------


def _orders(rows: Mapping[str, ibis.Table], sold: ibis.Table) -> ibis.Table:
    """One row for each order, also a cancelled one, `place` counting from the customer's newest."""
    orders, statuses = rows["orders"], rows["order_status"].semi_join(rows["orders"], "order_id")
    newest = statuses.group_by("order_id").aggregate(
        status=statuses.status.argmax(statuses["at"]), status_at=micros(statuses["at"].max())
    )
    both = orders.left_join(sold, "order_id").drop("order_id_right")
    both = both.left_join(newest, "order_id").drop("order_id_right")
    full = both.select(
        "customer_id",
        "order_id",
        "status_at",
        at=micros(both.placed_at),
        units=both.units.fill_null(0),
        discounted=(both.discount_minor > 0) | (both.off > 0).fill_null(False),
        cancelled=(both.status == "cancelled").fill_null(False),
    )
    return _placed(full, full["at"], full.order_id)


def _placed(rows: ibis.Table, *newest: ibis.Value) -> ibis.Table:
    order = [value.desc() for value in newest]
    return rows.mutate(place=ibis.row_number().over(group_by="customer_id", order_by=order))


def _of_orders(orders: ibis.Table) -> ibis.Table:
    newest = orders.filter(orders.place < ORDERS_TOLD)
    seen = _order(newest["at"], newest.order_id, newest.units, newest.discounted)
    stated = newest.status_at.notnull().ifelse(
        _status(newest.status_at, newest.order_id, newest.cancelled), ibis.null("json")
    )
    order = newest.place
    return _listed(newest, orders=seen.collect(order_by=order), statuses=stated.collect(order_by=order))


def _past_orders(orders: ibis.Table) -> ibis.Table:
    older = orders.filter(orders.place >= ORDERS_TOLD)
    standing = ~older.cancelled
    totals = _totals(
        standing.sum(),
        older["at"].max(where=standing).fill_null(0),
        older.discounted.sum(where=standing).fill_null(0),
        _sum(older.units, standing),
        older["at"].max(),
    )
    return _listed(older, past_orders=totals)


def _sum(values: ibis.Value, where: ibis.Value) -> ibis.Value:
    # A sum of int64 is wider than int64 in DuckDB, which Ibis does not see: by way of float it is cast for sure.
    return values.cast("float64").sum(where=where).fill_null(0.0).cast("int64")


def _returns(rows: Mapping[str, ibis.Table], orders: ibis.Table) -> ibis.Table:
    # Of orders that only the totals hold nothing more is told than that: their status is not.
    counted = orders.filter(~orders.cancelled | (orders.place < ORDERS_TOLD))
    back = rows["returns"].join(counted.select("order_id", "customer_id", "cancelled"), "order_id")
    lines = rows["order_lines"].semi_join(back, "order_id").select("order_id", "line_no", "item_id")
    own = back.join(lines, ["order_id", "line_no"])
    summed = own.group_by("customer_id", "order_id", "item_id", "cancelled", at=micros(own["at"])).aggregate(
        units=own.quantity.sum().round().cast("int64")
    )
    return _placed(summed, summed["at"], summed.order_id, summed.item_id)


def _of_returns(returns: ibis.Table) -> tuple[ibis.Table, ibis.Table]:
    newest, older = returns.filter(returns.place < RETURNS_TOLD), returns.filter(returns.place >= RETURNS_TOLD)
    seen = _return(newest["at"], newest.order_id, newest.item_id, newest.units)
    totals = _totals(_sum(older.units, ~older.cancelled), older["at"].max())
    return _listed(newest, returns=seen.collect(order_by=newest.place)), _listed(older, past_returns=totals)


# --- feedback -------------------------------------------------------------------------------------


def _feedback(rows: ibis.Table) -> ibis.Table:
    share = ibis.cases(
        (rows.kind == "csat", (rows.score - 1) / 4), (rows.kind == "nps", rows.score / 10), else_=ibis.null("float64")
    )
    seen = rows.select(
        "customer_id", "kind", said=rows.feedback_id.substr(0, FEEDBACK_DIGITS), at=micros(rows["at"]), share=share
    )
    return _placed(seen, seen["at"], seen.said)


def _of_feedback(feedback: ibis.Table) -> tuple[ibis.Table, ibis.Table]:
    newest = feedback.filter(feedback.place < FEEDBACK_TOLD)
    older = feedback.filter(feedback.place >= FEEDBACK_TOLD)
    seen = _said(newest["at"], newest.said, newest.kind, newest.share)
    rated = older.share.notnull()
    totals = _totals(
        (older.kind == "ticket_opened").sum(),
        (older.kind == "ticket_closed").sum(),
        ibis.coalesce(older.share.first(where=rated, order_by=older.place).cast("string"), "null"),
        older["at"].max(where=rated).fill_null(0),
        older["at"].max(),
    )
    return _listed(newest, feedback=seen.collect(order_by=newest.place)), _listed(older, past_feedback=totals)


# --- DuckDB's functions: no value of millions becomes one of Python ---------------------------------


@ibis.udf.scalar.builtin(name="to_json", signature=(("array<json>",), "json"))  # type: ignore[untyped-decorator]
def _as_json(rows: ir.Value) -> ir.Value:
    """A list as JSON."""


@ibis.udf.scalar.builtin(name="json_array", signature=(("int64", "string", "boolean"), "json"))  # type: ignore[untyped-decorator]
def _consent(at: ir.Value, channel: ir.Value, refused: ir.Value) -> ir.Value:
    """A `SeenConsent`."""


@ibis.udf.scalar.builtin(name="json_array", signature=(("int64", "string", "string"), "json"))  # type: ignore[untyped-decorator]
def _need(at: ir.Value, need: ir.Value, how: ir.Value) -> ir.Value:
    """A `SeenNeed`."""


@ibis.udf.scalar.builtin(name="json_array", signature=(("int64", "string", "int64", "boolean"), "json"))  # type: ignore[untyped-decorator]
def _order(at: ir.Value, order_id: ir.Value, units: ir.Value, discounted: ir.Value) -> ir.Value:
    """A `SeenOrder`."""


@ibis.udf.scalar.builtin(name="json_array", signature=(("int64", "string", "boolean"), "json"))  # type: ignore[untyped-decorator]
def _status(at: ir.Value, order_id: ir.Value, cancelled: ir.Value) -> ir.Value:
    """A `SeenStatus`."""


@ibis.udf.scalar.builtin(name="json_array", signature=(("int64", "string", "string", "int64"), "json"))  # type: ignore[untyped-decorator]
def _return(at: ir.Value, order_id: ir.Value, item_id: ir.Value, units: ir.Value) -> ir.Value:
    """A `SeenReturn`."""


@ibis.udf.scalar.builtin(name="json_array", signature=(("int64", "string", "string", "float64"), "json"))  # type: ignore[untyped-decorator]
def _said(at: ir.Value, feedback_id: ir.Value, kind: ir.Value, score: ir.Value) -> ir.Value:
    """A `SeenFeedback`."""
