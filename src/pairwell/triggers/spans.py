"""The week, month or quarter of the calendar in which a task is told once."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pairwell.config.tasks import Every

_MONTHS: Final[dict[Every, int]] = {"month": 1, "quarter": 3}
_YEAR: Final = 12


class Span(msgspec.Struct, frozen=True):
    """Its name, "2026-W48", "2026-11" or "2026-Q4", and when the next one begins, in UTC."""

    name: str
    until: dt.datetime


def span_of(at: dt.datetime, every: Every, zone: str) -> Span:
    """The one that a moment falls into, by days of a zone; weeks begin on Mondays and count as in ISO 8601."""
    day = at.astimezone(ZoneInfo(zone)).date()
    name, following = _week(day) if every == "week" else _months(day, _MONTHS[every])
    return Span(name, dt.datetime.combine(following, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC))


def _week(day: dt.date) -> tuple[str, dt.date]:
    year, week, weekday = day.isocalendar()
    return f"{year}-W{week:02}", day + dt.timedelta(days=8 - weekday)


def _months(day: dt.date, count: int) -> tuple[str, dt.date]:
    place = (day.month - 1) // count
    years, month = divmod((place + 1) * count, _YEAR)
    name = f"{day.year}-{place + 1:02}" if count == 1 else f"{day.year}-Q{place + 1}"
    return name, dt.date(day.year + years, month + 1, 1)
