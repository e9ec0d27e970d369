"""The coming year of the customers, beside how wrong the same model was about weeks that are over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np

from pairwell.measure.customers.outlook import HeldOut, Outlook
from pairwell.measure.customers.visits import Visits
from pairwell.measure.interval import Interval
from pairwell.measure.unknown import NotKnown
from pairwell.report.record import Cell, Column, Figure, Table
from pairwell.report.untold import why_not
from pairwell.said import day, joined, number, percent, phrase

_BEST = 10
_WRONG = 0.25  # share by which a sum may be off before the report warns
_HOPELESS = 0.5  # … before it refuses the forecast
_NOT_SEEN_LEAVING: Final = phrase(
    "in these orders a customer who left for good cannot be told from one who buys rarely, so that nobody knows. "
    "How long ago each bought last is in the report `segments`."
)
_VALUED: Final = phrase("Revenue after discounts and returns, not margin, and not discounted for time.")
_EPOCH = date(1970, 1, 1)
_TITLES: Final = {
    "expected_purchases": phrase("Purchases expected in the next 12 months"),
    "expected_value": phrase("Their value"),
    "still_buying": phrase("Repeat customers still buying"),
}


def foretold_figures(outlook: Outlook | NotKnown) -> Iterator[Figure]:
    """Purchases and value of the customers known today, those still there, and the error on weeks held out."""
    if isinstance(outlook, NotKnown):
        for key, title in _TITLES.items():
            unit = {"expected_purchases": "count", "expected_value": "money", "still_buying": "share"}[key]
            yield Figure(key=key, title=title, unit=unit, value=None, refusal=why_not(outlook))  # type: ignore[arg-type]
        return
    yield _purchases(outlook)
    yield _value(outlook)
    yield _still_buying(outlook)
    yield from _held_out(outlook.held_out)


def _purchases(outlook: Outlook) -> Figure:
    interval, refusal = _interval(outlook, outlook.orders_interval, outlook.total_orders), _refusal(outlook.held_out)
    known = phrase("Of customers known today, none of new ones.")
    return Figure(
        key="expected_purchases",
        title=_TITLES["expected_purchases"],
        unit="count",
        value=None if refusal else round(outlook.total_orders),
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        refusal=refusal,
        note=joined(_warning(outlook.held_out), known, _of_interval(outlook, interval)),
    )


def _value(outlook: Outlook) -> Figure:
    interval, refusal = _interval(outlook, outlook.value_interval, outlook.total_value), _refusal(outlook.held_out)
    if isinstance(outlook.spending, NotKnown):
        refusal = why_not(outlook.spending)
    return Figure(
        key="expected_value",
        title=_TITLES["expected_value"],
        unit="money",
        value=None if refusal else outlook.total_value,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        refusal=refusal,
        note=joined(_warning(outlook.held_out), _VALUED, _of_interval(outlook, interval)),
    )


def _still_buying(outlook: Outlook) -> Figure:
    again = outlook.habit.repeats > 0
    refusal = None if outlook.dropout.tells_leaving else _NOT_SEEN_LEAVING
    if _failed(outlook.held_out):
        refusal = phrase("the forecast that it rests on failed its test, so that nobody knows who has left.")
    return Figure(
        key="still_buying",
        title=_TITLES["still_buying"],
        unit="share",
        value=None if refusal else float(outlook.alive[again].mean()),
        refusal=refusal,
        note=phrase(
            "Mean chance that a customer who came back before has not left for good. Who bought once is not judged."
        ),
    )


def _interval(outlook: Outlook, interval: Interval | None, total: float | None) -> Interval | None:
    """What is unsure of the parameters, widened by the error of the test; none without a test to widen it by."""
    held = outlook.held_out
    if interval is None or total is None or isinstance(held, NotKnown) or _refusal(held):
        return None
    return held.widen(interval, total)


def _of_interval(outlook: Outlook, interval: Interval | None) -> str:
    held = outlook.held_out
    if isinstance(held, NotKnown):
        return phrase("No interval is shown: nobody could test how far off the forecast may be.")
    if interval is None:
        return ""
    return phrase(
        "The interval is widened by the error of its test ({error}), which counts as one standard error beside what is "
        "unsure of customers' habits.",
        error=percent(held.error, sign=True),
    )


def _refusal(held: HeldOut | NotKnown) -> str | None:
    """Why there is no forecast where its test was beyond anything to plan with."""
    if isinstance(held, NotKnown) or abs(held.error) <= _HOPELESS:
        return None
    return phrase(
        "the same forecast for the last {days} days said {foretold} purchases where {came} came: these customers do "
        "not buy as it supposes.",
        days=held.days,
        foretold=number(held.foretold),
        came=number(held.came),
    )


def _warning(held: HeldOut | NotKnown) -> str:
    """What to read before a forecast that failed its test."""
    return phrase("Do not plan with it: its test failed.") if _failed(held) and not _refusal(held) else ""


def _failed(held: HeldOut | NotKnown) -> bool:
    return isinstance(held, HeldOut) and abs(held.error) > _WRONG


def _held_out(held: HeldOut | NotKnown) -> Iterator[Figure]:
    if isinstance(held, NotKnown):
        yield Figure(
            key="held_out_error",
            title=phrase("Test: how far off the forecast was"),
            unit="share",
            value=None,
            refusal=why_not(held),
        )
        return
    yield Figure(
        key="held_out_foretold",
        title=phrase("Test: purchases forecast for the last {days} days from orders before", days=held.days),
        unit="count",
        value=round(held.foretold),
    )
    yield Figure(
        key="held_out_came",
        title=phrase("Test: purchases that came in those {days} days", days=held.days),
        unit="count",
        value=int(held.came),
    )
    yield Figure(
        key="held_out_error",
        title=phrase("Test: how far off the forecast was"),
        unit="share",
        value=held.error,
        note=phrase("Below zero: it said too few."),
    )


def foretold_tables(visits: Visits, outlook: Outlook | NotKnown) -> Iterator[Table]:
    """The weeks held out by kind of customer, the customers of most expected value, and the parameters."""
    if isinstance(outlook, NotKnown):
        return
    if isinstance(outlook.held_out, HeldOut):
        yield _by_repeats(outlook.held_out)
    if _refusal(outlook.held_out) is None:
        yield _most_expected(visits, outlook)
    yield _parameters(outlook)


def _by_repeats(held: HeldOut) -> Table:
    most = max(group.repeats for group in held.groups)
    rows: list[Mapping[str, Cell]] = [
        {
            "repeats": phrase("{number} or more", number=most) if group.repeats == most else str(group.repeats),
            "customers": group.customers,
            "foretold": group.foretold,
            "came": group.came,
        }
        for group in held.groups
    ]
    since = _EPOCH + timedelta(days=held.since)
    return Table(
        key="held_out",
        title=phrase("The forecast's test: the {days} days from {since}", days=held.days, since=day(since)),
        columns=[
            Column(key="repeats", title=phrase("Repeat purchases before"), unit="text"),
            Column(key="customers", title=phrase("Customers"), unit="count"),
            Column(key="foretold", title=phrase("Forecast each"), unit="number"),
            Column(key="came", title=phrase("Came each"), unit="number"),
        ],
        rows=rows,
        note=phrase(
            "A customer was missed by {missed} purchases on average; with everybody going on at their own pace it "
            "would be {paced}.",
            missed=number(held.missed, 2),
            paced=number(held.missed_by_pace, 2),
        ),
    )


def _most_expected(visits: Visits, outlook: Outlook) -> Table:
    worth = outlook.orders if outlook.values is None else outlook.values
    told = outlook.dropout.tells_leaving and not _failed(outlook.held_out)
    best = np.lexsort((outlook.customers, -worth))[:_BEST]
    rows: list[Mapping[str, Cell]] = [
        {
            "customer_id": visits.customer_ids[outlook.customers[place]],
            "purchases": int(outlook.habit.repeats[place]) + 1,
            "alive": float(outlook.alive[place]) if told else None,
            "expected": float(outlook.orders[place]),
            "value": None if outlook.values is None else float(outlook.values[place]),
        }
        for place in best.tolist()
    ]
    return Table(
        key="most_expected",
        title=phrase("The {shown} customers of whom most is expected", shown=len(rows)),
        columns=[
            Column(key="customer_id", title=phrase("Customer"), unit="text"),
            Column(key="purchases", title=phrase("Purchases so far"), unit="count"),
            Column(key="alive", title=phrase("Chance still buying"), unit="share"),
            Column(key="expected", title=phrase("Expected, 12 months"), unit="number"),
            Column(key="value", title=phrase("Expected value"), unit="money"),
        ],
        rows=rows,
    )


def _parameters(outlook: Outlook) -> Table:
    spending = outlook.spending
    fitted = [("BG/NBD", name, getattr(outlook.dropout, name)) for name in ("r", "alpha", "a", "b")]
    if not isinstance(spending, NotKnown):
        fitted += [("Gamma-Gamma", name, getattr(spending, name)) for name in ("p", "q", "v")]
    return Table(
        key="parameters",
        title=phrase("How it was forecast, for analysts"),
        columns=[
            Column(key="parameter", title=phrase("Parameter"), unit="text"),
            Column(key="model", title=phrase("Method"), unit="text"),
            Column(key="value", title=phrase("Value"), unit="number"),
        ],
        rows=[{"parameter": name, "model": model, "value": value} for model, name, value in fitted],
        note=phrase("Time in weeks, money in minor units."),
    )


def foretold_notes(outlook: Outlook | NotKnown) -> Iterator[str]:
    """What to know before trusting it."""
    if isinstance(outlook, NotKnown):
        return
    held = outlook.held_out
    if isinstance(held, NotKnown):
        yield phrase("How wrong the forecast may be is not known: {why}", why=why_not(held))
        return
    tested = phrase(
        "The forecast's test: from orders before, {foretold} purchases were forecast for the last {days} days; {came} "
        "came.",
        foretold=number(held.foretold),
        days=held.days,
        came=number(held.came),
    )
    error = percent(held.error, 0, sign=True)
    if _failed(held):
        off = phrase("That is an error of {error}, too far off to plan with.", error=error)
    else:
        off = phrase("That is an error of {error}, and the coming year may be off by more.", error=error)
    yield joined(tested, off)
    if held.missed >= held.missed_by_pace:
        yield phrase("Customer by customer, the forecast was no better than letting everybody go on at their own pace.")
    if 2 * held.days < outlook.days:
        yield phrase("Orders span less than a year, so that a season may look like a habit.")
