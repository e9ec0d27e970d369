"""What each customer may buy in the coming months, and how wrong the same model was about weeks that are over."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import numpy as np
import pyarrow as pa

from pairwell.measure.customers.dropout import (
    DAYS_A_WEEK,
    Dropout,
    Habit,
    alive,
    expected_orders,
    fit_dropout,
    habits_of,
)
from pairwell.measure.customers.dropout import with_logs as dropout_with
from pairwell.measure.customers.likelihood import error_of
from pairwell.measure.customers.spending import Spending, Spent, expected_value, fit_spending, spent_by
from pairwell.measure.customers.spending import with_logs as spending_with
from pairwell.measure.customers.visits import Array, Visits
from pairwell.measure.interval import Interval
from pairwell.measure.unknown import NotKnown

YEAR = 365
_FEWEST_DAYS = 84  # of history
_SURE = 1.959964  # standard errors of a 95 % interval
_SAMPLE = 10_000  # customers by whom errors are worked out
_Columns = TypeVar("_Columns", Habit, Spent)
_GROUPS = 5  # customers by repeat purchases before: 0, 1, 2, 3, 4 and more


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Customers with as many repeat purchases before, and the purchases each had on average in the days held out."""

    repeats: int
    customers: int
    foretold: float
    came: float


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the model, fitted on days before, said of the days after, and what they brought.

    Counted are days with a purchase, of customers who came before. `pace` is what came out if everybody went on as
    often as before: what a model has to beat. `missed` is the mean error a customer.
    """

    days: int
    since: int  # the first day held out
    customers: int
    foretold: float
    came: float
    pace: float
    missed: float
    missed_by_pace: float
    groups: Sequence[Group]

    @property
    def error(self) -> float:
        """Share by which the model was too high (+) or too low (-)."""
        return self.foretold / self.came - 1

    def widen(self, interval: Interval, total: float) -> Interval:
        """The 95 % interval of the `total` with the error seen here as one more standard error, of its logarithm.

        `interval` holds what is unsure of the parameters alone. One test tells the size of the error roughly.
        """
        known = math.log(interval.high / interval.low) / 2
        width = math.hypot(known, _SURE * math.log(self.foretold / self.came))
        return Interval(total * math.exp(-width), total * math.exp(width))


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The coming `days`, for each of the `customers` that ever came (by place in their ids); money in minor units."""

    days: int
    customers: Array
    habit: Habit
    alive: Array
    orders: Array
    values: Array | None
    dropout: Dropout
    spending: Spending | NotKnown
    held_out: HeldOut | NotKnown
    total_orders: float
    orders_interval: Interval | None
    total_value: float | None
    value_interval: Interval | None


