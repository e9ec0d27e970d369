"""How long an experiment must run, and how small an effect it can show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
from scipy import special

from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.comparing.effects import LEVEL
from pairwell.measure.comparing.moments import Moments, Values, is_share, summarize
from pairwell.measure.comparing.planned import Horizon, Wanted
from pairwell.measure.comparing.skewed import Unfit, judge
from pairwell.measure.comparing.tails import Tail, tail_of
from pairwell.said import phrase

UNIT, AT, VALUE = "unit", "at", "value"
_WEEKS = (1, 2, 3, 4, 6, 8, 10, 13, 17, 21, 26, 39, 52)


def totals_by_days(sales: ir.Table, days: int | None) -> tuple[tuple[datetime, datetime], list[tuple[int, Values]]]:
    """The first and the last moment of `sales`, and what each unit came to in the newest days, for several times.

    `sales` holds UNIT, AT (a moment) and VALUE. Raises `EvidenceError` where they are of less than a week.
    """
    first, last = _bounds(sales)
    span = (last - first).days + 1
    if span < 7:  # noqa: PLR2004 - a week
        raise EvidenceError(
            phrase("The history covers {span} days; a plan needs a week at least.", span=str(span)),
            hint=phrase("Ingest older orders first."),
        )
    chosen = {7 * weeks for weeks in _WEEKS if 7 * weeks <= span} | ({days} if days is not None else set())
    if days is not None and days > span:
        raise EvidenceError(
            phrase("The history covers {span} days, fewer than the {days} asked for.", span=str(span), days=str(days)),
            hint=phrase("Ask for --days {span} or less.", span=str(span)),
        )
    return (first, last), _totals(sales, last, sorted(chosen))


def make_plan(totals: Iterable[tuple[int, Values]], wanted: Wanted) -> list[Horizon]:
    """What would be shown after each number of days, were each unit in the holdout with its share.

    `totals` are of the units with a value. An experiment counts the others as 0, each week's visitors taken for new
    ones. Where nobody knows how many these are, very many are supposed, with whom an effect is hardest to show: then
    squares about 0 stand for those about the mean, and the effect is that on a unit with a value.

    The effect is taken to raise each value by its share, which makes the treated vary more, so that power is at least
    what was asked for where it makes more units have a value instead. The variance is taken one standard error up.
    Source: two-sample power, normal approximation.
    Raises `RequestError` where visitors are fewer than the units with a value.
    """
    return [_horizon(days, values, wanted) for days, values in totals]


def days_for(horizons: Sequence[Horizon], wanted: Wanted) -> int | None:
    """The first number of days after which the wanted effect would be shown."""
    for one in horizons:
        shown = one.smallest_effect_relative if wanted.relative else one.smallest_effect
        if wanted.effect is not None and shown is not None and shown <= abs(wanted.effect):
            return one.days
    return None


def _horizon(days: int, values: Values, wanted: Wanted) -> Horizon:
    if wanted.visitors is not None:
        values = _with_zeros(values, days, wanted.visitors)
    units = values.size
    held = round(units * wanted.holdout)
    mean = float(values.mean()) if units else 0.0
    base = Horizon(days=days, units=units, units_holdout=held, mean=mean)
    if min(held, units - held) < 2:  # noqa: PLR2004 - there is no variance of one
        return base
    all_of_them = _among_many(values) if wanted.visitors is None else summarize(values)
    held_out, others = (_of_size(all_of_them, size) for size in (held, units - held))
    found = judge(others, held_out, _tails(values, wanted))
    if isinstance(found, Unfit):
        return msgspec.structs.replace(base, needed=found.needed)
    smaller = min(held, units - held)
    sizes = (smaller, smaller) if found == "equal_part" else (units - held, held)
    reach = float(special.ndtri((1 + LEVEL) / 2) + special.ndtri(wanted.power))
    doubt = _doubt_of_variance(values - (0.0 if wanted.visitors is None else mean))
    effect = _smallest_effect(reach * reach * all_of_them.variance * (1 + doubt), mean, sizes)
    return msgspec.structs.replace(
        base,
        smallest_effect=effect,
        smallest_effect_relative=effect / abs(mean) if mean and effect is not None else None,
        equal_part=found == "equal_part",
    )


def _doubt_of_variance(apart: Values) -> float:
    """The standard error of the mean square, as a share of it: history may lack the rare large values."""
    squares = apart * apart
    return float(squares.std() / squares.mean()) / math.sqrt(squares.size) if squares.any() else 0.0


def _smallest_effect(square: float, mean: float, sizes: tuple[int, int]) -> float | None:
    """The effect d of which d² is `square` by size of each arm, that of the treated grown by (1 + d / mean)².

    None where the treated would vary by more than any effect they have.
    """
    treated, control = (square / size for size in sizes)
    if not mean:
        return math.sqrt(treated + control)
    # With e = d / mean and t, c the parts of both arms by mean²: e² = t (1 + e)² + c.
    grown, still = treated / mean**2, control / mean**2
    if grown >= 1:
        return None
    return abs(mean) * (grown + math.sqrt(grown**2 + (1 - grown) * (grown + still))) / (1 - grown)


def _tails(values: Values, wanted: Wanted) -> list[Tail]:
    if is_share(values):
        return []
    found = tail_of([values])
    return [found if wanted.visitors is not None else msgspec.structs.replace(found, valued=None)]


def _with_zeros(values: Values, days: int, visitors: int) -> Values:
    everybody = round(visitors * days / 7)
    if everybody < values.size:
        raise RequestError(
            phrase(
                "{visitors} visitors a week make {everybody} in {days} days, and {size} units had a value.",
                visitors=visitors,
                everybody=everybody,
                days=str(days),
                size=values.size,
            ),
            hint=phrase("Count everybody who comes, whether they buy or not; or leave --visitors out."),
            field="visitors",
        )
    return np.concatenate((np.zeros(everybody - values.size), values))


def _among_many(values: Values) -> Moments:
    """With so many zeros beside them that the mean of all is near 0, by unit with a value."""
    squares = values * values
    return Moments(
        n=values.size,
        value=float(values.mean()),
        variance=float(squares.mean()),
        third=float(squares @ values) / values.size,
    )


def _of_size(moments: Moments, size: int) -> Moments:
    return msgspec.structs.replace(moments, n=size)


def _bounds(sales: ir.Table) -> tuple[datetime, datetime]:
    table: pa.Table = sales.get_backend().to_pyarrow(sales.aggregate(first=sales[AT].min(), last=sales[AT].max()))
    first, last = (column[0].as_py() for column in table.columns)
    if first is None:
        raise EvidenceError(
            phrase("There is no sale with a unit and a moment."), hint=phrase("Ingest orders with customers first.")
        )
    return first, last


def _totals(sales: ir.Table, last: datetime, horizons: Sequence[int]) -> list[tuple[int, Values]]:
    """What each unit came to in the newest days, for every horizon in one pass over the sales."""
    after = {days: sales[AT] > _moment(last - timedelta(days=days)) for days in horizons}
    sums = {f"sum_{days}": sales[VALUE].sum(where=newer).fill_null(0).cast("float64") for days, newer in after.items()}
    counts = {f"rows_{days}": newer.sum() for days, newer in after.items()}
    by_unit = sales.group_by(UNIT).aggregate(**sums, **counts)
    met = {f"sum_{days}": ibis.ifelse(by_unit[f"rows_{days}"] > 0, by_unit[f"sum_{days}"], None) for days in horizons}
    table: pa.Table = sales.get_backend().to_pyarrow(by_unit.select(**met))
    # In order of size, so that what is made of them does not depend on the order in which the engine gave them.
    return [(days, np.sort(np.asarray(table[f"sum_{days}"].drop_null(), dtype=np.float64))) for days in horizons]


def _moment(at: datetime) -> ir.Value:
    return ibis.literal(at, type="timestamp('UTC', 6)")
