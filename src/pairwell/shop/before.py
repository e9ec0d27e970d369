"""Before against after, from the orders of an open workspace or from a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa
from babel.numbers import get_currency_precision
from msgspec.structs import replace

from pairwell.config.progress import BytesRead, unheard
from pairwell.config.turns import files_in_use
from pairwell.dataset.tables import DATED_FROM
from pairwell.engines.engine import storage_failures
from pairwell.errors import RequestError
from pairwell.measure.before.look import look
from pairwell.measure.before.panel import MOST_BEFORE, WEEK
from pairwell.measure.before.records import BeforeAfter, Change
from pairwell.measure.before.rows import (
    ABOVE,
    ALL,
    BELOW,
    DAY,
    GROUP,
    LESS_RETURNS,
    LOWER_IS_BETTER,
    ROWS,
    Who,
    daily_sums,
    early_returns,
    metric_names,
    newest_return,
    panel_of,
)
from pairwell.measure.comparing.experiment import ROWS as LINES
from pairwell.measure.comparing.planning import AT
from pairwell.measure.comparing.units import value_column
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History
from pairwell.measure.sales.metrics import METRIC
from pairwell.measure.sales.segments import find_segment
from pairwell.shop.experimenting import Staged, staged_rows
from pairwell.shop.planning import check_dates

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_EVER: Final = date(9999, 1, 1)
_CONTROL: Final = "control"
_LONGEST_RETURN: Final = 365  # days


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns of a file hold what came about when."""

    at: str
    above: str  # the metric, or what is divided; `rows` counts lines
    below: str | None = None
    control: str | None = None  # a series that the change did not touch


def before_after_of_shop(shop: Parts, change: Change, who: Who) -> BeforeAfter:
    """Before against after by the shop's own orders, money in units of its currency.

    Raises `RequestError` for a metric, a segment or a value of it that is none, `EvidenceError` without orders.
    """
    if not 1 <= change.returns_within <= _LONGEST_RETURN:
        raise RequestError(
            f"Returns within {change.returns_within} days were asked for; expected 1 to {_LONGEST_RETURN}.",
            hint="Take as many days as most goods take to come back: 30.",
            field="returns_within",
        )
    settings = shop.published.settings.shop
    shop.keeping.compact()
    with files_in_use(shop.workspace.hidden), storage_failures():
        table, known = _read(shop, change, who)
    if METRIC[change.metric].unit == "money":
        table = _in_major_units(table, settings.currency)
        change = replace(change, currency=settings.currency)
    if change.metric in LOWER_IS_BETTER:
        change = replace(change, lower_is_better=True)
    if known is None:
        return _look(table, change, who, partial=True)
    # Who ordered from here on had less time to send something back.
    late = (known - timedelta(days=change.returns_within)).astimezone(ZoneInfo(settings.timezone)).date()
    found = _look(table, replace(change, until=min(late, change.until or late)), who, partial=True)
    return _with_returns(found, change, known.astimezone(ZoneInfo(settings.timezone)).date(), late)


def _read(shop: Parts, change: Change, who: Who) -> tuple[pa.Table, datetime | None]:
    """The daily sums, and the moment up to which returns are known where they count; None: they do not."""
    settings = shop.published.settings.shop
    history = History(dataset=shop.measured, snapshot=shop.measured.newest(), shop=settings)
    segment = None if who.group is None else find_segment(who.group, history)
    names = metric_names(segment)
    if segment is not None and segment.of == "time":
        raise RequestError(f"{who.group!r} is a span of time.", hint="Name a segment of orders.", field="group")
    if change.metric not in names:
        raise RequestError(
            f"{change.metric!r} is no metric that adds up over days{'' if segment is None else ' of ' + segment.name}.",
            hint=f"Metrics: {', '.join(names)}.",
            field="metric",
        )
    known = newest_return(history) if change.metric in LESS_RETURNS else None
    returns = None if known is None else early_returns(history, change.returns_within)
    placed = history.orders(_span(change, ZoneInfo(settings.timezone)))
    return daily_sums(history, placed, change.metric, segment, returns=returns).to_pyarrow(), known


def _with_returns(found: BeforeAfter, change: Change, known: date, late: date) -> BeforeAfter:
    """With which returns count; where the days that are left are too few, with what can be done."""
    note = f"Only what came back within {change.returns_within} days of its order counts, before and after alike."
    if change.until is None or change.until > late:
        note += f" The newest return is of {known}: orders from {late} on are left out, they had less time."
    found = replace(found, returns_within=change.returns_within, notes=[*found.notes, note])
    if found.reason != "too_few_after" or found.needed is None:
        return found
    most = (known - change.at).days - found.needed
    sooner = f", or count only what comes back sooner: --returns-within {most} or less" if most > 0 else ""
    refusal = f"{found.refusal} Wait until returns are in{sooner}."
    return replace(found, refusal=refusal, sentence=refusal)


