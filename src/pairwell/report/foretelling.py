"""The coming year of the customers, beside how wrong the same model was about weeks that are over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np

from pairwell.measure.customers.outlook import HeldOut, Outlook
from pairwell.measure.customers.visits import Visits
from pairwell.measure.unknown import NotKnown
from pairwell.report.record import Cell, Column, Figure, Table
from pairwell.report.untold import why_not

_BEST = 10
_WRONG = 0.25  # share by which a sum may be off before the report warns
_NOBODY_LEAVES = 0.98  # mean chance of being still there
_EPOCH = date(1970, 1, 1)
_TITLES: Final = {
    "expected_purchases": "Purchases expected in the next 12 months",
    "expected_value": "Their value",
    "still_buying": "Repeat customers still buying",
}


def foretold_figures(outlook: Outlook | NotKnown) -> Iterator[Figure]:
    """Purchases and value of the customers known today, those still there, and the error on weeks held out."""
    if isinstance(outlook, NotKnown):
        for key, title in _TITLES.items():
            unit = {"expected_purchases": "count", "expected_value": "money", "still_buying": "share"}[key]
            yield Figure(key=key, title=title, unit=unit, value=None, refusal=why_not(outlook))  # type: ignore[arg-type]
        return
    interval = outlook.orders_interval
    yield Figure(
        key="expected_purchases",
        title=_TITLES["expected_purchases"],
        unit="count",
        value=round(outlook.total_orders),
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        note=_warning(outlook.held_out)
        + "Of customers known today, none of new ones. The interval says how well their habits are known, not how far "
        "the forecast as a whole may be off: see its test.",
    )
    yield _value(outlook)
    again = outlook.habit.repeats > 0
    yield Figure(
        key="still_buying",
        title=_TITLES["still_buying"],
        unit="share",
        value=float(outlook.alive[again].mean()),
        note="Mean chance that a customer who came back before has not left for good. Who bought once is not judged.",
    )
    yield from _held_out(outlook.held_out)


def _value(outlook: Outlook) -> Figure:
    interval = outlook.value_interval
    return Figure(
        key="expected_value",
        title=_TITLES["expected_value"],
        unit="money",
        value=outlook.total_value,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        refusal=why_not(outlook.spending) if isinstance(outlook.spending, NotKnown) else None,
        note=_warning(outlook.held_out)
        + "Revenue after discounts and returns, not margin, and not discounted for time.",
    )


def _warning(held: HeldOut | NotKnown) -> str:
    """What to read before a forecast that failed its test."""
    return "Do not plan with it: its test failed. " if _failed(held) else ""


def _failed(held: HeldOut | NotKnown) -> bool:
    return isinstance(held, HeldOut) and abs(held.error) > _WRONG


def _held_out(held: HeldOut | NotKnown) -> Iterator[Figure]:
    if isinstance(held, NotKnown):
        yield Figure(
            key="held_out_error",
            title="Test: how far off the forecast was",
            unit="share",
            value=None,
            refusal=why_not(held),
        )
        return
    yield Figure(
        key="held_out_foretold",
        title=f"Test: purchases forecast for the last {held.days} days from orders before",
        unit="count",
        value=round(held.foretold),
    )
    yield Figure(
        key="held_out_came",
        title=f"Test: purchases that came in those {held.days} days",
        unit="count",
        value=int(held.came),
    )
    yield Figure(
        key="held_out_error",
        title="Test: how far off the forecast was",
        unit="share",
        value=held.error,
        note="Below zero: it said too few.",
    )


def foretold_tables(visits: Visits, outlook: Outlook | NotKnown) -> Iterator[Table]:
    """The weeks held out by kind of customer, the customers of most expected value, and the parameters."""
    if isinstance(outlook, NotKnown):
        return
    if isinstance(outlook.held_out, HeldOut):
        yield _by_repeats(outlook.held_out)
    yield _most_expected(visits, outlook)
    yield _parameters(outlook)


def _by_repeats(held: HeldOut) -> Table:
    most = max(group.repeats for group in held.groups)
    rows: list[Mapping[str, Cell]] = [
        {
            "repeats": f"{group.repeats}{' or more' if group.repeats == most else ''}",
            "customers": group.customers,
            "foretold": group.foretold,
            "came": group.came,
        }
        for group in held.groups
    ]
    since = _EPOCH + timedelta(days=held.since)
    return Table(
        key="held_out",
        title=f"The forecast's test: the {held.days} days from {since.isoformat()}",
        columns=[
            Column(key="repeats", title="Repeat purchases before", unit="text"),
            Column(key="customers", title="Customers", unit="count"),
            Column(key="foretold", title="Forecast each", unit="number"),
            Column(key="came", title="Came each", unit="number"),
        ],
        rows=rows,
        note=f"A customer was missed by {held.missed:.2f} purchases on average; with everybody going on at their own "
        f"pace it would be {held.missed_by_pace:.2f}.",
    )


def _most_expected(visits: Visits, outlook: Outlook) -> Table:
    worth = outlook.orders if outlook.values is None else outlook.values
    best = np.lexsort((outlook.customers, -worth))[:_BEST]
    rows: list[Mapping[str, Cell]] = [
        {
            "customer_id": visits.customer_ids[outlook.customers[place]],
            "purchases": int(outlook.habit.repeats[place]) + 1,
            "alive": float(outlook.alive[place]),
            "expected": float(outlook.orders[place]),
            "value": None if outlook.values is None else float(outlook.values[place]),
        }
        for place in best.tolist()
    ]
    return Table(
        key="most_expected",
        title=f"The {len(rows)} customers of whom most is expected",
        columns=[
            Column(key="customer_id", title="Customer", unit="text"),
            Column(key="purchases", title="Purchases so far", unit="count"),
            Column(key="alive", title="Chance still buying", unit="share"),
            Column(key="expected", title="Expected, 12 months", unit="number"),
            Column(key="value", title="Expected value", unit="money"),
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
        title="How it was forecast, for analysts",
        columns=[
            Column(key="parameter", title="Parameter", unit="text"),
            Column(key="model", title="Method", unit="text"),
            Column(key="value", title="Value", unit="number"),
        ],
        rows=[{"parameter": name, "model": model, "value": value} for model, name, value in fitted],
        note="Time in weeks, money in minor units.",
    )


def foretold_notes(outlook: Outlook | NotKnown) -> Iterator[str]:
    """What to know before trusting it."""
    if isinstance(outlook, NotKnown):
        return
    held = outlook.held_out
    if isinstance(held, NotKnown):
        yield f"How wrong the forecast may be is not known: {why_not(held)}"
        return
    off = "too far off to plan with" if _failed(held) else "and the coming year may be off by more"
    yield (
        f"The forecast's test: from orders before, {held.foretold:,.0f} purchases were forecast for the last "
        f"{held.days} days; {held.came:,.0f} came. That is an error of {held.error:+.0%}, {off}."
    )
    if float(outlook.alive[outlook.habit.repeats > 0].mean()) > _NOBODY_LEAVES:
        yield (
            "In these orders hardly anybody seems to leave for good: a customer who stays away looks like one "
            "who buys rarely. So do not read a high chance of still buying as loyalty."
        )
    if held.missed >= held.missed_by_pace:
        yield "Customer by customer, the forecast was no better than letting everybody go on at their own pace."
    if 2 * held.days < outlook.days:
        yield "Orders span less than a year, so that a season may look like a habit."
