"""What visits come to, where events tell of any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import ibis
import msgspec
import numpy as np

from pairwell.clock import to_micros
from pairwell.engines.engine import storage_failures
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.period import Period
from pairwell.measure.sales.changes import Compared, compare_units
from pairwell.measure.sales.metrics import METRICS_OF_VISITS
from pairwell.measure.sales.units import visits_by_customer
from pairwell.measure.sales.visits import kept_visits, orders_of_visitors, visits_of
from pairwell.report.record import Figure
from pairwell.report.sales import Sales, figure_of
from pairwell.said import phrase, phrase_count

_NONE = phrase("No event tells of a visit in this period. Let pages send `view` events, or ingest the log of the shop.")
VISITS_END: Final = timedelta(days=1)  # after their period hardly any visit goes on
_NEAR = 0.1  # about what share of visits ends in an order or a cart


def visit_figures(both: Compared | None) -> list[Figure]:
    """Visits, and how many of them held a cart and an order, beside the period before; none where no event was told."""
    if both is None:
        return []
    if both.now is None:
        return [
            Figure(key=one.key, title=one.title, unit=one.unit, value=None, refusal=_NONE) for one in METRICS_OF_VISITS
        ]
    return [figure_of(one, both) for one in METRICS_OF_VISITS]


def note_part(figures: Sequence[Figure]) -> list[str]:
    """A sentence where most orders fall into no visit that events tell of, by the figures of an overview."""
    told = {figure.key: float(figure.value) for figure in figures if isinstance(figure.value, int | float)}
    orders, visits, share = told.get("orders"), told.get("visits"), told.get("conversion")
    if orders is None or visits is None or share is None or visits * share >= orders / 2:
        return []
    said = phrase_count(
        "Events tell of {count} visit with an order, where {orders} orders were placed: visits, carts and conversion "
        "tell of a part of the shop alone, and not of all its visitors.",
        "Events tell of {count} visits with an order, where {orders} orders were placed: visits, carts and conversion "
        "tell of a part of the shop alone, and not of all its visitors.",
        round(visits * share),
        orders=round(orders),
    )
    return [said]


def conversions(sales: Sales, days: Sequence[date]) -> list[float | None] | None:
    """Visits with an order of all that began from each of these local days to before the next one, and in the period.

    None where no event tells of a visit then; so is one of them.
    """
    zone, period = ZoneInfo(sales.history.shop.timezone), sales.periods.period
    with storage_failures():
        visits = _visits(sales, period)
        if visits is None:
            return None
        rows = visits.select("began", "ordered").to_pyarrow()
    starts = [to_micros(datetime.combine(day, time(), zone)) for day in days]
    place = np.searchsorted(starts, rows["began"].to_numpy(), side="right") - 1
    tried = np.bincount(place, minlength=len(starts))
    ordered = np.bincount(place, weights=rows["ordered"].to_numpy(), minlength=len(starts))
    if not rows.num_rows:
        return None
    return [float(one / all_) if all_ else None for one, all_ in zip(ordered[:-1], tried[:-1], strict=True)]


def _visits(sales: Sales, span: Period) -> ibis.Table | None:
    visits = kept_visits(sales.history) if sales.periods.dated else None
    if visits is None:
        return None
    told = read_orders_of_visitors(sales.asked.database, since=span.since, until=span.until + VISITS_END)
    return visits_of(visits, span, orders_of_visitors(sales.history, told))


def compared_visits(sales: Sales) -> Compared | None:
    """The sums of visits of the period and of the one before, and their changes; None where no event was told."""
    periods = sales.periods
    span = Period((periods.previous or periods.period).since, periods.period.until)
    with storage_failures():
        within = _visits(sales, span)
        if within is None:
            return None
        began = round(periods.period.since.timestamp() * 1_000_000)
        with visits_by_customer(within.mutate(current=within.began >= began), "current").cache() as each:
            near = {one.key: _NEAR for one in METRICS_OF_VISITS}
            found = compare_units(each, (), METRICS_OF_VISITS, near).get((), Compared())
    return found if periods.previous else msgspec.structs.replace(found, before=None, changes={})
