"""What every customer came to in every slice of orders, and how far customers are apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import ibis

from pairwell.measure.intervals import Spread
from pairwell.measure.sales.metrics import METRIC, SUMS, Metric

OF_CUSTOMERS: Final = ("buyers", "customers", "added_ever")
OF_VISITS: Final = ("visits", "carted", "ordered", "customers")
_ALWAYS: Final = frozenset({"orders", "with_add_on", "unpriced", "revenue"})
_POWERS: Final = ((2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))
_SOME = 10_000  # orders
_ROUNDING = 1e-13


def sums_of(metrics: Sequence[Metric]) -> list[str]:
    """The sums that these metrics are made of; where all are asked for, all that there are."""
    if all(one.of == "visit" for one in metrics):
        return list(OF_VISITS)
    needed = _ALWAYS | {name for one in metrics for name in (one.above, one.below) if name is not None}
    return [*(name for name in SUMS if name in needed or len(metrics) == len(METRIC)), *OF_CUSTOMERS]


def by_customer(orders: ibis.Table, names: Sequence[str], metrics: Sequence[Metric]) -> ibis.Table:
    """The sums of every customer in every slice by the values of `names`: one row each."""
    summed = orders.group_by(*names, "customer").aggregate(
        **{name: orders[name].sum() for name in sums_of(metrics) if name not in OF_CUSTOMERS},
        buyers=orders.named.any().cast("float64"),
    )
    one = ibis.literal(1).cast("float64")
    return summed.mutate(customers=one, added_ever=(summed.with_add_on > 0).cast("float64"))


def visits_by_customer(visits: ibis.Table, *names: str) -> ibis.Table:
    """The visits of every customer in every slice: one row each."""
    one = ibis.literal(1).cast("float64")
    summed = visits.group_by(*names, "customer").aggregate(
        visits=visits.count().cast("float64"), carted=visits.carted.sum(), ordered=visits.ordered.sum()
    )
    return summed.mutate(customers=one)


def near_ratios(orders: ibis.Table, metrics: Sequence[Metric]) -> dict[str, float]:
    """About what each ratio is, from some orders: it keeps the powers small that `powers_of` adds up."""
    some = by_customer(orders.limit(_SOME), [], metrics)
    sums = some.aggregate(**{name: some[name].sum() for name in sums_of(metrics)}).to_pyarrow().to_pylist()[0]
    return {
        one.key: (sums[one.above] or 0.0) / sums[one.below] if sums[one.below] else 0.0
        for one in metrics
        if one.below is not None
    }


def powers_of(rows: ibis.Table, metrics: Sequence[Metric], near: Mapping[str, float]) -> dict[str, ibis.Value]:
    """Sums, over customers, of powers of how far their sum above is from near the ratio, and of their sum below."""
    found = {}
    for one in metrics:
        if one.below is None:
            continue
        below = rows[one.below]
        apart = rows[one.above] - near[one.key] * below
        for of_apart, of_below in _POWERS:
            found[f"{one.key}:{of_apart}{of_below}"] = _product([apart] * of_apart + [below] * of_below).sum()
    return found


def spread_of(metric: Metric, row: Mapping[str, Any], near: float) -> Spread:
    """How far customers are apart from the ratio of a slice, from its sums and powers."""
    above, below = row[metric.above], row[str(metric.below)]
    off = above / below - near
    power = {(i, j): row[f"{metric.key}:{i}{j}"] or 0.0 for i, j in _POWERS}
    parts = (power[2, 0], -2 * off * power[1, 1], off * off * power[0, 2])
    square = sum(parts)
    cube = power[3, 0] - 3 * off * power[2, 1] + 3 * off**2 * power[1, 2] - off**3 * power[0, 3]
    if square <= _ROUNDING * sum(map(abs, parts)):  # all are alike, but for the last digits
        square = cube = 0.0
    return Spread(units=int(row["customers"]), above=above, below=below, square=square, cube=cube)


def _product(values: Sequence[ibis.Value]) -> ibis.Value:
    found = values[0]
    for value in values[1:]:
        found = found * value
    return found
