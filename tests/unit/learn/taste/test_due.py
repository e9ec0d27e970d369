from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.orders import START, Order, as_baskets

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.taste.days import Visits, find_visits
from pairwell.learn.taste.due import learn_due, list_repeats
from pairwell.learn.taste.returning import classes, expect_return, measure_returns
from pairwell.learn.taste.rhythm import number_groups, typical_gaps

DAY = 86_400_000_000


def visits_of(purchases: dict[tuple[int, int], list[int]]) -> Visits:
    """Visits from the days of each customer and item."""
    rows = [
        (c, i, day, n, day - days[n - 1] if n else 0)
        for (c, i), days in sorted(purchases.items())
        for n, day in enumerate(days)
    ]
    return Visits(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))


def history_of(orders: list[Order], kinds: dict[str, str] | None = None) -> History:
    baskets = as_baskets(orders)
    placed = sorted(orders, key=lambda order: (order.placed_at, order.order_id))
    ids = sorted({order.customer_id for order in orders if order.customer_id})
    return History(
        baskets=baskets,
        order_ids=[order.order_id for order in placed],
        customers=np.array([ids.index(o.customer_id) if o.customer_id else -1 for o in placed], dtype=np.int64),
        listings=[Listing(item_id=name, kind=(kinds or {}).get(name)) for name in baskets.item_ids],
        customer_ids=ids,
    )


def weekly(customers: int = 40, weeks: int = 10, item: str = "milk") -> list[Order]:
    return [
        Order(f"{item}-{number:03}-{week:02}", (item,), START + timedelta(days=7 * week), f"c{number:03}")
        for number in range(customers)
        for week in range(weeks)
    ]


def test_two_orders_of_one_day_are_one_purchase() -> None:
    orders = [
        Order("1", ("a",), START, "anna"),
        Order("2", ("a", "b"), START + timedelta(hours=2), "anna"),
        Order("3", ("a",), START + timedelta(days=3), "anna"),
        Order("4", ("a",), START + timedelta(days=4), None),
    ]
    history = history_of(orders)
    days = np.array([0, 0, 3, 4])

    found = find_visits(history.baskets, history.customers, days, np.array([True, False]))

    assert (found.items.tolist(), found.days.tolist()) == ([0, 0], [0, 3])
    assert (found.number.tolist(), found.before.tolist()) == ([0, 1], [0, 3])
    assert found.last.tolist() == [False, True]


def test_a_gap_is_the_customers_own_the_more_gaps_are_known() -> None:
    others = {(number, 0): [0, 30, 60] for number in range(1, 21)}
    visits = visits_of({(0, 0): [0, 7, 14, 21, 28], **others})

    found = typical_gaps(visits, np.array([-1]))[:5]

    assert found[0] > 25
    assert (np.diff(found) < 0).all()
    assert 7 < found[4] < 12


def test_an_item_without_gaps_of_its_own_borrows_from_its_category() -> None:
    weekly_items = {(number, 0): [0, 7, 14] for number in range(30)}
    monthly_items = {(number, 1): [0, 30, 60] for number in range(30)}
    visits = visits_of({**weekly_items, **monthly_items, (0, 2): [0], (0, 3): [0]})

    gaps = typical_gaps(visits, number_groups(["week", "month", "week", None]))

    assert gaps[visits.items == 2][0] < 11
    assert 11 < gaps[visits.items == 3][0] < 20


def test_shares_of_those_away_are_kaplan_and_meiers() -> None:
    # Ten customers with two purchases a gap apart: six are back after one gap, four have been away for two.
    back = {(number, 0): [0, 100, 200] for number in range(600)}
    away = {(number, 0): [0, 100] for number in range(600, 1000)}
    visits = visits_of({**back, **away})

    found = measure_returns(visits, np.full(visits.days.size, 100.0), today=300)

    assert found.away[0, 19] == pytest.approx(1.0)
    assert found.away[0, 21] == pytest.approx(0.4, abs=0.01)
    assert found.away[0, 60] == pytest.approx(0.4, abs=0.01)


def test_few_data_promise_little() -> None:
    visits = visits_of({(0, 0): [0, 10, 20, 30]})

    found = measure_returns(visits, np.full(4, 10.0), today=30)

    assert found.away[:, -1].min() > 0.5


def test_who_has_been_away_is_expected_later_and_less() -> None:
    back = {(number, 0): [0, 100, 150 + number % 100] for number in range(600)}
    visits = visits_of({**back, **{(number, 0): [0, 100] for number in range(600, 1000)}})
    returns = measure_returns(visits, np.full(visits.days.size, 100.0), today=500)

    found = expect_return(returns, np.zeros(3, dtype=np.int64), np.array([0.0, 1.2, 3.99]))

    assert (found.early <= found.middle).all()
    assert (found.middle <= found.late).all()
    assert found.middle[1] > found.middle[0]
    assert found.early[1] >= 1.2
    assert found.probability[0] > found.probability[1] > found.probability[2]


def test_classes_are_by_purchases() -> None:
    assert classes(np.array([1, 2, 3, 4, 5, 8, 9, 30])).tolist() == [0, 1, 2, 2, 3, 3, 4, 4]


def test_a_weekly_purchase_is_due_in_a_week() -> None:
    history = history_of(weekly())

    due = learn_due(history, Settings())

    assert due.offsets.tolist() == [*range(41), 40]
    repeats = list_repeats(due, "UTC")
    ends, rows = repeats.of(np.array([0, 40, 7]))
    assert ends.tolist() == [1, 1, 2]
    assert repeats.any_of(np.array([0, 40])).tolist() == [True, False]
    first = rows[0]
    assert first["item"] == 0
    assert first["due_at"] - first["last_bought_at"] == 7 * DAY
    assert (first["times"], first["gap"]) == (10, 7.0)
    assert first["probability"] > 0.5


def test_days_begin_where_the_shop_is() -> None:
    due = learn_due(history_of(weekly()), Settings(shop=ShopSettings(timezone="Europe/Warsaw")))

    starts = list_repeats(due, "Europe/Warsaw").rows["last_bought_at"]

    assert to_micros(datetime(2024, 3, 3, 23, tzinfo=UTC)) in starts.tolist()


def test_what_one_buys_once_is_never_due() -> None:
    yearly = [Order(f"p{n}", ("plan",), START + timedelta(days=n), f"c{n % 5:03}") for n in range(30)]

    due = learn_due(history_of([*weekly(), *yearly], {"plan": "plan"}), Settings())

    assert {int(item) for item in due.items} == {0}


def test_orders_without_dates_have_no_rhythm() -> None:
    history = history_of(weekly())
    undated = np.arange(history.baskets.n_orders)
    history = History(
        baskets=type(history.baskets)(
            item_ids=history.baskets.item_ids,
            offsets=history.baskets.offsets,
            items=history.baskets.items,
            placed_at=undated,
        ),
        order_ids=history.order_ids,
        customers=history.customers,
        listings=history.listings,
        customer_ids=history.customer_ids,
    )

    assert learn_due(history, Settings()).items.size == 0


def test_nothing_is_due_where_nothing_was_bought() -> None:
    assert learn_due(history_of([]), Settings()).items.size == 0
