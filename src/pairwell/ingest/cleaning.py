"""Which rows are sales, which came back, and which are neither: the cleaning rules as expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.ingest.titles import is_note

CANCELLED = (
    "cancelled", "canceled", "cancel", "void", "voided", "declined", "failed", "expired", "rejected", "unpaid",
    "отменен", "отменён", "отменено", "отменена", "отмена", "отклонен", "отклонён", "не оплачен", "аннулирован",
    "anulowane", "anulowany", "anulowana", "odrzucone", "odrzucony", "nieopłacone", "nieudane",
)  # fmt: skip
RETURNED = (
    "returned", "refunded", "return", "refund", "возврат", "возвращен", "возвращён", "возвращено",
    "zwrot", "zwrócone", "zwrócony", "zwrócona",
)  # fmt: skip
NOT_WON = "deal not won"
"""The status of a CRM's deal that is open or lost."""
_PRIMARY = ("primary", "main", "1", "true", "yes", "t", "y", "да", "основной", "główny", "tak")
_ADDED = ("added", "add-on", "addon", "cross-sell", "cross_sell", "0", "false", "no", "f", "n", "нет", "nie")
_MOSTLY = 0.5
_KEPT = (
    "seq", "order_id", "item_id", "customer_id", "placed_at", "at", "title", "quantity",
    "unit_price_minor", "line_discount_minor", "unit_cost_minor", "currency", "rate", "category", "brand", "family",
    "channel", "seller_id", "status", "role", "discount_minor", "shipping_minor", "tax_minor", "attributes",
    "item_attributes", "back", "returned", "verdict",
)  # fmt: skip
PASSED_ON = (
    "title", "line_discount_minor", "unit_cost_minor", "category", "brand", "family", "channel", "seller_id", "status",
    "role", "discount_minor", "shipping_minor", "tax_minor", "attributes", "item_attributes",
)  # fmt: skip
"""Columns that are empty after judging where they were empty before."""
CHANGES = (
    "price_from_item",
    "price_unknown",
    "price_from_total",
    "quantity_one",
    "title_note",
    "order_date",
    "order_customer",
)


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules know beside the rows."""

    fields: frozenset[str]  # those the file has
    excluded: tuple[str, ...]  # item ids that are no goods
    digits_only: bool  # whether most order ids are digits and nothing else
    agreeing: bool  # whether the rows of every order name the same date and customer, or all of them none

    @property
    def dated(self) -> bool:
        """Whether the file says when orders were placed."""
        return "placed_at" in self.fields


def mostly_digits(lines: ibis.Table) -> bool:
    """Whether most order ids are digits and nothing else."""
    ids = lines.select("order_id").distinct()
    share = ids.aggregate(share=ids.order_id.re_search(r"^\d+$").mean()).to_pyarrow()["share"][0].as_py()
    return share is not None and share > _MOSTLY


def rows_agree(lines: ibis.Table) -> bool:
    """Whether the rows of every order name the same date and customer, or all of them none."""
    agree = [
        (low.isnull() | ((low == high) & (stated == rows)))
        for low, high, stated, rows in (
            (column.min(), column.max(), column.count(), lines.count())
            for column in (lines.placed_at, lines.customer_id)
        )
    ]
    found = lines.group_by("order_id").aggregate(agree=agree[0] & agree[1])
    return bool(found.aggregate(agree=found.agree.all().fill_null(True)).to_pyarrow()["agree"][0].as_py())


def judge(lines: ibis.Table, prices: ibis.Table, cleaning: Cleaning) -> ibis.Table:
    """Every staged row with its `verdict`: the rule that refuses or merges it, else null.

    Beside it stand its order's date and customer, whether it is something that came `back`, and one flag for each
    rule that changed it.
    `prices`: item_id and known_minor, the price an item has where a row states none.
    """
    rows = _with_order(lines, cleaning)
    rows = _with_price(rows, prices)
    rows = rows.mutate(
        title_note=is_note(rows.title).fill_null(False),
        title=is_note(rows.title).ifelse(ibis.null(), rows.title),
        returned=rows.status.lower().isin(RETURNED).fill_null(False),
        role=_role(rows.role),
    )
    rows = rows.mutate(back=_came_back(rows, cleaning))
    return rows.mutate(verdict=_verdict(rows, cleaning)).select(*_KEPT, *CHANGES)


def _with_order(lines: ibis.Table, cleaning: Cleaning) -> ibis.Table:
    rows = lines.left_join(_repeats(lines, cleaning), [("seq", "repeated")])
    if cleaning.agreeing:
        rows = rows.mutate(own_date=rows.placed_at, own_customer=rows.customer_id)
        rows = rows.rename(order_placed_at="placed_at", order_customer="customer_id")
    else:
        orders = lines.group_by("order_id").aggregate(
            order_placed_at=lines.placed_at.min(), order_customer=lines.customer_id.argmin(lines.seq)
        )
        rows = rows.join(orders, "order_id").rename(own_date="placed_at", own_customer="customer_id")
    return rows.mutate(
        at=ibis.coalesce(rows.own_date, rows.order_placed_at),
        placed_at=rows.order_placed_at,
        customer_id=rows.order_customer,
        order_date=ibis.literal(cleaning.dated) & ~rows.own_date.identical_to(rows.order_placed_at),
        order_customer=~rows.own_customer.identical_to(rows.order_customer),
    )


def _repeats(lines: ibis.Table, cleaning: Cleaning) -> ibis.Table:
    """The `repeated` rows: equal to an earlier one in every column that the file has."""
    named = {field.partition(".")[0] for field in cleaning.fields}
    same = [name for name in lines.columns if name in named or name.removesuffix("_minor") in named]
    if "quantity" not in cleaning.fields:
        return lines.filter(ibis.literal(value=False)).select(repeated="seq")
    # Few orders name an item twice: only their rows are compared in full. Numbers are sorted many times as fast as
    # texts are grouped, and two pairs of one number do no harm: their rows are compared, too.
    pair = _pair_number(lines.order_id, lines.item_id)
    again = _numbers_again(lines.select(pair=pair))
    twice = lines.mutate(pair=pair).semi_join(ibis.memtable(again), "pair")
    ranked = twice.select("seq", place=ibis.row_number().over(group_by=same, order_by=twice.seq))
    return ranked.filter(ranked.place > 0).select(repeated="seq")


def _numbers_again(pairs: ibis.Table) -> pa.Table:
    """Those of the `pair` numbers that occur more than once."""
    ordered = np.sort(pairs.to_pyarrow()["pair"].to_numpy())
    return pa.table({"pair": np.unique(ordered[1:][ordered[1:] == ordered[:-1]])})


@ibis.udf.scalar.builtin(name="hash", signature=(("string", "string"), "uint64"))  # type: ignore[untyped-decorator]
def _pair_number(order_id: ir.Value, item_id: ir.Value) -> ir.Value:
    """DuckDB's function: a number that is equal where both are."""


