"""What every report of orders begins with: its period, the measured orders, and what to know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import ibis
import msgspec
import pyarrow as pa

from pairwell.config.settings import Shop
from pairwell.engines.engine import storage_failures
from pairwell.measure.intervals import FEWEST_CUSTOMERS, FEWEST_FOR_MONEY
from pairwell.measure.period import Period
from pairwell.measure.sales.changes import Change, Compared, compare_orders
from pairwell.measure.sales.currencies import count_unconverted
from pairwell.measure.sales.estimates import Slice, Value, slice_orders
from pairwell.measure.sales.lines import History, sold_lines
from pairwell.measure.sales.metrics import METRIC, Metric
from pairwell.measure.sales.orders import items_of_orders, kept_orders, measured_orders
from pairwell.measure.unknown import NotKnown
from pairwell.report.asking import Asked, Periods, begin, find_periods
from pairwell.report.named import segment_name
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.shown.cells import NO_DIFFERENCE
from pairwell.report.untold import note_of_few
from pairwell.said import amount, day, joined, lowered, percent, phrase, phrase_count
from pairwell.several import adjust

REFUSALS: Final = {
    "no_orders": phrase("No order was placed in this period."),
    "no_prices": phrase("None of these orders states a price. Name the column of prices and ingest them again."),
    "no_returns": phrase("No return was ever told. Ingest returns, if there are any."),
    "nothing_to_divide_by": phrase("There is no revenue to divide by."),
}
_WITH_INTERVALS: Final = ("aov", "attach_rate")
_OF_RETURNS: Final = ("return_rate", "refunds")
_OF_WHAT_COMES_BACK: Final = ("margin", "margin_share", *_OF_RETURNS)
_DAY = timedelta(days=1)
_COMES_BACK: Final = 60.0  # days, for as long goods may come back, unless `learn.return_days` is more
JUDGED: Final = phrase(
    "More and less are said of what stands out among all of these changes (Benjamini and Hochberg, 5 %); each interval "
    "is for its row alone."
)
_WRONG: Final = 0.05  # of the changes that are called more or less, so many may be none
_PART: Final = 3
_MORE: Final = phrase("more")
_LESS: Final = phrase("less")
_NO_ORDERS = phrase("Nothing was sold yet: ingest orders, or wait for the first one.")

_Name = TypeVar("_Name")


class Sales(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The orders of a report's period and of the one before it."""

    asked: Asked
    history: History
    periods: Periods
    held: ibis.Table  # one row an order and item
    orders: ibis.Table  # one row an order

    @property
    def current(self) -> ibis.Table:
        """The orders of the period."""
        return self.orders.filter(self.periods.period.holds(self.orders.placed_at))

    @property
    def marked(self) -> ibis.Table:
        """All of them, with whether they are `current`: of the period, and not of the one before."""
        return self.orders.mutate(current=self.periods.period.holds(self.orders.placed_at))

    @property
    def before(self) -> ibis.Table | None:
        """The orders of the period before."""
        previous = self.periods.previous
        return None if previous is None else self.orders.filter(previous.holds(self.orders.placed_at))

    @property
    def returns_told(self) -> bool:
        """Whether anybody ever told of a return."""
        return "returns" in self.history.snapshot.tables

    @property
    def returns_due(self) -> bool:
        """Whether orders of the period are so new that more of them may come back, as none of those before may."""
        return self.returns_told and self.periods.period.until > self.kept_until

    @property
    def kept_until(self) -> datetime:
        """Of orders before hardly any will come back any more."""
        return self.periods.last - timedelta(days=max(_COMES_BACK, self.asked.settings.learn.return_days))

    def told(self, metrics: Sequence[str]) -> list[str]:
        """Those of the metrics that something is known of."""
        return [key for key in metrics if self.returns_told or key not in _OF_RETURNS]

    def titles(self, item_ids: Sequence[str]) -> dict[str, str]:
        """What the catalogue calls these items, where it says more than their id."""
        items = self.history.items()
        wanted = ibis.memtable(pa.table({"item_id": pa.array(item_ids, pa.string())}))
        with storage_failures():
            rows = items.semi_join(wanted, "item_id").select("item_id", "title").to_pyarrow().to_pylist()
        return {row["item_id"]: row["title"] for row in rows if row["title"] and row["title"] != row["item_id"]}


