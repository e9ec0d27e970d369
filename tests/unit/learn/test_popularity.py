from __future__ import annotations

import numpy as np
import pytest
from tests.orders import Order, as_baskets, orders_of

from pairwell.config.settings import Learn
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.popularity import bought_once, most_bought, once_by_kind


def test_newer_orders_count_more() -> None:
    baskets = as_baskets(orders_of("a", "a", "b", "b", days_apart=100))

    assert most_bought(baskets, Learn(half_life_days=30)).tolist() == [1, 0]


def test_an_item_that_nobody_bought_is_not_popular() -> None:
    baskets = as_baskets(orders_of("ab"))
    extended = type(baskets)(
        item_ids=["a", "b", "never"], offsets=baskets.offsets, items=baskets.items, placed_at=baskets.placed_at
    )

    assert most_bought(extended, Learn()).tolist() == [0, 1]


@pytest.mark.parametrize(("buyers", "again", "once"), [(19, 0, False), (40, 1, True), (40, 2, False)])
def test_an_item_is_bought_once_when_few_of_enough_buyers_came_back(buyers: int, again: int, once: bool) -> None:
    customers = [*range(buyers), *range(again)]
    days = [0] * buyers + [1] * again
    baskets = as_baskets([Order(f"o{number:03}", ("a",)) for number in range(len(customers))])

    found = bought_once(baskets, np.array(customers), np.array(days), Learn(bought_once_below=0.03))

    assert found.tolist() == [once]


def test_two_orders_of_one_day_are_one_visit() -> None:
    baskets = as_baskets([Order(f"o{number:03}", ("a",)) for number in range(60)])

    assert bought_once(baskets, np.arange(60) % 30, np.zeros(60, dtype=np.int64), Learn()).tolist() == [True]


def test_orders_without_customer_or_date_say_nothing() -> None:
    baskets = as_baskets([Order(f"o{number:03}", ("a",)) for number in range(60)])
    nobody, undated = np.full(60, -1), np.full(60, -1)

    assert bought_once(baskets, nobody, np.zeros(60, dtype=np.int64), Learn()).tolist() == [False]
    assert bought_once(baskets, np.arange(60), undated, Learn()).tolist() == [False]


def test_plans_and_services_are_had_or_not() -> None:
    kinds = [Listing(item_id=kind, kind=kind) for kind in ("good", "plan", "service")]

    assert once_by_kind(kinds).tolist() == [False, True, True]
