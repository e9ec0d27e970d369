"""Metrics of any slice of orders, ratios with an interval over customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import ibis
import msgspec

from pairwell.engines.duckdb import storage_failures
from pairwell.measure.intervals import (
    FEWEST_CUSTOMERS,
    FEWEST_FOR_MONEY,
    Interval,
    Spread,
    clustered_share,
    ratio_interval,
)
from pairwell.measure.sales.metrics import METRIC, SUMS, Metric

_OF_CUSTOMERS: Final = ("buyers", "customers", "added_ever")
Reason = Literal["no_orders", "no_prices", "nothing_to_divide_by"]


class Value(msgspec.Struct, frozen=True):
    """A metric of one slice; a ratio of too few customers has no interval (`measure.intervals`)."""

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
    apart = ready.mutate(**_apart(ready, names, wanted))
    grouped = apart.group_by(*names) if names else apart
    totals = {name: apart[name].sum() for name in (*sums, *_OF_CUSTOMERS)}
    summed = grouped.aggregate(**totals, **_spreads(apart, wanted))
    with storage_failures():
        rows = summed.order_by(*names).to_pyarrow().to_pylist() if names else summed.to_pyarrow().to_pylist()
    return [_slice(row, names, wanted) for row in rows if row["orders"]]


def _needed(metrics: Sequence[Metric]) -> set[str]:
    return {"orders", "with_add_on", "unpriced", "revenue"} | {
        name for metric in metrics for name in (metric.above, metric.below) if name is not None
    }


def _apart(ready: ibis.Table, names: Sequence[str], metrics: Sequence[Metric]) -> dict[str, ibis.Value]:
    """Of each customer, how far each ratio's sum above is from the ratio of the slice times the sum below."""
    slices = ibis.window(group_by=names) if names else ibis.window()
    found: dict[str, ibis.Value] = {}
    for metric in metrics:
        if metric.below is not None:
            above, below = ready[metric.above], ready[metric.below]
            ratio = above.sum().over(slices) / below.sum().over(slices).nullif(0.0)
            found[f"{metric.key}:apart"] = above - ratio * below
    return found


def _spreads(apart: ibis.Table, metrics: Sequence[Metric]) -> dict[str, ibis.Value]:
    found: dict[str, ibis.Value] = {}
    for metric in metrics:
        if metric.below is not None:
            far = apart[f"{metric.key}:apart"]
            found[f"{metric.key}:square"] = (far * far).sum()
            found[f"{metric.key}:cube"] = (far * far * far).sum()
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
        **{name: row[f"{metric.key}:{name}"] or 0.0 for name in ("square", "cube")},
    )
    return Value(spread.above / spread.below, _interval(metric, spread))


def _interval(metric: Metric, spread: Spread) -> Interval | None:
    if metric.priced:  # of revenue a margin may be less than nothing: it is no share of tries
        return ratio_interval(spread, fewest=FEWEST_FOR_MONEY)
    if metric.unit == "share":
        return None if spread.units < FEWEST_CUSTOMERS else clustered_share(spread)
    return ratio_interval(spread)
