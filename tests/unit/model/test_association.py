from __future__ import annotations

import math

import pytest

from pairwell.model.association import Together, confidence, lift, log_likelihood_ratio

_COUNTS = Together(together=350, anchor_orders=1988, item_orders=2200, n_orders=20000)


def test_confidence_without_a_prior_is_the_share_of_the_anchors_orders() -> None:
    assert confidence(_COUNTS, prior_orders=0) == pytest.approx(350 / 1988)


def test_confidence_moves_towards_popularity() -> None:
    few = Together(together=2, anchor_orders=2, item_orders=100, n_orders=1000)

    assert confidence(few, prior_orders=20) == pytest.approx((2 + 20 * 0.1) / 22)
    assert 0.1 < confidence(few, prior_orders=1e6) < 0.101


def test_an_anchor_without_orders_is_as_anyone() -> None:
    unsold = Together(together=0, anchor_orders=0, item_orders=100, n_orders=1000)

    assert confidence(unsold, prior_orders=0) == 0.1
    assert confidence(unsold, prior_orders=20) == pytest.approx(0.1)


def test_lift_is_one_when_independent() -> None:
    assert lift(Together(together=10, anchor_orders=100, item_orders=100, n_orders=1000)) == 1.0
    assert lift(Together(together=0, anchor_orders=0, item_orders=9, n_orders=10)) == 0.0


def test_the_ratio_is_dunnings() -> None:
    # Dunning 1993, table 2: "the swiss" 110, 2442, 111, 29114 of 31777 bigrams: 270.72.
    swiss = Together(together=110, anchor_orders=110 + 2442, item_orders=110 + 111, n_orders=31777)

    assert log_likelihood_ratio(swiss) == pytest.approx(270.72, abs=0.005)


@pytest.mark.parametrize(
    "counts",
    [
        Together(together=10, anchor_orders=100, item_orders=100, n_orders=1000),
        Together(together=5, anchor_orders=5, item_orders=5, n_orders=5),
        Together(together=0, anchor_orders=0, item_orders=0, n_orders=0),
    ],
)
def test_the_ratio_of_independent_or_certain_items_is_zero(counts: Together) -> None:
    assert log_likelihood_ratio(counts) == pytest.approx(0.0, abs=1e-9)
    assert math.isfinite(log_likelihood_ratio(counts))
