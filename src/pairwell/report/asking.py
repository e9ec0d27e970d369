"""What a report is asked for, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import ibis
import msgspec
import pyarrow as pa

from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import DATED_FROM
from pairwell.engines.engine import storage_failures
from pairwell.errors import RequestError
from pairwell.measure.period import Period, moment_of
from pairwell.operations.database import Database
from pairwell.records import Stage
from pairwell.report.record import Report

_DAYS = 30


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace knows of itself beside its data, as `pairwell status` tells it."""

    refused: int  # rows in quarantine
    no_goods: int = 0  # of these postage, fees and the like, which belong there
    learned_to: datetime | None  # nothing later was read for the live model; None: there is none that can be read
    broken: str | None = None  # why the live model cannot be read


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine does today with one item, were another alone in the cart."""

    stage: Literal["offered", "unknown"] | Stage  # "unknown": it is no candidate, as nothing learned names it
    reason: str = ""
    said: str


class Asked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A period and a segment of one shop. Without a period: 30 days up to the newest order that is not after now."""

    dataset: Dataset
    database: Database
    settings: Settings
    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    by: str | None = None  # a segment to slice by
    settings_of: Callable[[str], Settings] | None = None  # older ones by hash, as they were published
    health: Callable[[], Health] | None = None
    fate_of: Callable[[str, str], Fate | None] | None = None  # by the item in the cart and the other; None: nobody asks


class Periods(msgspec.Struct, frozen=True, kw_only=True):
    """The period of a report, the one before it, and when the shop's orders were placed.

    The one before has as many days as the period is known: those up to the one of the newest order.
    """

    period: Period
    previous: Period | None  # None: orders do not reach so far back
    first: datetime
    last: datetime  # not after now, where any is not
    later: int = 0  # orders dated after now

    @property
    def dated(self) -> bool:
        """Whether orders carry a date, and not only their place in a file."""
        return self.last >= DATED_FROM


def find_periods(asked: Asked) -> Periods | None:
    """The period asked for, in days of the shop's time zone; None where the shop has no orders.

    Raises `RequestError` where it ends before it begins.
    """
    orders = asked.dataset.table("orders")
    past = orders.placed_at <= moment_of(asked.now)
    with storage_failures():
        ends = orders.aggregate(
            first=orders.placed_at.min(),
            last=ibis.coalesce(orders.placed_at.max(where=past), orders.placed_at.max()),
            later=(~past).sum(),
        ).to_pyarrow()
    first, last = (ends[name].cast(pa.timestamp("us", "UTC"))[0].as_py() for name in ("first", "last"))
    if first is None:
        return None
    later = int(ends["later"][0].as_py())
    if last < DATED_FROM:
        whole = Period(since=first, until=last + timedelta(microseconds=1))
        return Periods(period=whole, previous=None, first=first, last=last, later=later)
    zone = ZoneInfo(asked.settings.shop.timezone)
    until = asked.until or _midnight(last, zone, days=1)
    since = asked.since or _midnight(until - timedelta(microseconds=1), zone, days=1 - _DAYS)
    if since >= until:
        raise RequestError(
            f"The period would begin at {since.astimezone(zone):%Y-%m-%d %H:%M} and end before "
            f"{until.astimezone(zone):%Y-%m-%d %H:%M}.",
            hint=f"The newest order is of {last.astimezone(zone):%Y-%m-%d}; name a `since` before `until`.",
            field="since",
        )
    period = Period(since=since.astimezone(UTC), until=until.astimezone(UTC))
    previous = _before(_known(period, last, zone), zone)
    reached = previous.since >= _midnight(first, zone, days=0)
    return Periods(period=period, previous=previous if reached else None, first=first, last=last, later=later)


def begin(asked: Asked, name: str, title: str, period: Period | None = None, previous: Period | None = None) -> Report:
    """A report in the shop's money and days, with nothing in it yet."""
    shop = asked.settings.shop
    return Report(
        name=name, title=title, currency=shop.currency, timezone=shop.timezone, period=period, previous=previous
    )


def _midnight(moment: datetime, zone: ZoneInfo, *, days: int) -> datetime:
    """The beginning of the local day that many days after the one of `moment`."""
    return datetime.combine(moment.astimezone(zone).date() + timedelta(days=days), time(), zone)


def _known(period: Period, last: datetime, zone: ZoneInfo) -> Period:
    """As much of the period as orders reach: up to the end of the newest one's day; all of it where none is in it."""
    end = _midnight(last, zone, days=1).astimezone(UTC)
    return period if last < period.since else Period(since=period.since, until=min(period.until, end))


def _before(period: Period, zone: ZoneInfo) -> Period:
    """The period of equal length before: as many days where it is made of days, which clocks make 23 or 25 hours."""
    since, until = period.since.astimezone(zone), period.until.astimezone(zone)
    if since.time() == until.time() == time():
        start = _midnight(period.since, zone, days=-(until.date() - since.date()).days)
        return Period(since=start.astimezone(UTC), until=period.since)
    return Period(since=period.since - (period.until - period.since), until=period.since)
