"""Days, months and contract years, as bills count them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from zoneinfo import ZoneInfo

MONTHS_OF_A_YEAR = 12
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def local_day(moment: dt.datetime, zone: str) -> dt.date:
    """The day of the shop's zone in which a moment lies. Days of 23 or 25 hours are days like any other."""
    return moment.astimezone(ZoneInfo(zone)).date()


def first_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def days_of(day: dt.date) -> int:
    """How many days a day's month has."""
    return _length(day.year, day.month)


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last one where a month is too short for it."""
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + months, MONTHS_OF_A_YEAR)
    return dt.date(year, month + 1, min(day.day, _length(year, month + 1)))


def months_between(first: dt.date, end: dt.date) -> Iterator[dt.date]:
    """The first days of the months from `first`'s to the one before `end`'s."""
    month = first_of(first)
    while month < end:
        yield month
        month = months_on(month, 1)


def contract_year(start: dt.date, day: dt.date) -> tuple[dt.date, dt.date]:
    """First day of the year, counted from the day `start`, that a day lies in, and of the next one."""
    years = day.year - start.year
    if months_on(start, years * MONTHS_OF_A_YEAR) > day:
        years -= 1
    return months_on(start, years * MONTHS_OF_A_YEAR), months_on(start, (years + 1) * MONTHS_OF_A_YEAR)


def share_of_year(start: dt.date, end: dt.date, day: dt.date) -> Fraction:
    """How much of a contract year has gone by when a day begins, counted in months and parts of them; 0..1."""
    return (_in_months(day) - _in_months(start)) / (_in_months(end) - _in_months(start))


def _length(year: int, month: int) -> int:
    return _LENGTHS[month - 1] + (month == _FEBRUARY and calendar.isleap(year))


def _in_months(day: dt.date) -> Fraction:
    return day.year * MONTHS_OF_A_YEAR + day.month - 1 + Fraction(day.day - 1, days_of(day))


def noon(day: dt.date, zone: str) -> dt.datetime:
    """A moment that surely lies in a day of a zone, in UTC."""
    return dt.datetime.combine(day, dt.time(12), ZoneInfo(zone)).astimezone(dt.UTC)