def read_sales(asked: Asked, *, keep_held: bool = False) -> Sales | None:
    """The measured orders; None where the shop has no orders.

    A long period is read from sums that are kept for all reports of a snapshot. `keep_held` also keeps what each order
    holds of each item, which reports of goods read several times.
    """
    periods = find_periods(asked)
    if periods is None:
        return None
    history = History(dataset=asked.dataset, snapshot=asked.dataset.newest(), shop=asked.settings.shop)
    span = Period((periods.previous or periods.period).since, periods.period.until)
    placed = history.orders(span)
    held = items_of_orders(sold_lines(history, placed))
    with storage_failures():
        held = held.cache() if keep_held else held
        every = None if keep_held else kept_orders(history, make=_is_much(span, periods))
        if every is None:
            orders = measured_orders(history, placed, held).cache()
        else:
            orders = every.filter(span.holds(every.placed_at))
    return Sales(asked=asked, history=history, periods=periods, held=held, orders=orders)


def _is_much(span: Period, periods: Periods) -> bool:
    """Whether to work out the sums of all orders is little more than to work out those of the span."""
    return (span.until - span.since) * _PART >= periods.last - periods.first


def compared(sales: Sales) -> Compared:
    """The sums of the period and of the one before, and how sure their differences are."""
    return compare_orders(sales.marked).get((), Compared())


def empty_report(name: str, title: str, asked: Asked) -> Report:
    """The report of a shop without orders."""
    return msgspec.structs.replace(begin(asked, name, title), notes=[_NO_ORDERS])


def begin_report(name: str, title: str, sales: Sales) -> Report:
    """A report with its period and nothing in it yet."""
    return begin(sales.asked, name, title, sales.periods.period, sales.periods.previous)


def figures(keys: Sequence[str], sales: Sales, both: Compared) -> list[Figure]:
    """A figure for each metric, beside its value in the period before."""
    told = sales.told(keys)
    found = [figure_of(METRIC[key], both) if key in told else _untold(key) for key in keys]
    if not sales.returns_due:
        return found
    return [_alone(figure) if figure.key in _OF_WHAT_COMES_BACK else figure for figure in found]


def _alone(figure: Figure) -> Figure:
    """Without the period before, of which more has come back by now for no other reason than time."""
    return msgspec.structs.replace(figure, previous=None, change_low=None, change_high=None)


def _untold(key: str) -> Figure:
    refusal = REFUSALS["no_returns"]
    return Figure(key=key, title=METRIC[key].title, unit=METRIC[key].unit, value=None, refusal=refusal)


def figure_of(metric: Metric, both: Compared) -> Figure:
    """A metric now, beside its value in the period before and the interval of the difference."""
    found = NotKnown("no_orders") if both.now is None else both.now.values[metric.key]
    previous = None if both.before is None else both.before.value(metric.key)
    if both.now is None and not metric.is_ratio:
        found = Value(0)
    said = {"key": metric.key, "title": metric.title, "unit": metric.unit, "previous": previous}
    if isinstance(found, NotKnown):
        return Figure(**said, value=None, refusal=REFUSALS[found.reason])  # type: ignore[arg-type]
    own, change = found.interval, both.changes.get(metric.key)
    return Figure(
        **said,  # type: ignore[arg-type]
        value=found.value,
        low=None if own is None else own.low,
        high=None if own is None else own.high,
        change_low=None if change is None else change.low,
        change_high=None if change is None else change.high,
    )


def columns(keys: Sequence[str]) -> list[Column]:
    """A column for each metric, without intervals."""
    return [Column(key=key, title=METRIC[key].short or METRIC[key].title, unit=METRIC[key].unit) for key in keys]


def with_intervals(of: Sequence[Column], keys: Sequence[str]) -> list[Column]:
    """The same columns, those of `keys` with an interval."""
    return [msgspec.structs.replace(column, interval=True) if column.key in keys else column for column in of]


