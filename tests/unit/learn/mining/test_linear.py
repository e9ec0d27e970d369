"""Linear weights solve the ridge regression they are said to, whoever solves it."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.orders import as_baskets, orders_of, random_orders

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, make_baskets
from pairwell.learn.mining.linear import linear_weights
from pairwell.learn.mining.pairs import rank_pairs
from pairwell.model.neighbours import Neighbours


def _weights(baskets: Baskets, learn: Learn, threads: int = 2) -> tuple[Neighbours, Array]:
    kept = rank_pairs(baskets, learn)
    return kept, linear_weights(baskets, kept, learn, threads)


def _gram(baskets: Baskets, learn: Learn) -> Array:
    holds = np.zeros((baskets.n_orders, len(baskets.item_ids)))
    holds[np.repeat(np.arange(baskets.n_orders), baskets.sizes), baskets.items] = 1
    age = (baskets.placed_at.max() - baskets.placed_at) / 86_400_000_000
    weights = baskets.sizes**-learn.size_exponent * 2.0 ** (-age / learn.half_life_days)
    gram: Array = holds.T @ (weights[:, None] * holds)
    return gram


@pytest.mark.parametrize("learn", [Learn(), Learn(score_shrinkage=0.0, half_life_days=5.0, size_exponent=1.0)])
def test_weights_are_those_of_the_dense_ridge_regression(learn: Learn) -> None:
    baskets = as_baskets(random_orders(random.Random(1), orders=400, items=12))
    kept, weights = _weights(baskets, learn)
    gram = _gram(baskets, learn)

    for add_on in range(len(baskets.item_ids)):
        anchors = np.flatnonzero([add_on in kept.items[kept.row(code)] for code in range(len(baskets.item_ids))])
        system = gram[np.ix_(anchors, anchors)] + 5.0 * np.eye(anchors.size)
        found = np.array([weights[kept.place(int(anchor), add_on)] for anchor in anchors])
        assert found == pytest.approx(np.linalg.solve(system, gram[anchors, add_on]), abs=1e-4)


def test_threads_change_no_byte() -> None:
    baskets = as_baskets(random_orders(random.Random(2), orders=3_000, items=150))

    assert len({_weights(baskets, Learn(), threads)[1].tobytes() for threads in (1, 2, 3)}) == 1


def test_the_order_of_orders_changes_no_byte() -> None:
    baskets = as_baskets(random_orders(random.Random(3), orders=500))
    now = np.zeros(baskets.n_orders, dtype=np.int64)
    orders = np.repeat(np.arange(baskets.n_orders), baskets.sizes)
    drawn = np.random.default_rng(3).permutation(baskets.n_orders)

    one, other = (make_baskets(baskets.item_ids, of, baskets.items, now) for of in (orders, drawn[orders]))

    assert _weights(one, Learn())[1].tobytes() == _weights(other, Learn())[1].tobytes()


def test_pairs_left_out_leave_weights_finite() -> None:
    baskets = as_baskets(random_orders(random.Random(4), orders=2_000, items=300))

    assert np.isfinite(_weights(baskets, Learn(neighbours=5))[1]).all()


@pytest.mark.parametrize("words", [("a",), ("ab",), ("a", "b"), ("abc", "abc")])
def test_next_to_no_orders_have_weights_too(words: tuple[str, ...]) -> None:
    kept, weights = _weights(as_baskets(orders_of(*words)), Learn())

    assert weights.size == kept.items.size
    assert np.isfinite(weights).all()
