from __future__ import annotations

import numpy as np
import pytest
from tests.orders import Order, as_baskets, orders_of

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Baskets
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.popularity import bought_once, most_bought, once_by_kind
from pairwell.learn.purchases import list_purchases


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

    assert _once(baskets, customers, days) == [once]


def test_two_orders_of_one_day_are_one_visit() -> None:
    baskets = as_baskets([Order(f"o{number:03}", ("a",)) for number in range(60)])

    assert _once(baskets, [number % 30 for number in range(60)], [0] * 60) == [True]


def test_orders_without_customer_say_nothing() -> None:
    baskets = as_baskets([Order(f"o{number:03}", ("a",)) for number in range(60)])

    assert _once(baskets, [-1] * 60, [0] * 60) == [False]


def _once(baskets: Baskets, customers: list[int], days: list[int]) -> list[bool]:
    purchases = list_purchases(baskets, np.array(customers), 60)
    found: list[bool] = bought_once(
        purchases, np.array(days), len(baskets.item_ids), Learn(bought_once_below=0.03)
    ).tolist()
    return found


def test_plans_and_services_are_had_or_not() -> None:
    kinds = [Listing(item_id=kind, kind=kind) for kind in ("good", "plan", "service")]

    assert once_by_kind(kinds).tolist() == [False, True, True]
