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
from pairwell.wording import counted

NAME: Final = "pairs"
_TITLE = "What is bought with what"
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
            f"The report of pairs is not sliced, so not by {asked.by[:80]!r} either.",
            hint="Leave `by` out; `pairwell report overview --by SEGMENT` slices the share of orders with an add-on.",
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
        title="Items most often sold together",
        columns=[
            *_named("item_id", "Item"),
            *_named("with_id", "With", "with_title"),
            Column(key="orders", title="Orders with both", unit="count"),
            Column(key="of_first", title="Of those with the first", unit="share"),
            Column(key="of_second", title="Of those with the second", unit="share"),
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
        note=" ".join(_left_out_of(pairs)) or None,
    )


def _left_out_of(pairs: Pairs) -> Iterator[str]:
    if not pairs.certain:
        yield "Only the items that most orders hold were paired: rarer ones may be missing."
    if pairs.too_large:
        left = counted(pairs.too_large, "order")
        yield f"{left} of more than {LARGEST_ORDER} different items left out: all their items stand together."


def _primary(ranked: Sequence[Slice], found: int, titles: Mapping[str, str]) -> Table:
    few = note_of_few(int(part.sums["customers"]) for part in ranked)
    notes = (_left_out(found, len(ranked), "primary items"), few)
    return Table(
        key="primary_items",
        title="Primary items",
        columns=[*_named("item_id", "Primary item"), *with_intervals(columns(_OF_PRIMARY), _WITH_INTERVALS)],
        rows=[
            {"item_id": part.key[0], "title": titles.get(part.key[0]), **cells_of(part, _OF_PRIMARY)} for part in ranked
        ],
        chart="bars",
        note=" ".join(note for note in notes if note) or None,
    )


def _added(listed: Sequence[Added], found: int, titles: Mapping[str, str]) -> Table:
    """Of the primary items shown, what was added most often."""
    return Table(
        key="added",
        title="What was added to each primary item",
        columns=[
            *_named("item_id", "Primary item"),
            *_named("added_id", "Added", "added_title"),
            Column(key="orders", title="Orders with both", unit="count"),
            Column(key="primary_orders", title="Orders of the primary item", unit="count"),
            Column(key="attach_rate", title="Attach rate", unit="share", interval=True),
            Column(key="revenue", title="Revenue of what was added", unit="money"),
        ],
        rows=[_added_row(one, titles) for one in listed],
        note=_left_out(found, len(listed), "pairs with these primary items"),
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
    return [Column(key=key, title=title, unit="text"), Column(key=second, title="Title", unit="text")]


def _left_out(found: int, shown: int, of: str) -> str | None:
    return f"{shown:,} of {found:,} {of} are shown." if found > shown else None
