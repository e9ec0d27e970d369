"""What each seller sells, and adds."""

from __future__ import annotations

from typing import Final

import msgspec

from pairwell.errors import RequestError
from pairwell.report.asking import Asked
from pairwell.report.record import Column, Report
from pairwell.report.sales import (
    begin_report,
    compared,
    empty_report,
    figures,
    notes_of,
    read_sales,
    slice_table,
)

NAME: Final = "sellers"
_TITLE = "Sales by seller"
_OF_ALL: Final = ("orders", "revenue", "aov", "attach_rate", "add_on_spend_per_order")
_OF_SELLERS: Final = (
    "orders", "revenue", "aov", "items_per_order", "attach_rate", "add_on_spend_per_order", "margin", "return_rate",
)  # fmt: skip
_NOBODY = "No order of this period names a seller. Name the column `seller_id` when you ingest orders."


def build_sellers(asked: Asked) -> Report:
    """Sales of each seller; orders without one are left out of the table, and counted. It has no segments."""
    if asked.by is not None:
        raise RequestError(
            f"The report of sellers is not sliced, so not by {asked.by[:80]!r} either.",
            hint="Leave `by` out.",
            field="by",
        )
    sales = read_sales(asked)
    if sales is None:
        return empty_report(NAME, _TITLE, asked)
    both = compared(sales)
    now = both.now
    named = msgspec.structs.replace(sales, orders=sales.orders.filter(sales.orders.seller_id.notnull()))
    seller = Column(key="seller_id", title="Seller", unit="text")
    table = slice_table("sellers", seller, named.current, sales.told(_OF_SELLERS))
    told = sum(int(row["orders"] or 0) for row in table.rows)
    notes = notes_of(sales, now)
    if now is not None and 0 < told < now.sums["orders"]:
        notes.append(f"{now.sums['orders'] - told:,} of {now.sums['orders']:,} orders name no seller.")
    return msgspec.structs.replace(
        begin_report(NAME, _TITLE, sales),
        figures=figures(_OF_ALL, sales, both),
        tables=[table if table.rows else msgspec.structs.replace(table, note=_NOBODY)],
        notes=notes,
    )
