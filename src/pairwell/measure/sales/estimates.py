"""Metrics of any slice of orders, ratios with an interval over customers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import ibis
import msgspec
from scipy.special import stdtrit

from pairwell.engines.duckdb import storage_failures
from pairwell.measure.intervals import Interval
from pairwell.measure.sales.metrics import METRICS, SUMS, Metric

FEWEST_CUSTOMERS: Final = 20
_LEVEL = 0.95
Reason = Literal["no_orders", "no_prices", "nothing_to_divide_by"]


class Value(msgspec.Struct, frozen=True):
    """A metric of one slice; a ratio of fewer than `FEWEST_CUSTOMERS` customers has no interval."""

    value: float | int
    interval: Interval | None = None


class NotKnown(msgspec.Struct, frozen=True):
    """Nobody can tell, and why."""

    reason: Reason


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of one slice, and how its ratios vary over customers."""

    key: tuple[Any, ...]
    sums: Mapping[str, float | int]
    values: Mapping[str, Value | NotKnown]  # by key of the metric

    def value(self, key: str) -> float | int | None:
        """The value of a metric, or None."""
        found = self.values[key]
        return found.value if isinstance(found, Value) else None


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Two sums over `units` with their variances and covariance, all of samples."""

    units: int
    above: float
    below: float
    var_above: float
    var_below: float
    cov: float


def ratio_interval(spread: Spread) -> Interval | None:
    """The interval of `above / below` by the delta method; None where customers are too few or the ratio is undefined.

    Valid for independent units, here customers: orders of one customer vary together. Student's t with units - 1
    degrees of freedom. Source: Deng et al. 2018, eq. 4.
    """
    if spread.units < FEWEST_CUSTOMERS or spread.below == 0:
        return None
    ratio, mean = spread.above / spread.below, spread.below / spread.units
    variance = spread.var_above - 2 * ratio * spread.cov + ratio**2 * spread.var_below
    error = math.sqrt(max(0.0, variance) / spread.units) / abs(mean)
    half = float(stdtrit(spread.units - 1, (1 + _LEVEL) / 2)) * error
    return Interval(ratio - half, ratio + half)


def slice_orders(orders: ibis.Table, *names: str) -> list[Slice]:
    """Every slice of measured orders by the values of these columns, ascending; one slice without columns.

    A slice without orders is not among them.
    """
    by_customer = orders.group_by(*names, "customer").aggregate(
        **{name: orders[name].sum() for name in SUMS},
        named=orders.named.any().cast("int64"),
    )
    ready = by_customer.mutate(
        buyers=by_customer.named,
        customers=ibis.literal(1),
        added_ever=(by_customer.with_add_on > 0).cast("int64"),
    )
    grouped = ready.group_by(*names) if names else ready
    summed = grouped.aggregate(**_totals(ready), **_spreads(ready))
    with storage_failures():
        rows = summed.order_by(*names).to_pyarrow().to_pylist() if names else summed.to_pyarrow().to_pylist()
    return [_slice(row, names) for row in rows if row["orders"]]


def _totals(ready: ibis.Table) -> dict[str, ibis.Value]:
    return {name: ready[name].sum() for name in (*SUMS, "buyers", "customers", "added_ever")}


def _spreads(ready: ibis.Table) -> dict[str, ibis.Value]:
    found: dict[str, ibis.Value] = {}
    for metric in METRICS:
        if metric.below is not None:
            above, below = ready[metric.above].cast("float64"), ready[metric.below].cast("float64")
            found[f"{metric.key}:var_above"] = above.var(how="sample")
            found[f"{metric.key}:var_below"] = below.var(how="sample")
            found[f"{metric.key}:cov"] = above.cov(below, how="sample")
    return found


def _slice(row: Mapping[str, Any], names: Sequence[str]) -> Slice:
    sums = {name: row[name] for name in (*SUMS, "buyers", "customers", "added_ever")}
    return Slice(
        key=tuple(row[name] for name in names), sums=sums, values={one.key: _value(one, row) for one in METRICS}
    )


def _value(metric: Metric, row: Mapping[str, Any]) -> Value | NotKnown:
    if metric.priced and row["unpriced"] and not row["revenue"]:
        return NotKnown("no_prices")
    if metric.below is None:
        return Value(row[metric.above])
    if row[metric.below] == 0:
        return NotKnown("nothing_to_divide_by")
    spread = Spread(
        units=row["customers"],
        above=row[metric.above],
        below=row[metric.below],
        **{name: row[f"{metric.key}:{name}"] or 0.0 for name in ("var_above", "var_below", "cov")},
    )
    return Value(spread.above / spread.below, _bounded(ratio_interval(spread), metric))


def _bounded(interval: Interval | None, metric: Metric) -> Interval | None:
    """A share of orders or customers ends at 0 and at 1; a margin does not."""
    if interval is None or metric.unit != "share" or metric.below == "revenue":
        return interval
    return Interval(max(0.0, interval.low), min(1.0, interval.high))
