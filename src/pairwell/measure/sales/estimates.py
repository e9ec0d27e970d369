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
from pairwell.measure.sales.metrics import METRIC, SUMS, Metric

FEWEST_CUSTOMERS: Final = 20
_LEVEL = 0.95
_OF_CUSTOMERS: Final = ("buyers", "customers", "added_ever")
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
    return Interval(_steady(ratio - half), _steady(ratio + half))


def _steady(end: float) -> float:
    """Without the last digits, which depend on the order in which threads add up a variance."""
    return float(f"{end:.9g}")


def slice_orders(orders: ibis.Table, *names: str, metrics: Sequence[str] = tuple(METRIC)) -> list[Slice]:
    """Every slice of measured orders by the values of these columns, ascending; one slice without columns.

    Only these `metrics` are computed, and their sums. A slice without orders is not among them.
    """
    wanted = [METRIC[key] for key in metrics]
    sums = [name for name in SUMS if name in _needed(wanted) or len(wanted) == len(METRIC)]
    by_customer = orders.group_by(*names, "customer").aggregate(
        **{name: orders[name].sum() for name in sums},
        buyers=orders.named.any().cast("float64"),
    )
    ready = by_customer.mutate(
        customers=ibis.literal(1.0),
        added_ever=(by_customer.with_add_on > 0).cast("float64"),
    )
    grouped = ready.group_by(*names) if names else ready
    totals = {name: ready[name].sum() for name in (*sums, *_OF_CUSTOMERS)}
    summed = grouped.aggregate(**totals, **_spreads(ready, wanted))
    with storage_failures():
        rows = summed.order_by(*names).to_pyarrow().to_pylist() if names else summed.to_pyarrow().to_pylist()
    return [_slice(row, names, wanted) for row in rows if row["orders"]]


def _needed(metrics: Sequence[Metric]) -> set[str]:
    return {"orders", "with_add_on", "unpriced", "revenue"} | {
        name for metric in metrics for name in (metric.above, metric.below) if name is not None
    }


def _spreads(ready: ibis.Table, metrics: Sequence[Metric]) -> dict[str, ibis.Value]:
    found: dict[str, ibis.Value] = {}
    for metric in metrics:
        if metric.below is not None:
            above, below = ready[metric.above], ready[metric.below]
            found[f"{metric.key}:var_above"] = above.var(how="sample")
            found[f"{metric.key}:var_below"] = below.var(how="sample")
            found[f"{metric.key}:cov"] = above.cov(below, how="sample")
    return found


def _slice(row: Mapping[str, Any], names: Sequence[str], metrics: Sequence[Metric]) -> Slice:
    sums = {name: _whole(row[name]) for name in (*SUMS, *_OF_CUSTOMERS) if name in row}
    return Slice(
        key=tuple(row[name] for name in names), sums=sums, values={one.key: _value(one, sums, row) for one in metrics}
    )


def _whole(value: float | None) -> float | int:
    """Whole numbers as such: all sums but that of quantities; the sum of nothing is 0."""
    return int(value or 0.0) if (value or 0.0).is_integer() else float(value or 0.0)


def _value(metric: Metric, sums: Mapping[str, float | int], row: Mapping[str, Any]) -> Value | NotKnown:
    if metric.priced and sums["unpriced"] and not sums["revenue"]:
        return NotKnown("no_prices")
    if metric.below is None:
        return Value(sums[metric.above])
    if sums[metric.below] == 0:
        return NotKnown("nothing_to_divide_by")
    spread = Spread(
        units=int(sums["customers"]),
        above=sums[metric.above],
        below=sums[metric.below],
        **{name: row[f"{metric.key}:{name}"] or 0.0 for name in ("var_above", "var_below", "cov")},
    )
    is_share = metric.unit == "share" and metric.below != "revenue"  # of revenue a margin may be less than nothing
    return Value(spread.above / spread.below, share_interval(spread) if is_share else ratio_interval(spread))


def share_interval(spread: Spread) -> Interval | None:
    """As `ratio_interval`, inside 0..1; where none or all of them were seen, an exact one-sided bound over customers.

    Source: Clopper and Pearson 1934, at 0 and n.
    """
    found = ratio_interval(spread)
    if found is None:
        return None
    unseen = 1 - float(((1 - _LEVEL) / 2) ** (1 / spread.units))
    if spread.above == 0:
        return Interval(0.0, unseen)
    return (
        Interval(1 - unseen, 1.0)
        if spread.above == spread.below
        else Interval(max(0.0, found.low), min(1.0, found.high))
    )
