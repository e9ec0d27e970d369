"""Whom an offer changes, from an experiment in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.config.progress import BytesRead, unheard
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.experiment import Units, limits
from pairwell.measure.comparing.fixed import check_fixed
from pairwell.measure.comparing.units import ARM, UNIT, sum_by_unit
from pairwell.measure.comparing.uplift import (
    Floats,
    Uplift,
    advise,
    effects_by_rank,
    expect,
    last_and_rest,
    places,
    price,
    qini,
)
from pairwell.shop.experimenting import Columns, Staged, refuse_orders, staged_rows

_MOST_LEVELS = 30  # of a feature in words; the others count as one


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of an experiment: its arms, a metric, and by which columns units may differ."""

    treated: str
    control: str
    metric: str
    by: Sequence[str]
    cost: float = 0.0  # of treating one unit, in the unit of the metric


def uplift_of_file(path: Path, columns: Columns, asked: Question, *, advance: BytesRead = unheard) -> Uplift:
    """Rank the units of a file by what treating changes; raises as `experimenting.analyze_file` does."""
    if not 0 <= asked.cost < float("inf"):
        raise RequestError(
            f"A cost of {asked.cost:g} is none.",
            hint="Write what treating one unit costs, such as 0.35, in the unit of the metric.",
            field="cost",
        )
    if known_after := [name for name in asked.by if name in (asked.metric, columns.arm)]:
        raise RequestError(
            f"{known_after[0]!r} is not known before the experiment: it is its "
            f"{'metric' if known_after[0] == asked.metric else 'arm'}.",
            hint="Name by --by what is known of a unit before it is treated.",
            field="by",
        )
    names = {f"by_{place}": column for place, column in enumerate(asked.by)}
    texts = {ARM: columns.arm, **names} | ({} if columns.unit is None else {UNIT: columns.unit})
    with staged_rows(path, Staged(texts=texts, values=[asked.metric]), advance=advance) as (rows, owner):
        refuse_orders(rows, owner, columns.unit)
        units = sum_by_unit(rows, [asked.metric])
        check_fixed(rows, names)
        features = _features(rows, list(names))
    return _uplift(units, features, asked)


def _uplift(units: Units, features: Floats, asked: Question) -> Uplift:
    for arm in (asked.treated, asked.control):
        if arm not in units.arms:
            raise RequestError(
                f"No unit is in an arm called {arm!r}; the arms are {', '.join(map(repr, units.arms))}.",
                hint="Name two of them by --treated and --control.",
                field="treated",
            )
    values = units.values[asked.metric]
    treated, control = (units.arm == units.arms.index(arm) for arm in (asked.treated, asked.control))
    there = (treated | control) & ~np.isnan(values)
    overall = compare(Arm(above=values[there & treated]), Arm(above=values[there & control]))
    if not isinstance(overall, Compared):
        raise EvidenceError(
            "The units are too few, or their values too uneven, to tell whether the offer changes anybody.",
            hint="Run `pairwell experiment analyze` on the same columns: it says how many would do.",
        )
    values, treated, features = values[there], treated[there], features[there]
    ranking = expect(features, values, treated)
    coefficient, interval = qini(ranking, values, treated)
    scores = places(ranking)
    last, rest = last_and_rest(scores, values, treated)
    return Uplift(
        treated=asked.treated,
        control=asked.control,
        metric=asked.metric,
        units=values.size,
        effect=overall.absolute.value,
        ci=limits(overall.absolute.interval) or (0.0, 0.0),
        qini=coefficient,
        qini_ci=interval,
        groups=effects_by_rank(scores, values, treated),
        last=last,
        rest=rest,
        cost=asked.cost,
        priced=price(overall, rest, values.size, cost=asked.cost),
        advice=advise(overall, last, rest, cost=asked.cost),
    )


def _features(rows: ir.Table, names: Sequence[str]) -> Floats:
    """A row a unit, in the order of `sum_by_unit`: 1, numbers in standard units, words as flags."""
    whole = rows.filter(rows[UNIT].notnull(), rows[ARM].notnull())
    sums = {name: whole[name].min() for name in names}
    units = whole.group_by(UNIT).aggregate(first=whole[ARM].min(), last=whole[ARM].max(), **sums)
    clean = units.filter(units["first"] == units["last"]).order_by(UNIT)
    table: pa.Table = rows.get_backend().to_pyarrow(clean.select(*names))
    columns = [part for name in names for part in _columns(table[name].combine_chunks())]
    return np.stack([np.ones(len(table)), *columns], axis=1)


def _columns(values: pa.Array) -> list[Floats]:
    try:
        numbers = np.asarray(pc.fill_null(values.cast(pa.float64()), float("nan")), dtype=np.float64)
    except pa.ArrowInvalid:
        counted = pc.value_counts(values.drop_null()).to_pylist()
        levels = [one["values"] for one in sorted(counted, key=lambda one: (-one["counts"], one["values"]))]
        # The commonest level is what the others are compared with.
        return [_flags(pc.equal(values, level)) for level in levels[1:_MOST_LEVELS]] + [_flags(pc.is_null(values))]
    missing = np.isnan(numbers)
    if missing.all():
        return []
    centred = np.where(missing, 0.0, numbers - np.nanmean(numbers))
    spread = float(centred.std())
    return [centred / spread if spread > 0 else centred, missing.astype(np.float64)]


def _flags(flags: pa.Array) -> Floats:
    return np.asarray(pc.fill_null(flags, fill_value=False).cast(pa.float64()), dtype=np.float64)
