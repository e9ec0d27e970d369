"""The coming year: what is expected of each customer, and whether intervals and the held-out error are honest."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from tests.unit.measure.customers.planted import planted

from pairwell.measure.customers.outlook import HeldOut, Outlook, look_ahead, outlook_table
from pairwell.measure.customers.visits import Visits, make_visits
from pairwell.measure.interval import Interval
from pairwell.measure.unknown import NotKnown


@pytest.fixture(scope="module")
def visits() -> Visits:
    return planted(np.random.default_rng(7))


@pytest.fixture(scope="module")
def outlook(visits: Visits) -> Outlook:
    found = look_ahead(visits)
    assert isinstance(found, Outlook)
    return found


def test_a_model_that_is_true_foretells_the_days_held_out(outlook: Outlook) -> None:
    held = outlook.held_out

    assert isinstance(held, HeldOut)
    assert abs(held.error) < 0.1
    assert held.missed < held.missed_by_pace
    assert sum(group.customers for group in held.groups) == held.customers
    assert sum(group.customers * group.came for group in held.groups) == pytest.approx(held.came)


def test_totals_add_up_and_lie_within_their_intervals(outlook: Outlook) -> None:
    assert outlook.values is not None
    assert outlook.orders_interval is not None
    assert outlook.value_interval is not None
    assert outlook.total_value is not None
    assert outlook.total_orders == pytest.approx(outlook.orders.sum())
    assert outlook.total_value == pytest.approx(outlook.values.sum())
    assert outlook.orders_interval.low < outlook.total_orders < outlook.orders_interval.high
    assert outlook.value_interval.low < outlook.total_value < outlook.value_interval.high


def test_the_interval_is_as_wide_as_other_customers_would_make_it() -> None:
    """The standard error of the model against customers drawn anew (the slow way)."""
    visits = planted(np.random.default_rng(8), customers=600)
    outlook = look_ahead(visits)
    assert isinstance(outlook, Outlook)
    assert outlook.orders_interval is not None
    rng = np.random.default_rng(9)
    totals = []
    for _ in range(60):
        drawn = rng.integers(outlook.customers.size, size=outlook.customers.size)
        totals.append(_refitted_total(outlook, drawn))

    width = np.log(outlook.orders_interval.high / outlook.orders_interval.low) / (2 * 1.96)
    assert np.std(np.log(totals)) == pytest.approx(width, rel=0.4)


def _refitted_total(outlook: Outlook, drawn: np.ndarray) -> float:
    """All expected purchases of the true customers, by parameters that were fitted on others."""
    from pairwell.measure.customers.dropout import (  # noqa: PLC0415 - of this test alone
        Dropout,
        Habit,
        expected_orders,
        fit_dropout,
    )

    habit = outlook.habit
    sample = Habit(
        repeats=habit.repeats[drawn], recency=habit.recency[drawn], age=habit.age[drawn], weights=habit.weights[drawn]
    )
    model = fit_dropout(sample)
    assert isinstance(model, Dropout)
    return float(expected_orders(model, habit, outlook.days / 7).sum())


def test_the_table_holds_one_row_a_customer(visits: Visits, outlook: Outlook) -> None:
    table = outlook_table(visits, outlook)

    assert isinstance(table, pa.Table)
    assert table["customer_id"].to_pylist() == list(visits.customer_ids)
    assert sum(table["purchases"].to_pylist()) == len(visits)
    assert min(table["days_since_last"].to_pylist()) == 0
    assert all(0 <= chance <= 1 for chance in table["chance_alive"].to_pylist())


def test_an_interval_is_widened_by_the_error_of_the_test(outlook: Outlook) -> None:
    held = outlook.held_out
    assert isinstance(held, HeldOut)
    off = msgspec.structs.replace(held, foretold=held.came * 1.2)

    wide = off.widen(Interval(99.0, 101.0), 100.0)

    assert np.log(wide.high / 100) == pytest.approx(np.hypot(np.log(101 / 99) / 2, 1.959964 * np.log(1.2)))
    assert wide.low * wide.high == pytest.approx(100.0**2)


def test_the_currency_changes_values_alone(visits: Visits, outlook: Outlook) -> None:
    dear = look_ahead(msgspec.structs.replace(visits, values=visits.values * 100))

    assert isinstance(dear, Outlook)
    assert outlook.values is not None
    assert dear.values is not None
    assert dear.orders.tolist() == outlook.orders.tolist()
    assert dear.values == pytest.approx(outlook.values * 100, rel=1e-4)


def test_without_prices_only_values_are_refused(visits: Visits) -> None:
    found = look_ahead(msgspec.structs.replace(visits, values=np.zeros(len(visits))))

    assert isinstance(found, Outlook)
    assert found.spending == NotKnown(reason="no_prices")
    assert found.values is None
    assert found.value_interval is None


def test_a_short_history_is_refused() -> None:
    visits = make_visits(["a", "a", "b"], np.array([0, 20, 30]), np.ones(3))

    assert look_ahead(visits) == NotKnown(reason="too_short", found=31, needed=84)


def test_one_customer_is_refused() -> None:
    visits = make_visits(["a", "a"], np.array([0, 200]), np.ones(2))

    assert look_ahead(visits) == NotKnown(reason="too_few_customers", found=1, needed=50)


def test_days_held_out_without_any_purchase_are_told() -> None:
    first = planted(np.random.default_rng(11), customers=300, days=300)
    late = make_visits(
        [*(first.customer_ids[place] for place in first.customers), "somebody new"],
        np.append(first.days, first.last_day + 2_000),
        np.append(first.values, 1.0),
    )

    found = look_ahead(late)

    assert isinstance(found, Outlook)
    assert found.held_out == NotKnown(reason="nobody_new", found=365)