def _with_price(rows: ibis.Table, prices: ibis.Table) -> ibis.Table:
    known = rows.left_join(prices, "item_id").drop("item_id_right")
    missing = known.unit_price_minor.isnull()
    return known.mutate(
        price_from_item=missing & known.known_minor.notnull(),
        price_unknown=missing & known.known_minor.isnull(),
        stated_minor=known.unit_price_minor,
        unit_price_minor=ibis.coalesce(known.unit_price_minor, known.known_minor),
    )


def _role(role: ibis.Value) -> ibis.Value:
    word = role.lower()
    return ibis.cases((word.isin(_PRIMARY), "primary"), (word.isin(_ADDED), "added"), else_=ibis.null("string"))


def _came_back(rows: ibis.Table, cleaning: Cleaning) -> ibis.Value:
    if not cleaning.digits_only:
        return rows.quantity < 0
    return (rows.quantity < 0) | (rows.order_id.re_search(r"^C\d+$") & (rows.quantity != 0))


def _verdict(rows: ibis.Table, cleaning: Cleaning) -> ibis.Value:
    adjusts = rows.order_id.re_search(r"^A\d+$") if cleaning.digits_only else ibis.literal(value=False)
    price = rows.stated_minor
    nothing = (price.isnull() | (price == 0)) & rows.customer_id.isnull()
    return ibis.cases(
        ((rows.status == NOT_WON).fill_null(False), "deal_not_won"),
        (rows.repeated.notnull(), "exact_duplicate"),
        (adjusts, "adjustment"),
        (rows.item_id.isin(cleaning.excluded) if cleaning.excluded else ibis.literal(value=False), "not_goods"),
        (rows.at.isnull(), "no_date"),
        (rows.status.lower().isin(CANCELLED).fill_null(False), "order_cancelled"),
        (rows.quantity == 0, "zero_quantity"),
        (rows.back & nothing, "stock_correction"),
        ((price < 0).fill_null(False), "negative_price"),
        ((price == 0).fill_null(False) & ~rows.back, "zero_price"),
        else_=ibis.null("string"),
    )
