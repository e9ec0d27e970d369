from __future__ import annotations

import numpy as np
import pytest
from tests.orders import Order, as_baskets, orders_of

from pairwell.config.settings import Learn
from pairwell.learn.mining.weights import order_weights, pair_weights


def test_an_order_one_half_life_older_counts_half() -> None:
    weights = order_weights(as_baskets(orders_of("a", "a", days_apart=30)), Learn(half_life_days=30))

    assert weights[0] * 2 == weights[1]


def test_age_is_counted_from_the_newest_order() -> None:
    weights = order_weights(as_baskets(orders_of("a", "b")), Learn())

    assert weights[1] == weights.max() > 0


def test_a_larger_order_counts_less_for_pairs_but_not_for_popularity() -> None:
    baskets = as_baskets(orders_of("abcd", "a", days_apart=0))

    assert pair_weights(baskets, Learn())[0] * 2 == pair_weights(baskets, Learn())[1]
    assert order_weights(baskets, Learn()).tolist() == [order_weights(baskets, Learn())[1]] * 2


@pytest.mark.parametrize("n_orders", [1, 1_000, 3_000_000, 40_000_000])
def test_a_count_and_a_sum_of_weights_fit_one_integer(n_orders: int) -> None:
    few = as_baskets([Order("o", ("a",))])
    many = type(few)(
        item_ids=few.item_ids,
        offsets=np.arange(n_orders + 1),
        items=np.zeros(n_orders, dtype=np.int32),
        placed_at=np.zeros(n_orders, dtype=np.int64),
    )

    weights = pair_weights(many, Learn())

    assert int(weights.sum()).bit_length() + n_orders.bit_length() <= 63
    assert weights.min() > 1_000
