"""Who comes back, and what customers may be worth in the coming year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pairwell.measure.customers.attributes import Segment, find_attribute, measure_segments
from pairwell.measure.customers.cohorts import (
    Cohorts,
    Counted,
    Returning,
    count_cohorts,
    find_returning,
    read_activity,
)
from pairwell.measure.customers.outlook import look_ahead
from pairwell.measure.customers.visits import Visits, read_visits
from pairwell.measure.interval import Interval
from pairwell.measure.period import Period
from pairwell.measure.unknown import NotKnown
from pairwell.report.asking import Asked, Periods, begin, find_periods
from pairwell.report.foretelling import foretold_figures, foretold_notes, foretold_tables
from pairwell.report.loyal import find_loyal
from pairwell.report.named import segment_name
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.untold import note_of_few, why_not
from pairwell.said import day, joined, phrase, phrase_count

NAME: Final = "customers"
_TITLE = phrase("Customers: who comes back, and what they may be worth")
_LATER = 12  # months after the first one that a row shows
_EPOCH = date(1970, 1, 1)
_UNITS: Final[dict[str, tuple[Literal["count", "share"], ...]]] = {
    "purchases": ("count", "share"),
    "everything": ("count",),
}
_COUNTED: Final[dict[str, str]] = {
    "purchases": phrase("Counted: orders with a positive quantity at a positive price, whatever came back later."),
    "everything": phrase("Counted: every order, every return and all feedback that has a customer."),
}

_COHORT_TITLES: Final = {
    ("purchases", "count"): phrase("Customers active so many months after their first order"),
    ("purchases", "share"): phrase("Customers active so many months after their first order, share"),
    ("everything", "count"): phrase(
        "Customers active so many months after their first order, returns and feedback too"
    ),
}


def build_customers(asked: Asked) -> Report:
    """Cohorts, repeat purchases and the coming year of all customers; repeat purchases by `asked.by`, an attribute.

    `asked.since` leaves out customers who first bought before it from cohorts and repeat purchases; what is foretold
    rests on all orders before `asked.until`. Raises `RequestError` for a segment that there is not.
    """
    visits = read_visits(asked.dataset, asked.settings.shop.timezone, asked.until or asked.now)
    if isinstance(visits, NotKnown):
        return nobody(asked, NAME, _TITLE, visits)
    loyal = find_loyal(asked, visits)
    returning, outlook = find_returning(visits, since=_since_day(asked)), look_ahead(visits)
    return msgspec.structs.replace(
        begin(asked, NAME, _TITLE, period_of(asked, visits)),
        figures=[*_figures(returning), *foretold_figures(outlook)],
        tables=[*_tables(asked, visits, returning), *foretold_tables(visits, outlook), *loyal.tables],
        notes=[*_notes(visits), *_of_all(asked, visits), *foretold_notes(outlook), *loyal.notes],
    )


def _of_all(asked: Asked, visits: Visits) -> Iterator[str]:
    """What does not begin with the period."""
    if asked.since is not None:
        yield phrase_count(
            "What is foretold rests on all orders before the end of the period, of {count} customer, whenever they "
            "began.",
            "What is foretold rests on all orders before the end of the period, of {count} customers, whenever they "
            "began.",
            int(np.unique(visits.customers).size),
        )
        yield phrase("Cohorts begin with the month in which the period begins.")


def nobody(asked: Asked, name: str, title: str, why: NotKnown) -> Report:
    """The report of a shop that knows no customers."""
    notes = [phrase("Nothing can be told of customers: {why}", why=why_not(why))]
    periods = find_periods(asked)
    period = None if periods is None or not periods.dated else _whole_days(asked, periods)
    return msgspec.structs.replace(begin(asked, name, title, period), notes=notes)


def _whole_days(asked: Asked, periods: Periods) -> Period:
    """From the day of the first order to that of the last."""
    zone = ZoneInfo(asked.settings.shop.timezone)
    days = periods.first.astimezone(zone).date(), periods.last.astimezone(zone).date() + timedelta(days=1)
    since, until = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
    return Period(since=since, until=until)


def period_of(asked: Asked, visits: Visits) -> Period:
    """From what was asked for, else from the first purchase, to what was asked for, else to the end of the last day."""
    zone = ZoneInfo(asked.settings.shop.timezone)
    first, last = (_EPOCH + timedelta(days=int(day)) for day in (visits.days.min(), visits.last_day + 1))
    since = asked.since or datetime.combine(first, time(), zone)
    return Period(
        since=since.astimezone(UTC), until=(asked.until or datetime.combine(last, time(), zone)).astimezone(UTC)
    )


def attribute_titles(name: str) -> tuple[str, str]:
    """Of a table of segments by an attribute, the title and that of its first column."""
    title = name.replace("_", " ")
    return phrase("Customers by {what}", what=title), title.capitalize()


def segments_table(key: str, title: str, name: str, segments: Sequence[Segment]) -> Table:
    """Customers by segment, with intervals."""
    rows: list[Mapping[str, Cell]] = [
        {
            "segment": segment_name(segment.name),
            "customers": segment.customers,
            "came_back": segment.came_back / segment.customers,
            **_cells("purchases", segment.purchases, segment.purchases_interval),
            **_cells("value", segment.value, segment.value_interval),
            "revenue_share": segment.revenue_share,
        }
        for segment in segments
    ]
    return Table(
        key=key,
        title=title,
        columns=[
            Column(key="segment", title=name, unit="text"),
            Column(key="customers", title=phrase("Customers"), unit="count"),
            Column(key="came_back", title=phrase("Came back"), unit="share"),
            Column(key="purchases", title=phrase("Purchases each"), unit="number", interval=True),
            Column(key="value", title=phrase("Spent each"), unit="money", interval=True),
            Column(key="revenue_share", title=phrase("Of all revenue"), unit="share"),
        ],
        rows=rows,
        note=note_of_few(segment.customers for segment in segments),
    )


def _figures(returning: Returning) -> Iterator[Figure]:
    yield Figure(key="customers", title=phrase("Customers"), unit="count", value=returning.customers)
    share = returning.came_back / returning.customers if returning.customers else None
    yield Figure(
        key="repeat_rate",
        title=phrase("Came back so far"),
        unit="share",
        value=share,
        low=None if share is None else returning.interval.low,
        high=None if share is None else returning.interval.high,
        refusal=phrase("nobody bought for the first time in this period.") if share is None else None,
        note=phrase("Bought on a second day. New customers have had little time: the more of them, the lower it is."),
    )
    yield Figure(
        key="days_to_second_order",
        title=phrase("Days to the second order"),
        unit="days",
        value=returning.median_days,
        refusal=phrase("no customer has come back yet.") if returning.median_days is None else None,
        note=phrase("Half of those who came back did so within these days."),
    )


def _tables(asked: Asked, visits: Visits, returning: Returning) -> Iterator[Table]:
    yield _second_orders(returning)
    cohorts = {counted_: _cohorts(asked, counted_) for counted_ in ("purchases", "everything")}
    for counted_, found in cohorts.items():
        if found and (counted_ == "purchases" or found != cohorts["purchases"]):
            yield from (_cohort_table(found, counted_, visits, unit) for unit in _UNITS[counted_])
    if asked.by is not None:
        name, names = find_attribute(asked.dataset, visits, asked.by)
        segments = measure_segments(visits, dict(enumerate(names)))
        yield segments_table("by", *attribute_titles(name), segments)


def _cohorts(asked: Asked, counted_: Counted) -> Cohorts | None:
    zone = asked.settings.shop.timezone
    found = count_cohorts(read_activity(asked.dataset, zone, counted_, asked.until or asked.now))
    if isinstance(found, NotKnown):
        return None
    if asked.since is None:
        return found
    local = asked.since.astimezone(ZoneInfo(zone))
    return found.since(local.year * 12 + local.month - 1)


def _second_orders(returning: Returning) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {"days": one.days, **_cells("share", one.share, one.interval), "watched": one.watched}
        for one in returning.within
    ]
    return Table(
        key="second_orders",
        title=phrase("Second order within"),
        columns=[
            Column(key="days", title=phrase("Days"), unit="days"),
            Column(key="share", title=phrase("Customers who came back"), unit="share", interval=True),
            Column(key="watched", title=phrase("Customers known for as long"), unit="count"),
        ],
        rows=rows,
        note=phrase("New customers count for as long as they are known. Method: Kaplan-Meier.")
        if rows
        else phrase("Nobody is known for long enough yet."),
    )


def _cohort_table(cohorts: Cohorts, counted_: str, visits: Visits, unit: Literal["count", "share"]) -> Table:
    end = _EPOCH + timedelta(days=visits.last_day)
    shown = min(_LATER, cohorts.last_month - cohorts.months[0]) if cohorts.months else 0
    columns = [
        Column(key="month", title=phrase("First order in"), unit="text"),
        Column(key="customers", title=phrase("Customers"), unit="count"),
        *(Column(key=f"later_{later}", title=f"+{later}", unit=unit) for later in range(1, shown + 1)),
    ]
    rows: list[Mapping[str, Cell]] = [
        {
            "month": phrase("{month} (partial)", month=_month(month))
            if month == cohorts.last_month and _partial(end)
            else _month(month),
            "customers": active[0],
            **{f"later_{later}": _cell(active, later, unit) for later in range(1, shown + 1)},
        }
        for month, active in zip(cohorts.months, cohorts.active, strict=True)
    ]
    return Table(
        key=("cohorts" if counted_ == "purchases" else "cohorts_everything") + ("" if unit == "count" else "_shares"),
        title=_COHORT_TITLES[counted_, unit],
        columns=columns,
        rows=rows,
        chart="heat" if unit == "share" else None,
        note=_cohort_note(cohorts, counted_, end, shown),
    )


def _cohort_note(cohorts: Cohorts, counted_: str, end: date, shown: int) -> str:
    parts = [_COUNTED[counted_]]
    if _partial(end):
        partial = phrase(
            "{month} is partial: it is known until {end}, so the last number of each row will still rise.",
            month=_month(cohorts.last_month),
            end=day(end),
        )
        parts.append(partial)
    if cohorts.months and cohorts.last_month - cohorts.months[0] > shown:
        parts.append(phrase("Months after +{shown} are left out.", shown=shown))
    return joined(*parts)


def _cell(active: Sequence[int], later: int, unit: str) -> Cell:
    if later >= len(active):
        return None
    return active[later] if unit == "count" else active[later] / active[0]


def _cells(key: str, value: float, interval: Interval | None) -> dict[str, Cell]:
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return {key: value, f"{key}_low": low, f"{key}_high": high}


def _partial(end: date) -> bool:
    return (end + timedelta(days=1)).month == end.month


def _month(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


def _since_day(asked: Asked) -> int | None:
    if asked.since is None:
        return None
    local = asked.since.astimezone(ZoneInfo(asked.settings.shop.timezone))
    return (local.date() - _EPOCH).days + (local.time() > time())


def _notes(visits: Visits) -> Iterator[str]:
    yield phrase(
        "Several orders of one customer on one day count as one purchase. Customers who bought before the first order "
        "that is known count as new when they first appear."
    )
    if visits.unnamed:
        yield phrase_count(
            "{count} order of nobody by name is left out.",
            "{count} orders of nobody by name are left out.",
            visits.unnamed,
        )
    if visits.undone:
        yield phrase_count(
            "{count} order that came back whole is no purchase, but counts in cohorts.",
            "{count} orders that came back whole are no purchases, but count in cohorts.",
            visits.undone,
        )
    if visits.priced < 1:
        unpriced = int(np.ceil((1 - visits.priced) * 100))
        yield phrase("About {share} % of purchases state no price and count as 0 in money.", share=unpriced)
