"""Who comes back: customers by the month of their first order, and the time to the second one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np

from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.engines.functions import local_time
from pairwell.measure.customers.visits import Visits, dated_orders
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import share_interval
from pairwell.measure.unknown import NotKnown

Counted = Literal["purchases", "everything"]
"""Orders with a positive quantity at a positive price; or every order, return and feedback that has a customer."""

_SURE = 1.959964


class Cohorts(msgspec.Struct, frozen=True, kw_only=True):
    """Customers active in each month, by the month of their first activity; months are year · 12 + month - 1.

    `active[i][k]` counts those of `months[i]` active k months later; what lies after `last_month` is not there.
    """

    months: Sequence[int]
    active: Sequence[Sequence[int]]
    last_month: int

    def since(self, month: int) -> Cohorts:
        """Only those whose first activity is not before `month`."""
        kept = [place for place, first in enumerate(self.months) if first >= month]
        return Cohorts(
            months=[self.months[place] for place in kept],
            active=[self.active[place] for place in kept],
            last_month=self.last_month,
        )


class SecondOrders(msgspec.Struct, frozen=True, kw_only=True):
    """The share of customers who bought on a second day, within so many days of the first one.

    By Kaplan and Meier, so that those whose first order is recent neither count as lost nor are left out; with
    Greenwood's interval on the log-log scale. `watched` customers are known for as long as that.
    Source: Kalbfleisch and Prentice 2002, section 1.4.
    """

    days: int
    share: float
    interval: Interval | None
    watched: int


class Returning(msgspec.Struct, frozen=True, kw_only=True):
    """How many came back so far, and how soon."""

    customers: int
    came_back: int
    interval: Interval  # of the share who came back
    median_days: float | None  # to the second purchase, of those who came back
    within: Sequence[SecondOrders]


def read_activity(dataset: Dataset, timezone: str, counted: Counted, until: datetime | None = None) -> ibis.Table:
    """The `customer_id` and `month` of everything counted, in the shop's time zone; rows may repeat."""
    orders = dated_orders(dataset, until)
    orders = orders.filter(orders.customer_id.notnull())
    if counted == "purchases":
        lines = dataset.table("order_lines")
        free = lines.unit_price_minor.fill_null(1) <= 0  # a price that nobody stated is not 0
        return _months(orders.semi_join(lines.filter(lines.quantity > 0, ~free), "order_id"), "placed_at", timezone)
    returns = dataset.table("returns")
    back = returns if until is None else returns.filter(returns["at"] < until)
    of_whom = back.inner_join(orders.select("order_id", "customer_id"), "order_id")
    feedback = dataset.table("feedback")
    said = feedback if until is None else feedback.filter(feedback["at"] < until)
    said = said.filter(said.customer_id.notnull())
    done = ((orders, "placed_at"), (of_whom, "at"), (said, "at"))
    return ibis.union(*(_months(rows, moment, timezone) for rows, moment in done))


def count_cohorts(activity: ibis.Table) -> Cohorts | NotKnown:
    """Cohorts of rows with `customer_id` and `month`. Raises `StorageError` where files are damaged."""
    seen = activity.select("customer_id", "month").distinct()
    first = seen.group_by("customer_id").aggregate(cohort=seen.month.min())
    both = seen.inner_join(first, "customer_id")
    with storage_failures():
        counts = both.group_by("cohort", "month").aggregate(n=both.count()).to_pyarrow()
    if not counts.num_rows:
        return NotKnown(reason="no_names")
    cohort, month, number = (counts[name].to_numpy().astype(np.int64) for name in ("cohort", "month", "n"))
    last = int(month.max())
    months = list(range(int(cohort.min()), int(cohort.max()) + 1))
    grid = np.zeros((len(months), last - months[0] + 1), dtype=np.int64)
    grid[cohort - months[0], month - cohort] = number
    rows = [grid[place, : last - first_month + 1].tolist() for place, first_month in enumerate(months)]
    kept = [place for place, row in enumerate(rows) if row[0]]
    return Cohorts(months=[months[place] for place in kept], active=[rows[place] for place in kept], last_month=last)


def find_returning(
    visits: Visits, *, since: int | None = None, within: Sequence[int] = (30, 90, 180, 365)
) -> Returning:
    """The share of customers with a second day of purchase; `since`: only those whose first day is not before it."""
    _, starts, counts = np.unique(visits.customers, return_index=True, return_counts=True)
    first = visits.days[starts]
    again = counts > 1
    waited = np.where(again, visits.days[np.minimum(starts + 1, len(visits) - 1)], visits.last_day) - first
    if since is not None:
        again, waited, first = again[first >= since], waited[first >= since], first[first >= since]
    came_back = int(again.sum())
    known = visits.last_day - first
    return Returning(
        customers=again.size,
        came_back=came_back,
        interval=share_interval(came_back / max(again.size, 1), again.size),
        median_days=float(np.median(waited[again])) if came_back else None,
        within=[_within(waited, again, days, int((known >= days).sum())) for days in within if (known >= days).any()],
    )


def _within(waited: np.ndarray, again: np.ndarray, days: int, watched: int) -> SecondOrders:
    moments, of_moment = np.unique(waited, return_inverse=True)
    events = np.bincount(of_moment, weights=again, minlength=moments.size)
    left = waited.size - np.concatenate(([0], np.cumsum(np.bincount(of_moment, minlength=moments.size))[:-1]))
    inside = moments <= days
    events, left = events[inside], left[inside]
    staying = float(np.prod(1 - events / left))
    if not 0 < staying < 1:
        return SecondOrders(days=days, share=1 - staying, interval=None, watched=watched)
    spread = float(np.sum(events / (left * (left - events))))
    half = _SURE * math.sqrt(spread) / abs(math.log(staying))
    interval = Interval(1 - staying ** math.exp(-half), 1 - staying ** math.exp(half))
    return SecondOrders(days=days, share=1 - staying, interval=interval, watched=watched)


def _months(rows: ibis.Table, moment: str, timezone: str) -> ibis.Table:
    shown: ir.Value = local_time(timezone, rows[moment])
    return rows.select("customer_id", month=(shown.year() * 12 + shown.month() - 1).cast("int64"))
