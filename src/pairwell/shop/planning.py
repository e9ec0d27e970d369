"""The plan of an experiment, from the orders of an open workspace or from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import msgspec
from babel.numbers import get_currency_precision

from pairwell.config.progress import BytesRead, unheard
from pairwell.dataset.tables import DATED_FROM
from pairwell.engines.engine import storage_failures
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.comparing.moments import Values
from pairwell.measure.comparing.planned import Plan, Wanted
from pairwell.measure.comparing.planning import (
    AT,
    UNIT,
    VALUE,
    days_for,
    make_plan,
    totals_by_days,
)
from pairwell.measure.comparing.units import value_column
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History, sold_lines
from pairwell.said import phrase
from pairwell.shop.experimenting import Staged, refuse_to_plan_orders, staged_rows

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

METRICS: dict[str, Callable[[ir.Table], ir.Value]] = {
    "revenue": lambda lines: lines.revenue,
    "margin": lambda lines: lines.margin,
}
_WEEK = 7  # days
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns of a file hold what units did when."""

    unit: str
    value: str
    at: str


def plan_for_shop(shop: Parts, metric: str, wanted: Wanted) -> Plan:
    """Plan an experiment on customers by what they bought. Raises `RequestError`, or `EvidenceError` without orders.

    Who buys nothing counts 0: as many as `wanted.visitors` say, or very many.
    """
    if metric not in METRICS:
        raise RequestError(
            phrase("{metric} is no metric of a shop's orders.", metric=repr(metric)),
            hint=phrase("Metrics: {metrics}.", metrics=", ".join(METRICS)),
            field="metric",
        )
    settings = shop.published.settings.shop
    with storage_failures(), _sales(shop, metric).cache() as sales:  # each of many horizons reads them
        bounds, totals = totals_by_days(sales, wanted.days)
    scale = 10 ** get_currency_precision(settings.currency)
    return _plan(metric, settings.currency, wanted, bounds, [(days, values / scale) for days, values in totals])


def plan_for_file(path: Path, columns: Dated, wanted: Wanted, *, advance: BytesRead = unheard) -> Plan:
    """Plan an experiment by what a file says that units did when; raises as `experimenting.analyze_file` does."""
    staged = Staged(texts={UNIT: columns.unit, AT: columns.at}, values=[columns.value])
    with staged_rows(path, staged, advance=advance) as (rows, owner):
        refuse_to_plan_orders(rows, owner, columns.unit)
        moment = rows[AT].try_cast("timestamp").cast("timestamp('UTC', 6)")
        sales = rows.select(**{UNIT: rows[UNIT], AT: moment, VALUE: rows[value_column(0)]})
        check_dates(rows, sales, columns.at)
        bounds, totals = totals_by_days(sales.filter(sales[UNIT].notnull(), sales[AT].notnull()), wanted.days)
    return _plan(columns.value, None, wanted, bounds, totals)


def _sales(shop: Parts, metric: str) -> ir.Table:
    history = History(dataset=shop.dataset, snapshot=shop.dataset.newest(), shop=shop.published.settings.shop)
    orders = history.orders(Period(DATED_FROM, _EVER))
    named = orders.filter(orders.customer_id.notnull()).select("order_id", "customer_id", "placed_at")
    lines = sold_lines(history, named).join(named, "order_id")
    return lines.select(**{UNIT: lines.customer_id, AT: lines.placed_at, VALUE: METRICS[metric](lines)})


def check_dates(rows: ir.Table, sales: ir.Table, column: str) -> None:
    """Raise `EvidenceError` where some AT of `rows` is no moment in `sales`."""
    dated = int(sales[AT].count().to_pyarrow().as_py())
    given = int(rows[AT].count().to_pyarrow().as_py())
    if dated < given or not given:
        raise EvidenceError(
            phrase(
                "{wrong} of {given} cells of {column} are no moment.",
                wrong=given - dated,
                given=given,
                column=repr(column),
            ),
            hint=phrase("Write them as 2026-03-01 or 2026-03-01 14:30."),
        )


def _plan(
    metric: str,
    currency: str | None,
    wanted: Wanted,
    bounds: tuple[datetime, datetime],
    totals: list[tuple[int, Values]],
) -> Plan:
    horizons = make_plan(totals, wanted)
    return Plan(
        metric=metric,
        currency=currency,
        holdout=wanted.holdout,
        power=wanted.power,
        units_a_week=next(one.units for one in horizons if one.days == _WEEK),
        visitors=wanted.visitors,
        since=bounds[0],
        until=bounds[1],
        horizons=horizons,
        days=days_for(horizons, wanted),
    )
