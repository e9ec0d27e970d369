from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwell.backtest.scores import GAINS, coverage, gains, novelty

_ITEMS = [f"i{number:02}" for number in range(30)]
_answers = st.lists(st.sampled_from(_ITEMS), unique=True, max_size=20)
_truths = st.frozensets(st.sampled_from(_ITEMS), min_size=1)


def test_every_figure_follows_from_the_rank_of_one_hidden_item() -> None:
    truths = [frozenset((item_id,)) for item_id in ("i00", "i06", "i12", "gone")]

    earned = dict(zip(GAINS, gains([_ITEMS[:20]] * 4, truths).T.tolist(), strict=True))

    assert earned["hit_rate_at_5"] == [1, 0, 0, 0]
    assert earned["hit_rate_at_10"] == earned["recall_at_10"] == [1, 1, 0, 0]
    assert earned["hit_rate_at_20"] == [1, 1, 1, 0]
    assert earned["mrr_at_10"] == [1, pytest.approx(1 / 7), 0, 0]
    assert earned["ndcg_at_10"] == [1, pytest.approx(1 / math.log2(8)), 0, 0]


@given(st.lists(st.tuples(_answers, _truths), min_size=1, max_size=5))
def test_figures_are_those_counted_by_hand(cases: list[tuple[list[str], frozenset[str]]]) -> None:
    found = gains([answer for answer, _ in cases], [truth for _, truth in cases])

    for row, (answer, truth) in zip(found, cases, strict=True):
        ranks = [rank for rank, item_id in enumerate(answer, start=1) if item_id in truth]
        near = [rank for rank in ranks if rank <= 10]
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(truth) + 1))
        assert row.tolist() == pytest.approx(
            [
                float(any(rank <= 5 for rank in ranks)),
                float(bool(near)),
                float(any(rank <= 20 for rank in ranks)),
                1 / near[0] if near else 0,
                len(near) / len(truth),
                sum(1 / math.log2(rank + 1) for rank in near) / ideal,
            ]
        )


def test_a_truth_longer_than_the_list_keeps_its_whole_ideal() -> None:
    (row,) = gains([_ITEMS[:20]], [frozenset(_ITEMS)])

    assert row[GAINS.index("recall_at_10")] == pytest.approx(10 / 30)
    assert row[GAINS.index("ndcg_at_10")] < 1


def test_each_bit_of_novelty_is_an_item_half_as_often_bought() -> None:
    orders = {"often": 50, "half": 25, "never": 0}

    bits = novelty([["often"], ["half"], ["often", "half"], ["never"], ["unknown"], []], orders, 100)

    assert bits.tolist() == pytest.approx([1, 2, 1.5, math.log2(100), math.log2(100), 0])


def test_only_the_first_ten_of_any_case_are_shown() -> None:
    orders = dict.fromkeys(_ITEMS, 1)

    assert coverage([_ITEMS[:12], _ITEMS[5:6]], orders) == pytest.approx(10 / 30)
    assert coverage([["unknown"]], orders) == 0
    assert np.isfinite(novelty([_ITEMS], orders, 30)).all()
