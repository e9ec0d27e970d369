"""Which sale a return belongs to, and how much of it counts."""

from __future__ import annotations

import ibis


def same_order_or_customer(returns: ibis.Table, sold: ibis.Table) -> ibis.Table:
    """The lines that each return (seq, order_id, item_id, customer_id, at) may meet.

    Those of its own order with the item are `near`, those of the customer's earlier orders with the item are not.
    """
    within = returns.select("seq", "order_id", "item_id").join(
        _named(sold), [("order_id", "sold_order"), ("item_id", "sold_item")]
    )
    asked = returns.filter(returns.customer_id.notnull()).select("seq", "customer_id", "item_id", "at")
    joined = asked.join(_named(sold), [("customer_id", "buyer"), ("item_id", "sold_item")])
    earlier = joined.filter(joined.bought_at <= joined["at"])
    return _candidates(within, near=1).union(_candidates(earlier, near=0))


def stated_line(returns: ibis.Table, sold: ibis.Table) -> ibis.Table:
    """The lines that each return (seq, order_id, item_id?, stated_line?, refund_minor?) may meet.

    Those that its line number or item names; without either the order's only line, or the only one whose price is
    the refund.
    """
    lines = _named(sold)
    alone = lines.mutate(lines_of_order=lines.count().over(group_by="sold_order"))
    joined = returns.select("seq", "order_id", "item_id", "stated_line", "refund_minor").join(
        alone, [("order_id", "sold_order")]
    )
    priced = (joined.refund_minor == joined.paid_minor).fill_null(False)
    vague = joined.stated_line.isnull() & joined.item_id.isnull()
    fits = (
        (joined.stated_line == joined.line_no).fill_null(False)
        | (joined.stated_line.isnull() & (joined.item_id == joined.sold_item).fill_null(False))
        | (vague & ((joined.lines_of_order == 1) | priced))
    )
    found = joined.filter(fits)
    only = found.mutate(vague=found.stated_line.isnull() & found.item_id.isnull())
    counted = only.mutate(fitting=only.count().over(group_by="seq"))
    return _candidates(counted.filter(~counted.vague | (counted.fitting == 1)), near=1)


def meet(returns: ibis.Table, candidates: ibis.Table, prior: ibis.Table) -> ibis.Table:
    """Each return (seq, at, quantity > 0) with the line it meets: the nearest, newest, largest of its candidates.

    Several returns of one line come off it in the order of time, after those stored before (`prior`: returns of
    the dataset). `verdict` names the rule for those that find nothing, or nothing left; `kept` is the quantity that
    counts and `cut` says that it is less than stated. A return without quantity brings back the whole line.
    """
    c = candidates
    order = [c.near.desc(), c.bought_at.desc(), c.bought.desc(), c.sold_order, c.line_no]
    ranked = c.mutate(place=ibis.row_number().over(group_by="seq", order_by=order))
    best = ranked.filter(ranked.place == 0).drop("near", "place")
    met = returns.left_join(best, "seq").drop("seq_right")
    met = met.mutate(quantity=ibis.coalesce(met.quantity, met.bought), at=ibis.coalesce(met["at"], met.bought_at))
    return _cut(_with_gone(met, prior))


def _named(sold: ibis.Table) -> ibis.Table:
    paid = (sold.unit_price_minor * sold.quantity).round().cast("int64") - sold.discount_minor
    return sold.select(
        "line_no",
        sold_order="order_id",
        sold_item="item_id",
        buyer="customer_id",
        bought_at="placed_at",
        bought="quantity",
        paid_minor=paid,
    )


def _candidates(joined: ibis.Table, *, near: int) -> ibis.Table:
    sold_order = joined.sold_order if "sold_order" in joined.columns else joined.order_id
    return joined.select(
        "seq", "line_no", "bought", "bought_at", "paid_minor", sold_order=sold_order, near=ibis.literal(near)
    )


def _with_gone(met: ibis.Table, prior: ibis.Table) -> ibis.Table:
    """Beside each return, how much of its line had come back before it."""
    keys = met.filter(met.sold_order.notnull()).select(order_id="sold_order", line_no="line_no", at="at")
    others = prior.anti_join(keys, ["order_id", "line_no", "at"])
    stored = others.group_by("order_id", "line_no").aggregate(stored_back=others.quantity.sum())
    line = ibis.window(group_by=["sold_order", "line_no"], order_by=["at", "seq"], preceding=(None, 1))
    ordered = met.mutate(before=met.quantity.sum().over(line).fill_null(0.0))
    joined = ordered.left_join(stored, [("sold_order", "order_id"), "line_no"])
    return joined.mutate(gone=joined.before + joined.stored_back.fill_null(0.0)).select(*met.columns, "gone")


def _cut(met: ibis.Table) -> ibis.Table:
    left = met.bought - met.gone
    verdict = ibis.cases(
        (met.sold_order.isnull(), "return_without_order"),
        (left <= 0, "return_exceeds_order"),
        else_=ibis.null("string"),
    )
    return met.mutate(verdict=verdict, kept=ibis.least(met.quantity, left), cut=met.quantity > left)
