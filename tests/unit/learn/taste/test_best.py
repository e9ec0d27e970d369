from __future__ import annotations

import random

import numpy as np

from pairwell.learn.taste.best import keep_highest, key_of, no_best, offer, read_ranking, score_of


def test_a_list_keeps_the_best_and_of_equals_the_lower_number() -> None:
    best = no_best(2, 2)
    for item, value in ((5, 1.0), (3, 1.0), (4, 1.0), (9, 2.0), (1, 0.5)):
        offer(best, 0, key_of(value, item))

    found = read_ranking(best)

    assert found.items.tolist() == [[9, 3], [-1, -1]]
    assert found.score.tolist() == [[2.0, 1.0], [0.0, 0.0]]


def test_what_is_kept_is_what_sorting_finds() -> None:
    rng = random.Random(2)
    pairs = [(rng.choice((0.0, 0.25, 0.5, rng.random())), item) for item in range(200)]
    for width in (0, 1, 7, 64, 250):
        best = no_best(1, width)
        for score, item in pairs:
            offer(best, 0, key_of(score, item))
        ranked = sorted(pairs, key=lambda pair: (-np.float32(pair[0]), pair[1]))[:width]
        assert read_ranking(best).items[0].tolist() == [item for _, item in ranked] + [-1] * (width - len(ranked))


def test_the_highest_come_to_the_front() -> None:
    rng = random.Random(6)
    for n_keys, n in ((1, 1), (2, 1), (9, 4), (200, 100), (200, 200), (300, 1)):
        keys = np.array([rng.randrange(n_keys) for _ in range(n_keys)] + [10**6] * 3)  # what comes after is left alone
        highest = sorted(keys[:n_keys].tolist(), reverse=True)[:n]

        lowest = keep_highest(keys, n_keys, n)

        assert lowest == highest[-1]
        assert sorted(keys[:n].tolist(), reverse=True) == highest
        assert keys[n_keys:].tolist() == [10**6] * 3


def test_a_key_knows_its_score() -> None:
    assert score_of(key_of(0.1, 7)) == np.float32(0.1)
