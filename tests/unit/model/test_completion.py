"""The laws of completion."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from pairwell.model.completion import Completion, cart_power
from pairwell.model.neighbours import make_neighbours, no_neighbours

_POPULAR = np.array([3, 1, 0, 2, 4], dtype=np.int32)


def _completion(*rows: dict[int, float], affinity: bool = True, linear: Sequence[float] = ()) -> Completion:
    items = [item for row in rows for item in row]
    flat = np.zeros(len(items))
    pairs = make_neighbours(
        offsets=np.cumsum([0, *map(len, rows)]),
        items=np.array(items),
        score=np.array([score for row in rows for score in row.values()]),
        together=flat,
        effect=flat,
        p_adjusted=flat,
        above_floor=flat,
    )
    weights = np.array(linear, dtype=np.float32)
    return Completion(
        pairs=pairs, popular=_POPULAR, affinity=affinity, growth=1.0, linear=weights, share=1.0 if linear else 0.0
    )


@pytest.mark.parametrize(("n", "power"), [(0, 1.0), (1, 1.0), (4, 1.0), (8, 1 + np.log(2)), (10_000, 4.0)])
def test_the_power_grows_with_the_cart_and_is_bounded(n: int, power: float) -> None:
    assert cart_power(n, 1.0) == pytest.approx(power)


def test_without_growth_scores_are_summed_as_they_are() -> None:
    assert cart_power(1_000, 0.0) == 1.0


def test_equal_sums_go_by_the_number_of_the_item() -> None:
    # .3 + .6 and .6 + .3: summed in another order for the one than for the other.
    completion = _completion({2: 0.3, 4: 0.6}, {4: 0.3, 2: 0.6}, {}, {}, {})

    ranked = list(completion.rank(np.array([0, 1]), 3))

    assert [code for code, _ in ranked] == [2, 4, 3]
    assert ranked[0][1] == ranked[1][1] == pytest.approx(0.9)


def test_without_affinity_popularity_ranks_alone() -> None:
    completion = _completion({2: 0.3}, {}, {}, {}, {}, affinity=False)

    assert list(completion.rank(np.array([0]), 3)) == [(3, 0.0), (1, 0.0), (2, 0.0)]


def test_a_model_without_pairs_answers_with_popularity() -> None:
    completion = msgspec.structs.replace(_completion(), pairs=no_neighbours(5))

    assert [code for code, _ in completion.rank(np.array([], dtype=np.intp), 2)] == [3, 1]


def test_linear_weights_are_added_to_the_standardised_sums() -> None:
    completion = _completion({2: 0.4, 3: 0.2}, {}, {}, {}, {}, linear=[0.1, 0.9])

    (first, first_score), (second, second_score) = completion.rank(np.array([0]), 2)

    assert (first, second) == (3, 2)
    assert [first_score, second_score] == pytest.approx([1.4, 1.1])


def test_what_the_linear_weights_speak_against_gives_way_to_popularity() -> None:
    completion = _completion({2: 0.4, 4: 0.2}, {}, {}, {}, {}, linear=[0.1, -0.6])

    assert [code for code, _ in completion.rank(np.array([0]), 4)] == [2, 3, 1, 4]


def test_without_affinity_linear_weights_say_nothing() -> None:
    completion = _completion({2: 0.3}, {}, {}, {}, {}, affinity=False, linear=[0.9])

    assert list(completion.rank(np.array([0]), 2)) == [(3, 0.0), (1, 0.0)]
