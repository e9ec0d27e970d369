"""Daily sums by group, from rows of a day and a group each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.config.explaining import name_neighbours
from pairwell.engines.functions import micros
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.before.longrun import Floats
from pairwell.measure.before.panel import Panel
from pairwell.measure.before.telling import listed
from pairwell.measure.sales.lines import History, sold_lines
from pairwell.measure.sales.metrics import METRIC
from pairwell.measure.sales.orders import items_of_orders, measured_orders
from pairwell.measure.sales.segments import UNKNOWN, Segment, with_segment

DAY, GROUP, ROWS, ABOVE, BELOW = "day", "group", "rows", "above", "below"
LOWER_IS_BETTER = ("refunds", "return_rate")
LESS_RETURNS = (*LOWER_IS_BETTER, "margin", "margin_share")  # which what comes back changes
ALL = "everything"  # the one group where nobody names any
_OF_ITEMS = {"orders": "orders", "units": "units", "revenue": "revenue", "margin": "margin", "refunds": "refund"}
_MICROS_OF_DAY = 86_400_000_000


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a change touched, by the values of one column or segment."""

    group: str | None = None  # its name; None: everybody was touched
    touched: Sequence[str] = ()
    compare: Sequence[str] | None = None  # None: all the others, where they are compared


def metric_names(segment: Segment | None) -> list[str]:
    """The metrics of a shop's orders that add up over days."""
    if segment is not None and segment.of == "item":
        return list(_OF_ITEMS)
    return [one.key for one in METRIC.values() if one.grain == "order"]


def newest_return(history: History) -> datetime | None:
    """The moment up to which returns are known: that of the newest; None where nothing ever came back."""
    if "returns" not in history.snapshot.tables:
        return None
    returns = history.dataset.history("returns", snapshot=history.snapshot)
    found: datetime | None = returns.aggregate(newest=returns["at"].max()).to_pyarrow()["newest"][0].as_py()
    return found


def early_returns(history: History, days: int) -> ibis.Table:
    """The returns within so many days of 24 hours after their order, so that every order had the same time."""
    returns = history.dataset.history("returns", snapshot=history.snapshot)
    orders = history.dataset.table("orders", snapshot=history.snapshot).select("order_id", "placed_at")
    placed = returns.join(orders, "order_id")
    return placed.filter(micros(placed["at"]) - micros(placed.placed_at) < days * _MICROS_OF_DAY)


def daily_sums(
    history: History, orders: ibis.Table, metric: str, segment: Segment | None, *, returns: ibis.Table | None = None
) -> ibis.Table:
    """What orders came to, a row a local day and value of the segment: DAY, GROUP, ROWS, ABOVE, BELOW (of a ratio).

    Of a segment of items: what was sold of them, and the orders that hold them. Only `returns` count, else all.
    """
    held = items_of_orders(sold_lines(history, orders, returns=returns))
    measured = measured_orders(history, orders, held)
    if segment is not None and segment.of == "item":
        return _of_items(held, measured.select("order_id", "day"), metric, _named(history, segment.name))
    found = METRIC[metric]
    placed = measured if segment is None else with_segment(measured, segment, history)
    dated = placed.mutate(**{DAY: placed.day, GROUP: ibis.literal(ALL) if segment is None else placed.segment})
    sums = {ABOVE: dated[found.above].sum()} | ({BELOW: dated[found.below].sum()} if found.below else {})
    return dated.group_by(DAY, GROUP).aggregate(**{ROWS: dated.count()}, **sums)


def _named(history: History, of: str) -> ibis.Table:
    items = history.items()
    name = items.item_id if of == "item" else items[of]
    return items.select("item_id", **{GROUP: name.fill_null(UNKNOWN)})


def _of_items(held: ibis.Table, days: ibis.Table, metric: str, names: ibis.Table) -> ibis.Table:
    named = held.left_join(names, "item_id").drop("item_id_right")
    dated = named.mutate(**{GROUP: named[GROUP].fill_null(UNKNOWN)}).join(days, "order_id")
    column = _OF_ITEMS[metric]
    above = dated.order_id.nunique() if column == "orders" else dated[column].sum()
    return dated.group_by(DAY, GROUP).aggregate(**{ROWS: dated.count(), ABOVE: above.cast("float64")})


def panel_of(table: pa.Table, who: Who, *, partial: bool) -> Panel:
    """The panel of daily sums; `partial`: the newest day is not over, and is left out.

    Raises `RequestError` where a group is named that is not there, `EvidenceError` where there is no row at all.
    """
    if not len(table):
        raise EvidenceError(
            "There are no rows in the time that is looked at.",
            hint="Check the date, and bring the rows of the year before it and those after it.",
        )
    days = np.asarray(table[DAY].combine_chunks().cast(pa.int32()))
    first, count = int(days.min()), int(days.max() - days.min()) + 1
    present = sorted(set(table[GROUP].to_pylist()))
    names = _names(present, who)
    places = {name: place for place, name in enumerate(names)}
    group = np.array([places.get(name, -1) for name in table[GROUP].to_pylist()])
    whole = count - 1 if partial else count
    kept = (group >= 0) & (days - first < whole)
    spots = (group[kept], days[kept] - first)

    def spread(name: str) -> Floats:
        found = np.zeros((len(names), whole))
        np.add.at(found, spots, np.asarray(table[name].combine_chunks().cast(pa.float64()))[kept])
        return found

    return Panel(
        first=pa.scalar(first, pa.int32()).cast(pa.date32()).as_py(),
        names=names,
        touched=np.array([who.group is None or name in who.touched for name in names]),
        rows=spread(ROWS),
        above=spread(ABOVE),
        below=spread(BELOW) if BELOW in table.column_names else None,
    )


def _names(present: Sequence[str], who: Who) -> list[str]:
    """The groups that are looked at, the touched first."""
    if who.group is None:
        return list(present)
    touched = list(dict.fromkeys(who.touched))
    others = [name for name in present if name not in touched]
    compared = others if who.compare is None else list(dict.fromkeys(who.compare))
    for field, wanted in (("touched", touched), ("compare", compared)):
        if missing := [name for name in wanted if name not in present]:
            raise RequestError(
                f"{who.group!r} has no value {', '.join(map(repr, missing))} in this time; it has {listed(present)}.",
                hint=name_neighbours(missing[0], present),
                field=field,
            )
    if both := [name for name in compared if name in touched]:
        raise RequestError(
            f"{', '.join(map(repr, both))} is named as touched and as untouched.",
            hint="Name it once.",
            field="compare",
        )
    return [*touched, *compared]
