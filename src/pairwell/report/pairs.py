"""What is bought with what: by primary item, and together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pairwell.errors import RequestError
from pairwell.measure.sales.estimates import Slice, slice_orders
from pairwell.measure.sales.goods import LARGEST_ORDER, Added, Pairs, count_added, count_together, find_primary
from pairwell.report.asking import Asked
from pairwell.report.record import Cell, Column, Report, Table
from pairwell.report.sales import (
    Sales,
    begin_report,
    cells_of,
    columns,
    compared,
    empty_report,
    figures,
    notes_of,
    read_sales,
    with_intervals,
)
from pairwell.report.untold import note_of_few
from pairwell.said import joined, phrase, phrase_count

NAME: Final = "pairs"
_TITLE = phrase("What is bought with what")
_OF_ALL: Final = (
    "orders", "items_per_order", "attach_rate", "buyers_who_added", "add_on_spend_per_order", "aov",
)  # fmt: skip
_OF_PRIMARY: Final = ("orders", "attach_rate", "add_on_spend_per_order", "aov", "margin")
_MOST_PRIMARY, _MOST_ADDED, _MOST_TOGETHER = 50, 10, 25
_WITH_INTERVALS: Final = ("attach_rate", "aov")


def build_pairs(asked: Asked) -> Report:
    """The primary items, what was added to each, and the items most often sold together. It has no segments."""
    if asked.by is not None:
        raise RequestError(
            phrase("The report of pairs is not sliced, so not by {by} either.", by=repr(asked.by[:80])),
            hint=phrase(
                "Leave `by` out; `pairwell report overview --by SEGMENT` slices the share of orders with an add-on."
            ),
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
        tables=[] if now is None else _tables(sales),
        notes=notes_of(sales, now),
    )


def _tables(sales: Sales) -> list[Table]:
    current = sales.current
    held = sales.held.semi_join(current, "order_id")
    together = count_together(held, _MOST_TOGETHER)
    primary, n_primary = find_primary(current, _MOST_PRIMARY)
    listed, n_pairs = count_added(held, current, primary, _MOST_ADDED)
    parts = slice_orders(current.filter(current.primary_item.isin(primary)), "primary_item", metrics=_OF_PRIMARY)
    ranked = sorted(parts, key=lambda part: primary.index(part.key[0]))
    ids = {name for one in together.listed for name in (one.first, one.second)}
    titles = sales.titles(sorted(ids | {one.item_id for one in listed} | set(primary)))
    return [
        _primary(ranked, n_primary, titles),
        _added(listed, n_pairs, titles),
        _together(together, titles),
    ]


def _together(pairs: Pairs, titles: Mapping[str, str]) -> Table:
    return Table(
        key="together",
        title=phrase("Items most often sold together"),
        columns=[
            *_named("item_id", phrase("Item")),
            *_named("with_id", phrase("With"), "with_title"),
            Column(key="orders", title=phrase("Orders with both"), unit="count"),
            Column(key="of_first", title=phrase("Of those with the first"), unit="share"),
            Column(key="of_second", title=phrase("Of those with the second"), unit="share"),
        ],
        rows=[
            {
                "item_id": one.first,
                "title": titles.get(one.first),
                "with_id": one.second,
                "with_title": titles.get(one.second),
                "orders": one.orders,
                "of_first": one.orders / one.first_orders,
                "of_second": one.orders / one.second_orders,
            }
            for one in pairs.listed
        ],
        note=joined(*_left_out_of(pairs)) or None,
    )


def _left_out_of(pairs: Pairs) -> Iterator[str]:
    if not pairs.certain:
        yield phrase("Only the items that most orders hold were paired: rarer ones may be missing.")
    if pairs.too_large:
        yield phrase_count(
            "{count} order of more than {most} different items left out: all their items stand together.",
            "{count} orders of more than {most} different items left out: all their items stand together.",
            pairs.too_large,
            most=LARGEST_ORDER,
        )


def _primary(ranked: Sequence[Slice], found: int, titles: Mapping[str, str]) -> Table:
    few = note_of_few(int(part.sums["customers"]) for part in ranked)
    left = phrase("{shown} of {found} primary items are shown.", shown=len(ranked), found=found)
    return Table(
        key="primary_items",
        title=phrase("Primary items"),
        columns=[*_named("item_id", phrase("Primary item")), *with_intervals(columns(_OF_PRIMARY), _WITH_INTERVALS)],
        rows=[
            {"item_id": part.key[0], "title": titles.get(part.key[0]), **cells_of(part, _OF_PRIMARY)} for part in ranked
        ],
        chart="bars",
        note=joined(left if found > len(ranked) else "", few or "") or None,
    )


def _added(listed: Sequence[Added], found: int, titles: Mapping[str, str]) -> Table:
    """Of the primary items shown, what was added most often."""
    left = phrase("{shown} of {found} pairs with these primary items are shown.", shown=len(listed), found=found)
    return Table(
        key="added",
        title=phrase("What was added to each primary item"),
        columns=[
            *_named("item_id", phrase("Primary item")),
            *_named("added_id", phrase("Added"), "added_title"),
            Column(key="orders", title=phrase("Orders with both"), unit="count"),
            Column(key="primary_orders", title=phrase("Orders of the primary item"), unit="count"),
            Column(key="attach_rate", title=phrase("Attach rate"), unit="share", interval=True),
            Column(key="revenue", title=phrase("Revenue of what was added"), unit="money"),
        ],
        rows=[_added_row(one, titles) for one in listed],
        note=left if found > len(listed) else None,
    )


def _added_row(one: Added, titles: Mapping[str, str]) -> dict[str, Cell]:
    return {
        "item_id": one.primary_item,
        "title": titles.get(one.primary_item),
        "added_id": one.item_id,
        "added_title": titles.get(one.item_id),
        "orders": one.orders,
        "primary_orders": one.primary_orders,
        "attach_rate": one.orders / one.primary_orders,
        "attach_rate_low": None if one.interval is None else one.interval.low,
        "attach_rate_high": None if one.interval is None else one.interval.high,
        "revenue": one.revenue,
    }


def _named(key: str, title: str, second: str = "title") -> list[Column]:
    return [Column(key=key, title=title, unit="text"), Column(key=second, title=phrase("Title"), unit="text")]