def before_after_of_file(
    path: Path, columns: Columns, change: Change, who: Who, *, advance: BytesRead = unheard
) -> BeforeAfter:
    """Before against after by what a file says; raises as `experimenting.analyze_file` does.

    Lines of one day and group are added up. Where its moments have a time of day, the newest day is not over.
    """
    asked = [name for name in (columns.above, columns.below, columns.control) if name is not None]
    values = [name for name in dict.fromkeys(asked) if name != LINES]
    texts = {AT: columns.at} | ({} if who.group is None else {GROUP: who.group})
    staged = Staged(texts=texts, values=values, counts_rows=LINES in asked)
    with staged_rows(path, staged, advance=advance) as (rows, _):
        moment = rows[AT].try_cast("timestamp").cast("timestamp('UTC', 6)")
        check_dates(rows, rows.select(**{AT: moment}), columns.at)
        named = {name: rows[value_column(place)].cast("float64") for place, name in enumerate(values)}
        dated = rows.select(
            **{DAY: moment.cast("timestamp").date(), GROUP: ibis.literal(ALL) if who.group is None else rows[GROUP]},
            at=moment,
            **{part: ibis.literal(1.0) if name == LINES else named[name] for part, name in _parts(columns)},
        )
        table, timed = _daily(dated.filter(dated[DAY].notnull(), dated[GROUP].notnull()))
    if columns.control is not None:
        table = pa.concat_tables([_side(table, ABOVE, change.metric), _side(table, _CONTROL, columns.control)])
        who = Who(group=columns.control, touched=[change.metric], compare=[columns.control])
        change = replace(change, method=change.method or "structural")
    return _look(table, change, who, partial=timed)


def _parts(columns: Columns) -> list[tuple[str, str]]:
    parts = ((ABOVE, columns.above), (BELOW, columns.below), (_CONTROL, columns.control))
    return [(part, name) for part, name in parts if name is not None]


def _daily(dated: ir.Table) -> tuple[pa.Table, bool]:
    """Sums by day and group of the lines that say something, and whether moments have a time of day."""
    known = dated.filter(dated[ABOVE].notnull())
    sums = {part: known[part].sum().fill_null(0.0) for part in (ABOVE, BELOW, _CONTROL) if part in known.columns}
    daily = known.group_by(DAY, GROUP).aggregate(**{ROWS: known.count()}, **sums)
    with storage_failures():
        timed = known.aggregate(timed=(known["at"] != known["at"].truncate("D")).any()).to_pyarrow()["timed"][0].as_py()
        return daily.order_by(DAY, GROUP).to_pyarrow(), bool(timed)


def _side(table: pa.Table, part: str, name: str) -> pa.Table:
    """One of the two series of a table that holds both, as a group of its own."""
    names = pa.array([name] * len(table), pa.string())
    return pa.table({DAY: table[DAY], GROUP: names, ROWS: table[ROWS], ABOVE: table[part]})


def _look(table: pa.Table, change: Change, who: Who, *, partial: bool) -> BeforeAfter:
    alone = change.method == "structural" and who.compare is None
    if who.group is not None and not who.touched:
        raise RequestError(
            f"Nobody said which {who.group!r} was touched.", hint="Name its value: --touched VALUE.", field="touched"
        )
    if who.group is None and (change.method == "did" or who.touched or who.compare):
        raise RequestError(
            "There is nothing to compare with: no group is named.",
            hint="Name a column or segment and its value: --group region --touched north.",
            field="group",
        )
    return look(panel_of(table, replace(who, compare=[]) if alone else who, partial=partial), change)


def _span(change: Change, zone: ZoneInfo) -> Period:
    """What is read of the orders: no more than may be looked at, and all after it, to know the newest day."""
    earliest = DATED_FROM.date() + timedelta(days=1)
    since = max(change.since or earliest, change.at - timedelta(days=MOST_BEFORE + WEEK), earliest)
    return Period(*(datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, _EVER)))


def _in_major_units(table: pa.Table, currency: str) -> pa.Table:
    values = table[ABOVE].to_numpy() / 10 ** get_currency_precision(currency)
    return table.set_column(table.column_names.index(ABOVE), ABOVE, pa.array(values))
