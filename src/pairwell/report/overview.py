"""How much is sold, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pairwell.measure.sales.estimates import Slice, slice_orders
from pairwell.measure.sales.metrics import METRICS
from pairwell.measure.sales.segments import GRAINS, OF_ITEMS, Segment, find_segment, with_segment
from pairwell.report.asking import Asked
from pairwell.report.attributed import attributed_figures
from pairwell.report.goods import goods_table
from pairwell.report.record import Column, Report, Table
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
    slice_table,
)
from pairwell.report.visited import conversions, note_part, visit_figures

NAME: Final = "overview"
_TITLE = "Overview of sales"
_OVER_TIME: Final = ("orders", "revenue", "aov", "attach_rate")
_OF_SLICES: Final = ("orders", "buyers", "revenue", "aov", "items_per_order", "attach_rate", "margin", "return_rate")
_DAY = timedelta(days=1)
_DAYS_SHOWN, _WEEKS_SHOWN = 62, 400
_GRAIN_TITLES: Final = {"day": "Day", "week": "Week from", "month": "Month from"}


def build_overview(asked: Asked) -> Report:
    """Every metric of the period beside the one before, over time and by kind of customer, or by `asked.by`."""
    sales = read_sales(asked, keep_held=asked.by in OF_ITEMS)
    if sales is None:
        return empty_report(NAME, _TITLE, asked)
    segment = None if asked.by is None else find_segment(asked.by, sales.history)
    both = compared(sales)
    now, sold, visited = both.now, figures([metric.key for metric in METRICS], sales, both), visit_figures(sales)
    return msgspec.structs.replace(
        begin_report(NAME, _TITLE, sales),
        figures=[
            *sold,
            *visited,
            *attributed_figures(sales, now),
        ],
        tables=[] if now is None else [_by_segment(sales, segment)] if segment else list(_tables(sales)),
        notes=[*note_part([*sold, *visited]), *notes_of(sales, now)],
    )


def _tables(sales: Sales) -> Iterator[Table]:
    if sales.periods.dated:
        yield _over_time(sales, _grain(sales))
    yield slice_table(
        "kinds", Column(key="kind", title="Kind of customer", unit="text"), sales.current, sales.told(_OF_SLICES)
    )
    channels = _by_segment(sales, Segment(name="channel", of="order"))
    if len(channels.rows) > 1:
        yield channels


def _by_segment(sales: Sales, segment: Segment) -> Table:
    if segment.of == "time":
        return _over_time(sales, segment.name)
    if segment.of == "item":
        return goods_table(sales, segment.name)
    sliced = with_segment(sales.current, segment, sales.history)
    name = Column(key="segment", title=segment.name.replace("_", " "), unit="text")
    return slice_table("segments", name, sliced, sales.told(_OF_SLICES))


def _grain(sales: Sales) -> str:
    days = (sales.periods.period.until - sales.periods.period.since).days
    return "day" if days <= _DAYS_SHOWN else "week" if days <= _WEEKS_SHOWN else "month"


def _over_time(sales: Sales, grain: str) -> Table:
    """The period by local days, weeks or months; those without orders are told as such."""
    zone = sales.history.shop.timezone
    current = sales.current
    dated = current.mutate(at=current.day.truncate(GRAINS[grain]))
    found = {part.key[0]: part for part in slice_orders(dated, "at", metrics=_OVER_TIME)}
    days = list(_starts(sales, grain))
    converted = conversions(sales, days)
    rows = [
        {
            grain: day.isoformat(),
            **_cells(found.get(day)),
            **({} if converted is None else {"conversion": converted[place]}),
            "partial": _partial(sales, day, after),
        }
        for place, (day, after) in enumerate(pairwise(days))
    ]
    cut = any(row["partial"] for row in rows)
    return Table(
        key="over_time",
        title="Over time",
        columns=[
            Column(key=grain, title=_GRAIN_TITLES[grain], unit="moment"),
            *columns(_OVER_TIME),
            *([] if converted is None else [Column(key="conversion", title="Visits with an order", unit="share")]),
            *([Column(key="partial", title="Not whole", unit="text")] if cut else []),
        ],
        rows=rows,
        chart="lines",
        note=f"Days are those of {zone}." + (" Do not compare what is not whole with the others." if cut else ""),
    )


def _partial(sales: Sales, first: date, after: date) -> str:
    """Why a day, week or month from `first` to before `after` is not whole; "" where it is, as far as orders tell."""
    periods, zone = sales.periods, ZoneInfo(sales.history.shop.timezone)
    since, until = (moment.astimezone(zone) for moment in (periods.period.since, periods.period.until))
    newest = periods.last.astimezone(zone)
    start, end = (datetime.combine(day, time(), zone) for day in (first, after))
    if newest < max(start, since):
        return "no order as late"
    said = [f"from {_moment(since)}"] if start < since else []
    if until < end and until <= newest:
        said.append(f"before {_moment(until)}")
    elif newest < end and (newest.date() + _DAY < after or after - first == _DAY):
        said.append(f"until {newest:%H:%M}" if after - first == _DAY else f"until {newest:%Y-%m-%d}")
    return ", ".join(said)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M}"


def _cells(part: Slice | None) -> dict[str, float | int | str | None]:
    if part is None:
        return {"orders": 0, "revenue": 0, "aov": None, "attach_rate": None}
    return cells_of(part, _OVER_TIME)


def _starts(sales: Sales, grain: str) -> Iterator[date]:
    """The first local day of every day, week or month of the period, and of the one after it."""
    zone, period = ZoneInfo(sales.history.shop.timezone), sales.periods.period
    day, last = period.since.astimezone(zone).date(), (period.until - timedelta(microseconds=1)).astimezone(zone).date()
    if grain == "week":
        day -= timedelta(days=day.weekday())
    elif grain == "month":
        day = day.replace(day=1)
    while day <= last:
        yield day
        if grain == "month":
            day = (day + timedelta(days=31)).replace(day=1)
        else:
            day += timedelta(days=7 if grain == "week" else 1)
    yield day
