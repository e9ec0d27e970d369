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
from pairwell.report.named import segment_name, segment_title
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
from pairwell.said import capital, joined, phrase

NAME: Final = "categories"
_TITLE = phrase("Sales by category")
_OF_ALL: Final = ("orders", "revenue", "margin", "refunds")
_PLURAL: Final = {"category": "categories", "brand": "brands", "item": "items"}
_MOST: Final = 200
_COUNTED: Final = {
    "category": phrase("An order counts for each category it holds."),
    "brand": phrase("An order counts for each brand it holds."),
    "item": phrase("An order counts for each item it holds."),
}
_MARGINS: Final = phrase("Discounts of whole orders are in none of the margins.")


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
    named = [Column(key="title", title=phrase("Title"), unit="text")] if titles else []
    return Table(
        key=_PLURAL[of],
        title=phrase("Sales by {what}", what=segment_title(of)),
        columns=[
            Column(key=of, title=capital(segment_title(of)), unit="text"),
            *named,
            *_columns(sales, compared=bool(before)),
        ],
        rows=[
            {
                of: one.name if of == "item" else segment_name(one.name),
                **({"title": titles.get(one.name)} if titles else {}),
                **_row(one, whole),
                **_change(one, before, changes),
                **({"change_verdict": verdicts.get(one.name, "")} if before else {}),
            }
            for one in now[:_MOST]
        ],
        chart="bars",
        note=joined(_COUNTED[of], _MARGINS, _left_out(len(now)), JUDGED if changes else ""),
    )


def _left_out(found: int) -> str:
    return phrase("{more} more are left out here.", more=found - _MOST) if found > _MOST else ""


def _held(sales: Sales, orders: ibis.Table) -> ibis.Table:
    return sales.held.semi_join(orders, "order_id")


def _columns(sales: Sales, *, compared: bool) -> Sequence[Column]:
    return [
        Column(key="revenue", title=phrase("Revenue"), unit="money"),
        Column(key="share", title=phrase("Share"), unit="share"),
        *([Column(key="previous_revenue", title=phrase("Before"), unit="money")] if compared else []),
        *(change_columns("change", phrase("Change")) if compared else []),
        Column(key="orders", title=phrase("Orders"), unit="count"),
        Column(key="units", title=phrase("Units"), unit="number"),
        Column(key="margin", title=phrase("Margin"), unit="money"),
        *([Column(key="refunds", title=phrase("Refunds"), unit="money")] if sales.returns_told else []),
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
