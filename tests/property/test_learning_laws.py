"""Learning does not depend on how its input happens to lie, and completion is blind to the order of a basket."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.orders import Order, as_baskets, random_orders

from pairwell.config.settings import Learn, Settings
from pairwell.learn.assemble import completing_model
from pairwell.learn.baskets import Baskets, make_baskets
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.model.neighbours import to_arrays

_SEEDS = st.integers(min_value=0, max_value=2**32)


def _orders(seed: int) -> list[Order]:
    rng = random.Random(seed)
    return random_orders(rng, orders=rng.randint(2, 80), items=rng.randint(2, 25))


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_pairs_are_blind_to_the_order_and_repeats_of_lines(seed: int) -> None:
    baskets = as_baskets(_orders(seed))
    orders = np.repeat(np.arange(baskets.n_orders), baskets.sizes)
    drawn = np.random.default_rng(seed).permutation(np.concatenate([np.arange(orders.size)] * 2))

    again = make_baskets(baskets.item_ids, orders[drawn], baskets.items[drawn], baskets.placed_at)

    assert _bytes(again) == _bytes(baskets)


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_verdicts_are_the_same_in_both_directions(seed: int) -> None:
    baskets = as_baskets(_orders(seed))
    kept = learn_pairs(baskets, Learn(neighbours=10_000)).neighbours
    anchors = np.repeat(np.arange(len(baskets.item_ids)), np.diff(kept.offsets))

    verdicts = {
        (int(anchor), int(item)): (int(together), float(p), bool(above))
        for anchor, item, together, p, above in zip(
            anchors, kept.items, kept.together, kept.p_adjusted, kept.above_floor, strict=True
        )
    }

    assert all(verdicts[item, anchor] == verdict for (anchor, item), verdict in verdicts.items())


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_completion_is_blind_to_the_order_of_a_basket_and_never_repeats_it(seed: int) -> None:
    baskets = as_baskets(_orders(seed))
    history = History(
        baskets=baskets,
        order_ids=[str(order) for order in range(baskets.n_orders)],
        customers=np.full(baskets.n_orders, -1),
        listings=[Listing(item_id=item_id) for item_id in baskets.item_ids],
    )
    model = completing_model(history, Settings())
    rng = random.Random(seed)
    basket = rng.choices([*baskets.item_ids, "unknown"], k=rng.randint(0, 8))

    (completed,), (shuffled,) = model.complete([basket]), model.complete([rng.sample(basket, len(basket))])

    names = [item_id for item_id, _ in completed]
    assert completed == shuffled
    assert len(set(names)) == len(names) == min(20, len(set(baskets.item_ids) - set(basket)))
    assert not set(names) & set(basket)
    assert [score for _, score in completed] == sorted((score for _, score in completed), reverse=True)


def _bytes(baskets: Baskets) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in to_arrays(learn_pairs(baskets, Learn()).neighbours, "p").items()}
