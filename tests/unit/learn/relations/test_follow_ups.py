from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import numpy as np
import pytest
from tests.orders import START, Order, as_baskets

from pairwell.config.settings import Learn, Settings
from pairwell.learn.bought import list_bought
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.relations.first_purchases import FirstPurchases, first_purchases
from pairwell.learn.relations.follow_ups import learn_follow_ups
from pairwell.model.related import FollowUps

_ITEMS = [f"i{number:02}" for number in range(30)]


def _history(orders: list[Order]) -> History:
    placed = sorted(orders, key=lambda order: (order.placed_at, order.order_id))
    names = sorted({order.customer_id for order in orders if order.customer_id})
    baskets = as_baskets(orders)
    return History(
        baskets=baskets,
        order_ids=[order.order_id for order in placed],
        customers=np.array([names.index(order.customer_id) if order.customer_id else -1 for order in placed]),
        listings=[Listing(item_id=item_id) for item_id in baskets.item_ids],
    )


def _wanderers(rng: random.Random, customers: int = 400) -> Iterator[Order]:
    """Customers who buy anything at any time, three times a year."""
    for customer in range(customers):
        for visit in range(6):
            at = START + timedelta(days=rng.uniform(0, 700))
            yield Order(f"{customer}-{visit}", tuple(rng.sample(_ITEMS, 2)), at, f"c{customer}")


def _with_refills(rng: random.Random, share: float = 0.5) -> list[Order]:
    """The same; `share` of those who bought i00 come back for i01 about 60 days later."""
    orders = list(_wanderers(rng))
    for order in list(orders):
        if "i00" in order.items and rng.random() < share:
            later = order.placed_at + timedelta(days=rng.randint(50, 70))
            orders.append(Order(f"{order.order_id}-refill", ("i01",), later, order.customer_id))
    return orders


def _first(past: History) -> FirstPurchases:
    return first_purchases(past.baskets, list_bought(past, Settings()))


def _learn(orders: list[Order]) -> tuple[History, FollowUps]:
    past = _history(orders)
    return past, learn_follow_ups(_first(past), past.baskets, Learn())


def _links(past: History, found: FollowUps) -> dict[tuple[str, str], int]:
    ids = past.baskets.item_ids
    anchors = np.repeat(np.arange(len(ids)), np.diff(found.neighbours.offsets)).tolist()
    targets = found.neighbours.items.tolist()
    return {(ids[one], ids[other]): place for place, (one, other) in enumerate(zip(anchors, targets, strict=True))}


def test_a_planted_refill_is_found_with_its_lag_and_its_direction() -> None:
    past, found = _learn(_with_refills(random.Random(1)))
    links = _links(past, found)

    assert list(links) == [("i00", "i01")]
    assert found.followers[0] > 3 * found.preceders[0]
    assert 50 <= found.low[0] <= found.median[0] <= 70
    assert found.neighbours.p_adjusted[0] <= Learn().false_discovery_rate


@pytest.mark.parametrize("seed", range(5))
def test_nothing_follows_where_customers_wander(seed: int) -> None:
    assert not _links(*_learn(list(_wanderers(random.Random(seed)))))


def test_a_late_arrival_follows_everything_and_that_says_nothing() -> None:
    rng = random.Random(3)
    late = START + timedelta(days=500)
    orders = list(_wanderers(rng))
    orders += [
        Order(f"n{number}", ("i99", rng.choice(_ITEMS)), late + timedelta(days=rng.uniform(0, 200)), f"c{number}")
        for number in range(400)
    ]

    assert not _links(*_learn(orders))


def test_who_is_not_named_or_not_dated_says_nothing() -> None:
    orders = _with_refills(random.Random(1))
    nobody = [msgspec.structs.replace(order, customer_id=None) for order in orders]
    undated = _history(orders)
    rows = msgspec.structs.replace(undated.baskets, placed_at=np.arange(undated.baskets.n_orders))

    assert not _links(*_learn(nobody))
    assert not _first(msgspec.structs.replace(undated, baskets=rows)).items.size


def test_a_customer_with_thousands_of_items_gives_two_hundred() -> None:
    shelf = tuple(f"x{number:04}" for number in range(2_000))
    orders = [Order("a", shelf[:1_000], START, "w"), Order("b", shelf[1_000:], START + timedelta(days=9), "w")]

    bought = _first(_history(orders))

    assert bought.items.size == 200
    assert set(np.diff(np.unique(bought.days))) == {9}


def test_only_the_first_purchase_of_an_item_counts() -> None:
    orders = [Order(f"o{day}", ("a",), START + timedelta(days=day), "c") for day in (5, 0, 9)]

    bought = _first(_history(orders))

    assert bought.days.tolist() == [(START - START.replace(year=1970)).days]
