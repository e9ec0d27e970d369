from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from pairwell.backtest.scores import score

_ITEMS = [f"i{number:02}" for number in range(20)]


def test_every_figure_follows_from_the_ranks() -> None:
    hidden = ["i00", "i06", "i12", "gone"]

    scores = score([_ITEMS] * 4, hidden, np.array([100.0, 0.0, 300.0, 0.0]), n_items=40)

    assert scores.hit_rate_at_5.value == 0.25
    assert scores.hit_rate_at_10.value == 0.5
    assert scores.hit_rate_at_20.value == 0.75
    assert scores.mrr_at_10.value == pytest.approx((1 + 1 / 7) / 4)
    assert scores.recall_at_10.value == 0.5
    assert scores.ndcg_at_10.value == pytest.approx((1 + 1 / math.log2(8)) / 4)
    assert scores.coverage_at_10 == 10 / 40
    assert scores.revenue_hit_rate_at_10 is not None
    assert scores.revenue_hit_rate_at_10.value == 0.25


def test_without_prices_nothing_is_weighted_by_revenue() -> None:
    assert score([_ITEMS], ["i00"], np.zeros(1), n_items=20).revenue_hit_rate_at_10 is None


def test_intervals_hold_their_value_and_have_the_contracts_names() -> None:
    scores = score([_ITEMS] * 200, [*_ITEMS] * 10, np.ones(200), n_items=20)

    for name in ("hr@5", "hr@10", "hr@20", "mrr@10", "recall@10", "ndcg@10"):
        found = msgspec.to_builtins(scores)[name]
        assert found.keys() == {"value", "ci"}
        assert found["ci"][0] < found["value"] or name == "hr@20"
        assert found["value"] <= found["ci"][1]
