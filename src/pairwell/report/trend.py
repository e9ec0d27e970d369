"""The period day by day, week by week or month by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from pairwell.measure.sales.estimates import Slice, slice_orders
from pairwell.measure.sales.segments import GRAINS
from pairwell.report.record import Column, Table
from pairwell.report.sales import Sales, cells_of, columns
from pairwell.report.visited import conversions
from pairwell.said import Said, day, joined, moment, phrase

_OVER_TIME: Final = ("orders", "revenue", "aov", "attach_rate")
_DAY = timedelta(days=1)
_DAYS_SHOWN, _WEEKS_SHOWN = 62, 400
_CONVERSION: Final = phrase("Visits with an order")
_CUT: Final = phrase("Do not compare what is not whole with the others.")
_TITLES: Final = {"day": phrase("Day"), "week": phrase("Week from"), "month": phrase("Month from")}


def grain_of(sales: Sales) -> str:
    """Days, weeks or months, by how long the period is."""
    days = (sales.periods.period.until - sales.periods.period.since).days
    return "day" if days <= _DAYS_SHOWN else "week" if days <= _WEEKS_SHOWN else "month"


def over_time(sales: Sales, grain: str, near: Mapping[str, float]) -> Table:
    """The period by local days, weeks or months; those without orders are told as such."""
    zone = sales.history.shop.timezone
    current = sales.current
    dated = current.mutate(at=current.day.truncate(GRAINS[grain]))
    found = {part.key[0]: part for part in slice_orders(dated, "at", metrics=_OVER_TIME, near=near)}
    days = list(_starts(sales, grain))
    converted = conversions(sales, days)
    rows = [
        {
            grain: first.isoformat(),
            **_cells(found.get(first)),
            **({} if converted is None else {"conversion": converted[place]}),
            "partial": _partial(sales, first, after),
        }
        for place, (first, after) in enumerate(pairwise(days))
    ]
    cut = any(row["partial"] for row in rows)
    return Table(
        key="over_time",
        title=phrase("Over time"),
        columns=[
            Column(key=grain, title=_TITLES[grain], unit="moment"),
            *columns(_OVER_TIME),
            *([] if converted is None else [Column(key="conversion", title=_CONVERSION, unit="share")]),
            *([Column(key="partial", title=phrase("Not whole"), unit="text")] if cut else []),
        ],
        rows=rows,
        chart="lines",
        note=joined(phrase("Days are those of {zone}.", zone=zone), _CUT if cut else ""),
    )


def _partial(sales: Sales, first: date, after: date) -> str:
    """Why a day, week or month from `first` to before `after` is not whole; "" where it is, as far as orders tell."""
    periods, zone = sales.periods, ZoneInfo(sales.history.shop.timezone)
    since, until = (one.astimezone(zone) for one in (periods.period.since, periods.period.until))
    newest = periods.last.astimezone(zone)
    start, end = (datetime.combine(one, time(), zone) for one in (first, after))
    if newest < max(start, since):
        return phrase("no order as late")
    from_when = phrase("from {moment}", moment=_shortly(since)) if start < since else ""
    to_when = ""
    if until < end and until <= newest:
        to_when = phrase("before {moment}", moment=_shortly(until))
    elif newest < end and (newest.date() + _DAY < after or after - first == _DAY):
        to_when = phrase("until {moment}", moment=f"{newest:%H:%M}" if after - first == _DAY else day(newest.date()))
    return joined(from_when, to_when, between=", ")


def _cells(part: Slice | None) -> dict[str, float | int | str | None]:
    if part is None:
        return {"orders": 0, "revenue": 0, "aov": None, "attach_rate": None}
    return cells_of(part, _OVER_TIME)


def _starts(sales: Sales, grain: str) -> Iterator[date]:
    """The first local day of every day, week or month of the period, and of the one after it."""
    zone, period = ZoneInfo(sales.history.shop.timezone), sales.periods.period
    first, last = (
        period.since.astimezone(zone).date(),
        (period.until - timedelta(microseconds=1)).astimezone(zone).date(),
    )
    if grain == "week":
        first -= timedelta(days=first.weekday())
    elif grain == "month":
        first = first.replace(day=1)
    while first <= last:
        yield first
        if grain == "month":
            first = (first + timedelta(days=31)).replace(day=1)
        else:
            first += timedelta(days=7 if grain == "week" else 1)
    yield first


def _shortly(at: datetime) -> Said:
    return day(at.date()) if at.time() == time() else moment(at)
