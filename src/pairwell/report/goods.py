"""What is sold of each category, brand or item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import ibis
import msgspec

from pairwell.errors import RequestError
from pairwell.measure.sales.changes import Change
from pairwell.measure.sales.goods import Sold, find_changes, sum_goods
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
)

NAME: Final = "categories"
_TITLE = "Sales by category"
_OF_ALL: Final = ("orders", "revenue", "margin", "refunds")
_PLURAL: Final = {"category": "categories", "brand": "brands", "item": "items"}
_MOST: Final = 200


def build_categories(asked: Asked) -> Report:
    """Sales of each category, or of each brand or item with `by`, beside the period before.

    Raises `RequestError` for another segment.
    """
    by = asked.by or "category"
    if by not in _PLURAL:
        raise RequestError(
            f"Sales of goods are not sliced by {by!r}.",
            hint=f"Name one of {', '.join(_PLURAL)}; `pairwell report overview --by {by}` slices orders.",
            field="by",
        )
    sales = read_sales(asked, keep_held=True)
    if sales is None:
        return empty_report(NAME, _TITLE, asked)
    both = compared(sales)
    now = both.now
    return msgspec.structs.replace(
        begin_report(NAME, _TITLE, sales),
        figures=figures(_OF_ALL, sales, both),
        tables=[] if now is None else [goods_table(sales, by)],
        notes=notes_of(sales, now),
    )


def goods_table(sales: Sales, of: str) -> Table:
    """What was sold of each category, brand or item, most revenue first."""
    items = sales.history.items()
    now = sum_goods(_held(sales, sales.current), items, of)
    before = {} if sales.before is None else {one.name: one for one in sum_goods(_held(sales, sales.before), items, of)}
    found = find_changes(sales.held, sales.marked, items, of) if before else {}
    changes = {one.name: found[one.name] for one in now[:_MOST] if one.name in found}
    verdicts = judged(changes)
    titles = sales.titles([one.name for one in now[:_MOST]]) if of == "item" else {}
    whole = sum(one.revenue for one in now)
    more = f" {len(now) - _MOST:,} more are left out here." if len(now) > _MOST else ""
    named = [Column(key="title", title="Title", unit="text")] if titles else []
    return Table(
        key=_PLURAL[of],
        title=f"Sales by {of}",
        columns=[Column(key=of, title=of.capitalize(), unit="text"), *named, *_columns(sales, compared=bool(before))],
        rows=[
            {
                of: one.name,
                **({"title": titles.get(one.name)} if titles else {}),
                **_row(one, whole),
                **_change(one, before, changes),
                **({"change_verdict": verdicts.get(one.name, "")} if before else {}),
            }
            for one in now[:_MOST]
        ],
        chart="bars",
        note=f"An order counts for each {of} it holds. Discounts of whole orders are in none of the margins.{more}"
        + (f" {JUDGED}" if changes else ""),
    )


def _held(sales: Sales, orders: ibis.Table) -> ibis.Table:
    return sales.held.semi_join(orders, "order_id")


def _columns(sales: Sales, *, compared: bool) -> Sequence[Column]:
    return [
        Column(key="revenue", title="Revenue", unit="money"),
        Column(key="share", title="Share", unit="share"),
        *([Column(key="previous_revenue", title="Before", unit="money")] if compared else []),
        *(change_columns("change", "Change") if compared else []),
        Column(key="orders", title="Orders", unit="count"),
        Column(key="units", title="Units", unit="number"),
        Column(key="margin", title="Margin", unit="money"),
        *([Column(key="refunds", title="Refunds", unit="money")] if sales.returns_told else []),
    ]


def _row(one: Sold, whole: int) -> dict[str, Cell]:
    return {
        "revenue": one.revenue,
        "share": one.revenue / whole if whole else None,
        "orders": one.orders,
        "units": one.units,
        "margin": one.margin,
        "refunds": one.refunds,
    }


def _change(one: Sold, before: Mapping[str, Sold], changes: Mapping[str, Change]) -> dict[str, Cell]:
    if not before:
        return {}
    earlier = before[one.name].revenue if one.name in before else 0
    return {"previous_revenue": earlier, **change_cells("change", one.revenue, earlier, changes.get(one.name))}
