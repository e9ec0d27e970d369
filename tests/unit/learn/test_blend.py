"""The linear weights count where newest orders show that they gain, and nowhere else."""

from __future__ import annotations

import random

import pytest
from tests.orders import Order, as_history, orders_of, random_orders

from pairwell.config.settings import Settings
from pairwell.learn.assemble import completing_model
from pairwell.learn.blend import SHARES, Blend, blending_model, find_blend, older_with_pairs
from pairwell.learn.history import History
from pairwell.learn.mining.pairs import learn_pairs, rank_pairs
from pairwell.learn.validation import find_hits, halves, newest_cases, older_orders


def _blend(history: History) -> Blend:
    older = learn_pairs(history.baskets, Settings().learn, cut=older_orders(history)).older
    return find_blend(history, Settings(), older)


def _kits(orders: int = 6_000) -> list[Order]:
    """Orders of one kit of six, which all six say, with two of twelve fillers, and with three rare items in pairs."""
    rng = random.Random(0)
    return orders_of(*("ABCDEF" + "".join(rng.sample("abcdefghijkl", 2)) + _rare(rng) for _ in range(orders)))


def _rare(rng: random.Random) -> str:
    drawn = rng.sample(range(20), 3)
    return "".join(chr(1_000 + item) + (chr(2_000 + item) if rng.random() < 0.5 else "") for item in drawn)


def test_where_the_linear_weights_gain_they_count() -> None:
    history = as_history(_kits())

    assert _blend(history).share in SHARES[1:]


@pytest.mark.parametrize("seed", range(3))
def test_where_there_is_only_noise_they_do_not(seed: int) -> None:
    found = _blend(as_history(random_orders(random.Random(seed), orders=6_000, items=20)))

    assert found.share == 0
    assert found.older["pair_linear"].size == 0


def test_older_pairs_are_asked_for_only_where_something_goes_with_something() -> None:
    kits, noise = as_history(_kits()), as_history(random_orders(random.Random(0), orders=6_000, items=20))

    assert older_with_pairs(kits, Settings()) == older_orders(kits) > 0
    assert older_with_pairs(noise, Settings()) == 0
    cases = newest_cases(noise)[1]
    with_pairs = completing_model(noise, Settings(), rank_pairs(noise.baskets, Settings().learn))
    assert find_hits(completing_model(noise, Settings()), cases).tolist() == find_hits(with_pairs, cases).tolist()


@pytest.mark.parametrize("orders", [2, 100, 900])
def test_too_few_orders_to_ask_about_leave_completion_as_it_is(orders: int) -> None:
    history = as_history(_kits(orders))

    assert _blend(history).share == 0
    cases = newest_cases(history)[1]
    assert find_hits(blending_model(history, Settings()), cases).tolist() == (
        find_hits(completing_model(history, Settings()), cases).tolist()
    )


def test_nothing_is_judged_on_what_it_was_chosen_on() -> None:
    cases = newest_cases(as_history(_kits()))[1]
    chosen_on, judged_on = halves(cases)

    assert len(chosen_on) == len(judged_on) == 300
    assert not {case.basket_id for case in chosen_on} & {case.basket_id for case in judged_on}
