"""What visits come to, where events tell of any."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from pairwell.engines.engine import storage_failures
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.period import Period
from pairwell.measure.sales.changes import Compared, compare_units
from pairwell.measure.sales.metrics import METRICS_OF_VISITS
from pairwell.measure.sales.units import visits_by_customer
from pairwell.measure.sales.visits import kept_visits, orders_of_visitors, visits_of
from pairwell.report.record import Figure
from pairwell.report.sales import Sales, figure_of

_NONE = "No event tells of a visit in this period. Let pages send `view` events, or ingest the log of the shop."
VISITS_END: Final = timedelta(days=1)  # after their period hardly any visit goes on
_NEAR = 0.1  # about what share of visits ends in an order or a cart


def visit_figures(sales: Sales) -> list[Figure]:
    """Visits, and how many of them held a cart and an order, beside the period before; none where no event was told."""
    both = _compared(sales)
    if both is None:
        return []
    if both.now is None:
        return [
            Figure(key=one.key, title=one.title, unit=one.unit, value=None, refusal=_NONE) for one in METRICS_OF_VISITS
        ]
    return [figure_of(one, both) for one in METRICS_OF_VISITS]


def _compared(sales: Sales) -> Compared | None:
    periods, dated = sales.periods, sales.periods.dated
    span = Period((periods.previous or periods.period).since, periods.period.until)
    with storage_failures():
        visits = kept_visits(sales.history) if dated else None
        if visits is None:
            return None
        told = read_orders_of_visitors(sales.asked.database, since=span.since, until=span.until + VISITS_END)
        within = visits_of(visits, span, orders_of_visitors(sales.history, told))
        began = round(periods.period.since.timestamp() * 1_000_000)
        with visits_by_customer(within.mutate(current=within.began >= began), "current").cache() as each:
            near = {one.key: _NEAR for one in METRICS_OF_VISITS}
            found = compare_units(each, (), METRICS_OF_VISITS, near).get((), Compared())
    return found if periods.previous else msgspec.structs.replace(found, before=None, changes={})
