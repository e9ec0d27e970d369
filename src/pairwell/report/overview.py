"""How much is sold, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pairwell.measure.sales.metrics import METRICS
from pairwell.measure.sales.segments import OF_ITEMS, Segment, find_segment, with_segment
from pairwell.report.asking import Asked
from pairwell.report.attributed import attributed_figures
from pairwell.report.changed import changed_table
from pairwell.report.goods import goods_table
from pairwell.report.health import health_table
from pairwell.report.leading import LEAD, lead_with
from pairwell.report.offered import open_offers
from pairwell.report.record import Column, Report, Table
from pairwell.report.sales import (
    Sales,
    begin_report,
    compared,
    empty_report,
    figures,
    notes_of,
    read_sales,
    slice_table,
)
from pairwell.report.trend import grain_of, over_time
from pairwell.report.visited import compared_visits, note_part, visit_figures
from pairwell.said import phrase

NAME: Final = "overview"
_TITLE = phrase("Overview")
_OF_SLICES: Final = ("orders", "buyers", "revenue", "aov", "items_per_order", "attach_rate", "margin", "return_rate")


def build_overview(asked: Asked) -> Report:
    """Every metric of the period beside the one before, over time and by kind of customer, or by `asked.by`."""
    sales = read_sales(asked, keep_held=asked.by in OF_ITEMS)
    if sales is None:
        return empty_report(NAME, _TITLE, asked)
    segment = None if asked.by is None else find_segment(asked.by, sales.history)
    both, visits = compared(sales), compared_visits(sales)
    now, sold, visited = both.now, figures([metric.key for metric in METRICS], sales, both), visit_figures(visits)
    opened = open_offers(msgspec.structs.replace(asked, by=None), compare=False)
    offered, earning = ([], list[Table]()) if opened is None else lead_with(opened)
    shares = [] if opened is None or now is None else attributed_figures(opened, now)
    told = [*offered, *sold, *visited, *shares]
    changes = dict(both.changes) | ({} if visits is None else dict(visits.changes))
    changed = changed_table(told, changes, sales.history.shop.currency)
    return msgspec.structs.replace(
        begin_report(NAME, _TITLE, sales),
        figures=told,
        lead=[key for key in LEAD if any(figure.key == key for figure in told)],
        tables=[*earning, *_tables(sales, segment, changed, both.near)] if now is not None else [],
        notes=[*note_part([*sold, *visited]), *notes_of(sales, now)],
    )


def _tables(sales: Sales, segment: Segment | None, changed: Table | None, near: Mapping[str, float]) -> Iterator[Table]:
    if segment is not None:
        yield _by_segment(sales, segment, near)
        return
    if sales.periods.dated:
        yield over_time(sales, grain_of(sales), near)
    if changed is not None:
        yield changed
    if sales.asked.health is not None:
        yield health_table(sales, sales.asked.health())
    kind = Column(key="kind", title=phrase("Kind of customer"), unit="text")
    yield slice_table("kinds", kind, sales.current, sales.told(_OF_SLICES), near)
    channels = _by_segment(sales, Segment(name="channel", of="order"), near)
    if len(channels.rows) > 1:
        yield channels


def _by_segment(sales: Sales, segment: Segment, near: Mapping[str, float]) -> Table:
    if segment.of == "time":
        return over_time(sales, segment.name, near)
    if segment.of == "item":
        return goods_table(sales, segment.name)
    sliced = with_segment(sales.current, segment, sales.history)
    name = Column(key="segment", title=segment.name.replace("_", " "), unit="text")
    return slice_table("segments", name, sliced, sales.told(_OF_SLICES), near)
