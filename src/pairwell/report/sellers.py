"""What each seller sells, and adds."""

from __future__ import annotations

from typing import Final

import msgspec

from pairwell.errors import RequestError
from pairwell.measure.sales.changes import compare_orders
from pairwell.report.asking import Asked
from pairwell.report.record import Cell, Column, Report, Table
from pairwell.report.sales import (
    JUDGED,
    Sales,
    begin_report,
    change_cells,
    change_columns,
    compared,
    empty_report,
    figures,
    judged,
    notes_of,
    read_sales,
    slice_table,
)
from pairwell.said import joined, phrase

NAME: Final = "sellers"
_TITLE = phrase("Sales by seller")
_OF_ALL: Final = ("orders", "revenue", "aov", "attach_rate", "add_on_spend_per_order")
_OF_SELLERS: Final = (
    "orders", "revenue", "aov", "items_per_order", "attach_rate", "add_on_spend_per_order", "margin", "return_rate",
)  # fmt: skip
_CHANGING: Final = {"revenue": phrase("Change of revenue"), "aov": phrase("Change of AOV")}
_NOBODY = phrase("No order of this period names a seller. Name the column `seller_id` when you ingest orders.")


def build_sellers(asked: Asked) -> Report:
    """Sales of each seller; orders without one are left out of the table, and counted. It has no segments."""
    if asked.by is not None:
        raise RequestError(
            phrase("The report of sellers is not sliced, so not by {by} either.", by=repr(asked.by[:80])),
            hint=phrase("Leave `by` out."),
            field="by",
        )
    sales = read_sales(asked)
    if sales is None:
        return empty_report(NAME, _TITLE, asked)
    both = compared(sales)
    now = both.now
    named = msgspec.structs.replace(sales, orders=sales.orders.filter(sales.orders.seller_id.notnull()))
    seller = Column(key="seller_id", title=phrase("Seller"), unit="text")
    table = slice_table("sellers", seller, named.current, sales.told(_OF_SELLERS))
    if table.rows and sales.before is not None:
        table = _with_changes(table, named)
    told = sum(int(row["orders"] or 0) for row in table.rows)
    notes = notes_of(sales, now)
    if now is not None and 0 < told < now.sums["orders"]:
        every = int(now.sums["orders"])
        notes.append(phrase("{left} of {orders} orders name no seller.", left=every - told, orders=every))
    return msgspec.structs.replace(
        begin_report(NAME, _TITLE, sales),
        figures=figures(_OF_ALL, sales, both),
        tables=[table if table.rows else msgspec.structs.replace(table, note=_NOBODY)],
        notes=notes,
    )


def _with_changes(table: Table, named: Sales) -> Table:
    """The same table, with how much each seller's revenue and average order changed."""
    found = compare_orders(named.marked, "seller_id", metrics=tuple(_CHANGING))
    sellers = [str(row["seller_id"]) for row in table.rows]
    verdicts = judged({(name, key): one for name in sellers for key, one in found[name,].changes.items()})
    rows = []
    for name, row in zip(sellers, table.rows, strict=True):
        both, cells = found[name,], dict[str, Cell]()
        for key in _CHANGING:
            before = None if both.before is None else both.before.value(key)
            cells |= change_cells(f"{key}_change", row[key], before, both.changes.get(key))
            cells[f"{key}_change_verdict"] = verdicts.get((name, key), "")
        rows.append({**row, **cells})
    more = [column for key, title in _CHANGING.items() for column in change_columns(f"{key}_change", title)]
    return msgspec.structs.replace(
        table, columns=[*table.columns, *more], rows=rows, note=joined(table.note or "", JUDGED)
    )
