"""The laws of a pair's score."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.config.settings import Learn
from pairwell.learn.mining.score import Scale, make_scale, score_pair

_SOLD = np.array([100.0, 50.0, 20.0, 5.0, 1.0])


def _scale(shrinkage: float, together: float = 300.0) -> Scale:
    return make_scale(_SOLD, together, Learn(score_shrinkage=shrinkage))


@pytest.mark.parametrize("shrinkage", [0.0, 0.001, 1.0, 1e6])
def test_more_orders_together_never_score_less(shrinkage: float) -> None:
    scores = [score_pair(weight, 0, 3, _scale(shrinkage)) for weight in (0.1, 1.0, 2.0, 5.0)]

    assert scores == sorted(scores)


def test_without_shrinkage_it_is_the_damped_asymmetric_cosine() -> None:
    assert score_pair(4.0, 1, 2, _scale(0.0)) == pytest.approx(4 / (50**0.7 * 20**0.3 + 1))


def test_endless_shrinkage_leaves_the_order_of_popularity() -> None:
    scores = [
        score_pair(weight, 0, add_on, _scale(1e12)) for add_on, weight in ((1, 0.0), (2, 3.0), (3, 5.0), (4, 1.0))
    ]

    assert scores == sorted(scores, reverse=True)


def test_a_chance_meeting_of_two_rarities_is_drawn_towards_nothing() -> None:
    drawn, plain = (score_pair(1.0, 4, 3, _scale(shrinkage)) for shrinkage in (0.1, 0.0))
    often, plainly = (score_pair(100.0, 0, 1, _scale(shrinkage)) for shrinkage in (0.1, 0.0))

    assert drawn / plain < 0.6
    assert 0.99 < often / plainly < 1


def test_a_shop_of_one_item_has_a_scale() -> None:
    assert np.isfinite(make_scale(np.array([7.0]), 0.0, Learn()).factors).all()
