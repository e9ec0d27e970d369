"""Metrics of any slice of orders, ratios with an interval over customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import msgspec

from pairwell.engines.engine import storage_failures
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import (
    FEWEST_CUSTOMERS,
    FEWEST_FOR_MONEY,
    Spread,
    clustered_share,
    ratio_interval,
)
from pairwell.measure.sales.metrics import METRIC, Metric
from pairwell.measure.sales.units import by_customer, near_ratios, powers_of, spread_of, sums_of
from pairwell.measure.unknown import NotKnown


class Value(msgspec.Struct, frozen=True):
    """A metric of one slice; a ratio of too few customers has no interval (`measure.intervals`)."""

    value: float | int
    interval: Interval | None = None


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of one slice, and how its ratios vary over customers."""

    key: tuple[Any, ...]
    sums: Mapping[str, float | int]
    values: Mapping[str, Value | NotKnown]  # by key of the metric

    def value(self, key: str) -> float | int | None:
        """The value of a metric, or None."""
        found = self.values[key]
        return found.value if isinstance(found, Value) else None


def slice_orders(
    orders: ibis.Table, *names: str, metrics: Sequence[str] = tuple(METRIC), near: Mapping[str, float] | None = None
) -> list[Slice]:
    """Every slice of measured orders by the values of these columns, ascending; one slice without columns.

    Only these `metrics` are computed, and their sums. A slice without orders is not among them. `near`: about what
    the ratios are, where somebody knows it already.
    """
    wanted = [METRIC[key] for key in metrics]
    with storage_failures():
        return sum_slices(by_customer(orders, names, wanted), names, wanted, near or near_ratios(orders, wanted))


def sum_slices(
    each: ibis.Table, names: Sequence[str], metrics: Sequence[Metric], near: Mapping[str, float]
) -> list[Slice]:
    """The slices that the sums of customers come to; `near`: about what the ratios are."""
    sums = {name: each[name].sum() for name in sums_of(metrics)} | powers_of(each, metrics, near)
    rows = each.group_by(*names).aggregate(**sums).order_by(*names) if names else each.aggregate(**sums)
    return [_slice(row, names, metrics, near) for row in rows.to_pyarrow().to_pylist() if row[sums_of(metrics)[0]]]


def _slice(row: Mapping[str, Any], names: Sequence[str], metrics: Sequence[Metric], near: Mapping[str, float]) -> Slice:
    sums = {name: _whole(row[name]) for name in sums_of(metrics)}
    return Slice(
        key=tuple(row[name] for name in names),
        sums=sums,
        values={one.key: _value(one, {**row, **sums}, near) for one in metrics},
    )


def _whole(value: float | None) -> float | int:
    """Whole numbers as such: all sums but that of quantities, which is `rounded`; the sum of nothing is 0."""
    told = rounded(value or 0.0)
    return int(told) if told.is_integer() else told


def rounded(quantity: float) -> float:
    """To a millionth: beyond, the order in which an engine added quantities could be seen."""
    return round(float(quantity), 6)


def _value(metric: Metric, row: Mapping[str, Any], near: Mapping[str, float]) -> Value | NotKnown:
    if metric.priced and row["unpriced"] and not row["revenue"]:
        return NotKnown("no_prices")
    if metric.below is None:
        return Value(row[metric.above])
    if row[metric.below] == 0:
        return NotKnown("nothing_to_divide_by")
    spread = spread_of(metric, row, near[metric.key])
    return Value(spread.above / spread.below, _interval(metric, spread))


def _interval(metric: Metric, spread: Spread) -> Interval | None:
    if metric.priced:  # of revenue a margin may be less than nothing: it is no share of tries
        return ratio_interval(spread, fewest=FEWEST_FOR_MONEY)
    if metric.unit == "share":
        return None if spread.units < FEWEST_CUSTOMERS else clustered_share(spread)
    return ratio_interval(spread)