def cells_of(part: Slice, keys: Sequence[str]) -> dict[str, Cell]:
    """The row of a slice: each metric, and the ends of its interval where it has one."""
    row: dict[str, Cell] = {}
    for key in keys:
        row[key] = part.value(key)
        found = part.values[key]
        if isinstance(found, Value) and found.interval is not None:
            row |= {f"{key}_low": found.interval.low, f"{key}_high": found.interval.high}
    return row


def change_columns(key: str, title: str) -> list[Column]:
    """How much something changed, and whether that is shown."""
    return [
        Column(key=key, title=title, unit="share", interval=True),
        Column(key=f"{key}_verdict", title=phrase("Shown"), unit="text"),
    ]


def change_cells(key: str, now: Cell, before: Cell, change: Change | None) -> dict[str, Cell]:
    """A change in parts of what was before, with the interval of the difference in such parts; nothing without it."""
    if not isinstance(now, int | float) or not isinstance(before, int | float) or before <= 0:
        return {key: None}
    cells: dict[str, Cell] = {key: now / before - 1}
    return cells if change is None else cells | {f"{key}_low": change.low / before, f"{key}_high": change.high / before}


def judged(changes: Mapping[_Name, Change]) -> dict[_Name, str]:
    """Which of the changes that one table shows are more or less, as far as so many of them can tell."""
    sure = adjust([change.p_value for change in changes.values()])
    return {
        name: NO_DIFFERENCE if p_value > _WRONG else _MORE if change.low + change.high > 0 else _LESS
        for (name, change), p_value in zip(changes.items(), sure, strict=True)
    }


_SORTS: Final = {"kind": "new_or_returning"}  # by the columns of orders whose values are ours


def slice_table(
    key: str, name: Column, orders: ibis.Table, metrics: Sequence[str], near: Mapping[str, float] | None = None
) -> Table:
    """A table by the values of the column of orders that `name` names, most orders first; `near` as `slice_orders`."""
    rows = sorted(
        slice_orders(orders, name.key, metrics=metrics, near=near),
        key=lambda part: (-part.sums["orders"], str(part.key[0])),
    )
    return Table(
        key=key,
        title=phrase("By {what}", what=lowered(name.title)),
        columns=[name, *with_intervals(columns(metrics), _WITH_INTERVALS)],
        rows=[
            {name.key: segment_name(str(part.key[0]), _SORTS.get(name.key, "")), **cells_of(part, metrics)}
            for part in rows
        ],
        chart="bars",
        note=note_of_few(int(part.sums["customers"]) for part in rows),
    )


def notes_of(sales: Sales, now: Slice | None) -> list[str]:
    """What to know before reading the numbers."""
    return [*_of_period(sales), *([_nothing(sales)] if now is None else _of_orders(now.sums, sales))]


def _nothing(sales: Sales) -> str:
    zone, periods = ZoneInfo(sales.history.shop.timezone), sales.periods
    first, last = (day(moment.astimezone(zone).date()) for moment in (periods.first, periods.last))
    return phrase(
        "Orders of this shop are of {first} to {last}; none of them that still stands is of this period.",
        first=first,
        last=last,
    )


def _of_period(sales: Sales) -> Iterator[str]:
    periods, zone = sales.periods, ZoneInfo(sales.history.shop.timezone)
    first, last = (day(moment.astimezone(zone).date()) for moment in (periods.first, periods.last))
    if not periods.dated:
        yield phrase("Orders carry no date, so that all of them are one period, and nothing is told of days or before.")
    elif periods.previous is None:
        yield phrase(
            "The first order is of {first}: there is no whole period before to compare with, so no change is told.",
            first=first,
        )
    if periods.later:
        yield phrase_count(
            "{count} order is dated later than now, perhaps by mistake: a period that nobody names ends with the "
            "newest order before, of {last}.",
            "{count} orders are dated later than now, perhaps by mistake: a period that nobody names ends with the "
            "newest order before, of {last}.",
            periods.later,
            last=last,
        )
    if periods.dated:
        yield from _of_its_end(sales)


