"""How sure it is that a slice differs from what it was in the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import msgspec
import pyarrow as pa

from pairwell.engines.engine import storage_failures
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import (
    FEWEST_CUSTOMERS,
    FEWEST_FOR_MONEY,
    Spread,
    ratio_interval,
    zero_p_value,
)
from pairwell.measure.sales.estimates import Slice, sum_slices
from pairwell.measure.sales.metrics import METRIC, Metric
from pairwell.measure.sales.units import by_customer, near_ratios

_Key = tuple[Any, ...]


class Change(Interval, frozen=True):
    """The 95 % interval of a difference, and the p-value of none."""

    p_value: float


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A slice now and in the period before; None where it had no orders.

    `changes`: the 95 % intervals of now less before, by metric, where there is one.
    """

    now: Slice | None = None
    before: Slice | None = None
    changes: Mapping[str, Change] = {}
    near: Mapping[str, float] = {}  # about what the ratios are, for who slices the same orders


def compare_orders(orders: ibis.Table, *names: str, metrics: Sequence[str] = tuple(METRIC)) -> dict[_Key, Compared]:
    """Slices of measured orders by the values of these columns: of those that are `current`, and of the others."""
    wanted = [METRIC[key] for key in metrics]
    with storage_failures():
        near = near_ratios(orders, wanted)
        with by_customer(orders, (*names, "current"), wanted).cache() as each:
            return compare_units(each, names, wanted, near)


def compare_units(
    each: ibis.Table, names: Sequence[str], metrics: Sequence[Metric], near: Mapping[str, float]
) -> dict[_Key, Compared]:
    """The same, from the sums of every customer in both periods: one row a slice, `current` and `customer`.

    The unit of the difference is the customer, so that those who bought in both periods are no two strangers. Of a
    ratio it is the delta method with the skewness taken away; of a sum it takes customers to come by chance, each for
    themselves (a compound Poisson process), so that its variance is the sum of the squares of what each changed by.
    Sources: Deng et al. 2018, section 3; Hall 1992; Daley and Vere-Jones 2003, chapter 2.
    """
    found: dict[_Key, dict[bool, Slice]] = {}
    for part in sum_slices(each, (*names, "current"), metrics, near):
        found.setdefault(part.key[:-1], {})[part.key[-1]] = part
    both = {key: parts for key, parts in found.items() if len(parts) > 1}
    apart = _apart(each, names, metrics, both) if both else {}
    return {
        key: Compared(
            near=near,
            now=parts.get(True),
            before=parts.get(False),
            changes=_intervals(parts, apart[key], metrics) if key in apart else {},
        )
        for key, parts in found.items()
    }


def _apart(
    each: ibis.Table, names: Sequence[str], metrics: Sequence[Metric], both: Mapping[_Key, Mapping[bool, Slice]]
) -> dict[_Key, dict[str, Any]]:
    """Sums of powers of what each customer adds to the differences."""
    rows = [
        dict(zip((*names, "current"), part.key, strict=True)) | _weights(part, metrics)
        for parts in both.values()
        for part in parts.values()
    ]
    kinds = {name: each.schema()[name].to_pyarrow() for name in (*names, "current")}
    weights = pa.schema([*kinds.items(), *((name, pa.float64()) for name in rows[0] if name not in kinds)])
    joined = each.join(ibis.memtable(pa.Table.from_pylist(rows, schema=weights)), [*names, "current"])
    added = {
        one.key: joined[one.above] * joined[f"{one.key}:above"]
        - (joined[str(one.below)] * joined[f"{one.key}:below"] if one.below else 0.0)
        for one in metrics
    }
    own = joined.group_by(*names, "customer").aggregate(**{key: value.sum() for key, value in added.items()})
    powers = {f"{key}:2": (own[key] * own[key]).sum() for key in added}
    powers |= {f"{key}:3": (own[key] * own[key] * own[key]).sum() for key in added}
    grouped = own.group_by(*names) if names else own
    table = grouped.aggregate(units=own.count(), **powers).to_pyarrow()
    return {tuple(row[name] for name in names): row for row in table.to_pylist()}


def _weights(part: Slice, metrics: Sequence[Metric]) -> dict[str, float]:
    """What a customer's sums above and below add to a difference; those of the period before are taken off."""
    sign, found = (1.0 if part.key[-1] else -1.0), dict[str, float]()
    for one in metrics:
        below = 1.0 if one.below is None else float(part.sums[one.below])
        found[f"{one.key}:above"] = sign / below if below else 0.0
        found[f"{one.key}:below"] = sign * part.sums[one.above] / below**2 if below else 0.0
    return found


def _intervals(parts: Mapping[bool, Slice], apart: Mapping[str, Any], metrics: Sequence[Metric]) -> dict[str, Change]:
    found, customers = {}, min(part.sums["customers"] for part in parts.values())
    for one in metrics:
        now, before = parts[True].value(one.key), parts[False].value(one.key)
        fewest = FEWEST_FOR_MONEY if one.priced else FEWEST_CUSTOMERS
        if now is None or before is None or customers < fewest:
            continue
        powers = {"square": apart[f"{one.key}:2"] or 0.0, "cube": apart[f"{one.key}:3"] or 0.0}
        spread = Spread(units=int(apart["units"]), above=now - before, below=1.0, **powers)
        change = change_of(spread)
        if change is not None:
            found[one.key] = change
    return found


def change_of(spread: Spread) -> Change | None:
    """How sure a difference is, of which `above` is the value and `below` 1; None as `ratio_interval` has it."""
    found = ratio_interval(spread)
    return None if found is None else Change(found.low, found.high, zero_p_value(spread))