def look_ahead(visits: Visits, days: int = YEAR) -> Outlook | NotKnown:
    """Expected purchases, the chance of being still there, and values; `NotKnown` where orders do not tell.

    Intervals hold what is unsure of the parameters, for these customers; not how wrong the model itself is.
    """
    watched = _watched(visits)
    if watched < _FEWEST_DAYS:
        return NotKnown(reason="too_short", found=watched, needed=_FEWEST_DAYS)
    customers, habit = habits_of(visits)
    model = fit_dropout(habit)
    if isinstance(model, NotKnown):
        return model
    spent, spending = _spending(visits)
    orders = expected_orders(model, habit, days / DAYS_A_WEEK)
    values = None if isinstance(spending, NotKnown) else orders * expected_value(spending, spent)
    orders_error, value_error = _errors(model, spending, (habit, spent), days)
    total, worth = math.fsum(orders), None if values is None else math.fsum(values)
    return Outlook(
        days=days,
        customers=customers,
        habit=habit,
        alive=alive(model, habit),
        orders=orders,
        values=values,
        dropout=model,
        spending=spending,
        held_out=hold_out(visits, min(YEAR, watched // 2)),
        total_orders=total,
        orders_interval=_interval(total, orders_error),
        total_value=worth,
        value_interval=_interval(worth, value_error),
    )


def hold_out(visits: Visits, days: int) -> HeldOut | NotKnown:
    """Fit on all but the last `days`, and hold that against them."""
    before = visits.until(visits.last_day - days)
    customers, habit = habits_of(before)
    model = fit_dropout(habit)
    if isinstance(model, NotKnown):
        return model
    came = np.bincount(visits.customers[visits.days > before.last_day], minlength=len(visits.customer_ids))[customers]
    if not came.any():
        return NotKnown(reason="nobody_new", found=days)
    foretold = expected_orders(model, habit, days / DAYS_A_WEEK)
    pace = np.where(habit.age > 0, habit.repeats / np.maximum(habit.age, 1 / DAYS_A_WEEK), 0) * days / DAYS_A_WEEK
    return HeldOut(
        days=days,
        since=before.last_day + 1,
        customers=int(customers.size),
        foretold=math.fsum(foretold),
        came=float(came.sum()),
        pace=math.fsum(pace),
        missed=float(np.abs(foretold - came).mean()),
        missed_by_pace=float(np.abs(pace - came).mean()),
        groups=_groups(habit, foretold, came),
    )


def outlook_table(visits: Visits, outlook: Outlook) -> pa.Table:
    """One row a customer, by id: what is known and what is expected. Money in minor units; null where not known.

    Columns: customer_id, purchases (days with one), days_since_last, chance_alive (null where nobody was seen to
    leave), expected_purchases, expected_value_minor, the last two within `outlook.days`.
    """
    days = np.round((outlook.habit.age - outlook.habit.recency) * DAYS_A_WEEK).astype(np.int64)
    nothing = pa.nulls(outlook.customers.size, pa.float64())
    return pa.table(
        {
            "customer_id": pa.array([visits.customer_ids[place] for place in outlook.customers], pa.string()),
            "purchases": pa.array(outlook.habit.repeats.astype(np.int64) + 1),
            "days_since_last": pa.array(days),
            "chance_alive": pa.array(outlook.alive) if outlook.dropout.tells_leaving else nothing,
            "expected_purchases": pa.array(outlook.orders),
            "expected_value_minor": nothing if outlook.values is None else pa.array(outlook.values),
        }
    )


def _watched(visits: Visits) -> int:
    return int(visits.last_day - visits.days.min() + 1) if len(visits) else 0


def _spending(visits: Visits) -> tuple[Spent, Spending | NotKnown]:
    spent = spent_by(visits)
    return spent, fit_spending(spent) if (visits.values > 0).any() else NotKnown(reason="no_prices")


def _groups(habit: Habit, foretold: Array, came: Array) -> list[Group]:
    kinds = np.minimum(habit.repeats, _GROUPS - 1)
    return [
        Group(
            repeats=kind,
            customers=int((kinds == kind).sum()),
            foretold=float(foretold[kinds == kind].mean()),
            came=float(came[kinds == kind].mean()),
        )
        for kind in range(_GROUPS)
        if (kinds == kind).any()
    ]


def _errors(
    model: Dropout, spending: Spending | NotKnown, known: tuple[Habit, Spent], days: int
) -> tuple[float | None, float | None]:
    """Standard errors of the logarithms of all purchases and of their value; the two models are fitted apart."""
    if model.covariance is None:
        return None, None
    # How parameters move a sum shows on some customers as well as on all.
    step = -(-known[0].repeats.size // _SAMPLE)
    habit, spent = (_every(step, known[0]), _every(step, known[1]))

    def total(weights: Array) -> Callable[[Array], float]:
        return lambda logs: float(weights @ expected_orders(dropout_with(model, logs), habit, days / DAYS_A_WEEK))

    orders_error = error_of(total(np.ones(habit.repeats.size)), model.logs, model.covariance)
    if isinstance(spending, NotKnown) or spending.covariance is None:
        return orders_error, None
    orders = expected_orders(model, habit, days / DAYS_A_WEEK)
    by_orders = error_of(total(expected_value(spending, spent)), model.logs, model.covariance)
    by_value = error_of(
        lambda logs: float(orders @ expected_value(spending_with(spending, logs), spent)),
        spending.logs,
        spending.covariance,
    )
    return orders_error, math.hypot(by_orders, by_value)


def _every(step: int, columns: _Columns) -> _Columns:
    """Every so many customers."""
    return type(columns)(**{name: column[::step] for name, column in msgspec.structs.asdict(columns).items()})


def _interval(total: float | None, error: float | None) -> Interval | None:
    if total is None or error is None:
        return None
    return Interval(total * math.exp(-_SURE * error), total * math.exp(_SURE * error))