def _of_its_end(sales: Sales) -> Iterator[str]:
    """Where the period may not be over, for orders or for what comes back of them."""
    zone, periods = ZoneInfo(sales.history.shop.timezone), sales.periods
    until, newest = periods.period.until, day(periods.last.astimezone(zone).date())
    if until - periods.last > _DAY:
        yield phrase(
            "The newest order is of {newest}: the period goes on beyond it and may not be whole.", newest=newest
        )
    if until - periods.last > _DAY and periods.previous is not None and periods.last >= periods.period.since:
        yield phrase("It is compared with as many days before it as it has up to {newest}.", newest=newest)
    if periods.previous is not None and sales.returns_due:
        yield phrase(
            "What was ordered after {day} may still come back, less of what was ordered before: changes of margin, of "
            "its share, of returns and of refunds would show nothing but that, and are not told.",
            day=day(sales.kept_until.astimezone(zone).date()),
        )


def _of_orders(sums: Mapping[str, Any], sales: Sales) -> Iterator[str]:
    get = sums.__getitem__
    orders, customers, shop = int(get("orders")), int(get("customers")), sales.history.shop
    yield _primary_words(orders, int(get("roles")))
    if customers - get("buyers"):
        yield phrase_count(
            "{count} order of {orders} names no customer; in intervals each counts as a customer of its own.",
            "{count} orders of {orders} name no customer; in intervals each counts as a customer of its own.",
            customers - int(get("buyers")),
            orders=orders,
        )
    if customers < FEWEST_CUSTOMERS:
        yield phrase("Fewer than {fewest} customers bought: too few for intervals.", fewest=FEWEST_CUSTOMERS)
    elif customers < FEWEST_FOR_MONEY:
        yield phrase("Fewer than {fewest} customers bought: too few for intervals of money.", fewest=FEWEST_FOR_MONEY)
    if get("unpriced"):
        yield phrase_count(
            "{count} item of orders states no price and adds nothing to revenue.",
            "{count} items of orders state no price and add nothing to revenue.",
            int(get("unpriced")),
        )
    if get("estimated") and get("revenue"):
        yield _cost_words(get("estimated") / get("revenue"), shop)
    if get("converted"):
        yield from _of_currencies(int(get("converted")), sales)
    if get("discounts"):
        yield phrase(
            "Discounts of whole orders, {amount} {currency}, are deducted from margin and not from revenue.",
            amount=amount(get("discounts"), shop.currency),
            currency=shop.currency,
        )


def _cost_words(share: float, shop: Shop) -> str:
    said = {"share": percent(share), "rate": percent(shop.margin_rate, 0)}
    if shop.margin_rates:
        return phrase(
            "The cost is unknown for {share} of revenue; there the margin is shop.margin_rate ({rate}) of the price or "
            "that of the category.",
            **said,
        )
    return phrase(
        "The cost is unknown for {share} of revenue; there the margin is shop.margin_rate ({rate}) of the price.",
        **said,
    )


def _of_currencies(others: int, sales: Sales) -> Iterator[str]:
    """Orders that are not in the shop's currency: converted when they were read, or taken in under another one."""
    currency, found = sales.history.shop.currency, count_unconverted(sales.history, sales.periods.period)
    for code, orders in found.items():
        told = phrase_count(
            "Do not trust money here: {count} order is in {code}, read while that was the shop's currency.",
            "Do not trust money here: {count} orders are in {code}, read while that was the shop's currency.",
            orders,
            code=code,
        )
        mend = phrase(
            "Nobody gave a rate, so {code} is added as if it were {currency}. If the file is in {currency}, ingest it "
            "again; if it is in {code}, name its rate under [currency.rates], or its currency in the mapping, run "
            "`pairwell publish`, and ingest it again.",
            code=code,
            currency=currency,
        )
        yield joined(told, mend)
    if others > sum(found.values()):
        yield phrase_count(
            "{count} order was paid in another currency, and converted when it was read.",
            "{count} orders were paid in another currency, and converted when it was read.",
            others - sum(found.values()),
        )


def _primary_words(orders: int, told: int) -> str:
    if told == orders:
        return phrase("Which item of an order is the primary one is as the orders say (role).")
    if told == 0:
        return phrase("Orders do not say which item was the primary one: it is taken to be the dearest of the order.")
    return phrase(
        "{told} of {orders} orders say which item was the primary one; in the others it is the dearest.",
        told=told,
        orders=orders,
    )
