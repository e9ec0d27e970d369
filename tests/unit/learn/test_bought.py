"""Purchases are listed once, and twice only where not every order has a date."""

from __future__ import annotations

import msgspec
import numpy as np
from tests.orders import Order, as_baskets

from pairwell.config.settings import Settings
from pairwell.learn.bought import list_all, list_bought
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing

_ORDERS = [Order(f"o{number}", ("a",)) for number in range(3)]


def _history() -> History:
    return History(
        baskets=as_baskets(_ORDERS),
        order_ids=[order.order_id for order in _ORDERS],
        customers=np.array([0, 1, -1]),
        customer_ids=["c0", "c1"],
        listings=[Listing(item_id="a")],
    )


def _undated() -> History:
    history = _history()
    placed_at = history.baskets.placed_at.copy()
    placed_at[1] = 1  # no date: the place of a row in its file
    return msgspec.structs.replace(history, baskets=msgspec.structs.replace(history.baskets, placed_at=placed_at))


def test_where_every_order_has_a_date_the_dated_purchases_are_all_there_are() -> None:
    history = _history()
    bought = list_bought(history, Settings())

    assert list_all(history, bought) is bought.dated
    assert bought.dated.distinct.tolist() == [1, 1, 0]


def test_an_order_without_date_counts_among_all_only() -> None:
    history = _undated()
    bought = list_bought(history, Settings())

    assert (bought.days >= 0).tolist() == [True, False, True]
    assert bought.dated.distinct.tolist() == [1, 0, 0]
    assert list_all(history, bought).distinct.tolist() == [1, 1, 0]
