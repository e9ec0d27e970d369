from __future__ import annotations

import random

import numpy as np
import pytest
from tests.orders import as_baskets, orders_of, random_orders

from pairwell.config.settings import Learn
from pairwell.learn.mining.chance import tail
from pairwell.learn.mining.pairs import LearnedPairs, learn_pairs, rank_pairs

_BARE = Learn(half_life_days=1e9, size_exponent=0.0, score_damping=1.5)


def _kept(learned: LearnedPairs, code: int) -> list[tuple[int, float]]:
    row = learned.neighbours.row(code)
    return list(zip(learned.neighbours.items[row].tolist(), learned.neighbours.score[row].tolist(), strict=True))


def test_the_score_is_the_weighted_asymmetric_cosine() -> None:
    learned = learn_pairs(as_baskets(orders_of("ab", "ab", "a", "a")), _BARE)

    ((add_on, score),) = _kept(learned, 0)
    assert add_on == 1
    assert score == pytest.approx(2 / (4**0.7 * 2**0.3 + 1.5))  # chance expects two as well


def test_damping_holds_back_what_is_rare() -> None:
    orders = orders_of("ax", *["ab"] * 8, *["b"] * 8, days_apart=0)

    first = [
        _kept(
            learn_pairs(as_baskets(orders), Learn(score_damping=damping, anchor_exponent=0.0, add_on_exponent=1.0)), 0
        )[0][0]
        for damping in (0.0, 5.0)
    ]

    assert first == [2, 1]


def test_best_add_ons_come_first_and_ties_go_by_item_id() -> None:
    learned = learn_pairs(as_baskets(orders_of("ab", "ac", "ad", "ad", days_apart=0)), _BARE)

    assert [code for code, _ in _kept(learned, 0)] == [3, 1, 2]


@pytest.mark.parametrize("n", [1, 3, 10])
def test_only_the_best_are_kept_and_their_verdicts_do_not_depend_on_how_many(n: int) -> None:
    baskets = as_baskets(random_orders(random.Random(1)))
    everything, few = learn_pairs(baskets, Learn()), learn_pairs(baskets, Learn(neighbours=n))

    for code in range(len(baskets.item_ids)):
        whole, row = everything.neighbours.row(code), few.neighbours.row(code)
        best = slice(whole.start, min(whole.stop, whole.start + n))
        for name in ("items", "score", "together", "p_adjusted", "above_floor"):
            assert getattr(few.neighbours, name)[row].tolist() == getattr(everything.neighbours, name)[best].tolist()


def test_p_values_are_corrected_over_all_possible_pairs() -> None:
    baskets = as_baskets(random_orders(random.Random(2)))
    learned = learn_pairs(baskets, Learn(neighbours=10_000))
    kept = learned.neighbours
    anchors = np.repeat(np.arange(len(baskets.item_ids)), np.diff(kept.offsets))
    once = anchors < kept.items
    tails = np.ones(len(baskets.item_ids) * (len(baskets.item_ids) - 1) // 2)
    tails[: once.sum()] = tail(kept.together[once], learned.chance.expected(anchors[once], kept.items[once]))

    order = np.argsort(tails)
    by_hand = np.minimum.accumulate((tails[order] * tails.size / np.arange(1, tails.size + 1))[::-1])[::-1]

    assert np.sort(kept.p_adjusted[once]) == pytest.approx(np.minimum(by_hand, 1)[: once.sum()])


def test_a_planted_pair_rises_above_the_floor_and_chance_does_not() -> None:
    rng = random.Random(3)
    orders = ["xy" for _ in range(30)] + ["".join(rng.sample("abcdefghij", 2)) for _ in range(600)]
    baskets = as_baskets(orders_of(*orders))

    learned = learn_pairs(baskets, Learn())

    kept = learned.neighbours
    anchors = np.repeat(np.arange(len(baskets.item_ids)), np.diff(kept.offsets))
    found = {
        (baskets.item_ids[anchor], baskets.item_ids[item])
        for anchor, item, above in zip(anchors, kept.items, kept.above_floor, strict=True)
        if above
    }
    assert found == {("x", "y"), ("y", "x")}


def test_ranking_without_verdicts_gives_the_same_scores() -> None:
    baskets = as_baskets(random_orders(random.Random(4)))

    ranked, learned = rank_pairs(baskets, Learn()), learn_pairs(baskets, Learn())

    assert ranked.score.tolist() == learned.neighbours.score.tolist()
    assert ranked.items.tolist() == learned.neighbours.items.tolist()
    assert not ranked.above_floor.any()


def test_progress_ends_at_one() -> None:
    heard: list[float] = []

    learn_pairs(as_baskets(orders_of("ab")), Learn(), heard.append)

    assert heard[-1] == 1.0
