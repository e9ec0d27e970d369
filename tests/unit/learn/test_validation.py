from __future__ import annotations

import random

import numpy as np
import pytest
from tests.orders import as_baskets, random_orders

from pairwell.config.settings import Learn, Settings
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.validation import older_orders, validate, wilson


def test_the_interval_is_that_of_wilson() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == pytest.approx(1.0)


def test_pairs_of_the_same_pass_judge_as_pairs_of_their_own() -> None:
    orders = random_orders(random.Random(5), orders=1_200)
    baskets = as_baskets(orders)
    history = History(
        baskets=baskets,
        order_ids=[order.order_id for order in orders],
        customers=np.full(len(orders), -1),
        listings=[Listing(item_id=item_id) for item_id in baskets.item_ids],
    )

    older = learn_pairs(baskets, Learn(), cut=older_orders(history)).older

    assert validate(history, Settings(), older) == validate(history, Settings())
