from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.unit.backtest.trials import trial

from pairwell.backtest.judging import Evaluation, Figures, judge

_GOOD, _BAD = ["a", "b", "c"], ["x", "y", "z"]


def _mixed(good: int, bad: int) -> Evaluation:
    """The engine finds all but the last `bad`, popularity all but the first `good` cases."""
    cases = good + bad
    engine = [_GOOD] * good + [_BAD] * bad
    popular = [_BAD] * good + [_GOOD] * bad
    return judge(trial({"pairwell": engine, "popularity": popular}, ["a"] * cases))


def test_a_record_has_the_names_of_the_contract() -> None:
    found = msgspec.to_builtins(_mixed(30, 10))

    assert {"protocol", "cases", "methods", "differences", "filling"} <= found.keys()
    for name in ("hr@5", "hr@10", "hr@20", "mrr@10", "recall@10", "ndcg@10"):
        for record in (found["methods"]["pairwell"], found["differences"]["popularity"]):
            assert record[name].keys() == {"value", "ci"}
            assert record[name]["ci"][0] <= record[name]["value"] <= record[name]["ci"][1]
    assert "pairwell" not in found["differences"]


def test_a_difference_is_that_of_the_figures_and_narrower_than_theirs_where_cases_agree() -> None:
    engine = [_GOOD] * 110 + [_BAD] * 90
    popular = [_GOOD] * 100 + [_BAD] * 100

    found = judge(trial({"pairwell": engine, "popularity": popular}, ["a"] * 200))

    over, own = found.differences["popularity"].hit_rate_at_10, found.methods["pairwell"].hit_rate_at_10
    assert over.value == pytest.approx(0.05)
    assert 0 < over.ci[0] < over.value < over.ci[1]
    assert over.ci[1] - over.ci[0] < 0.6 * (own.ci[1] - own.ci[0])


def test_equal_answers_differ_by_nothing() -> None:
    found = judge(trial({"pairwell": [_GOOD] * 9, "popularity": [_GOOD] * 9}, ["a"] * 9))

    assert found.differences["popularity"].mrr_at_10.ci == (0.0, 0.0)
    assert found.methods["pairwell"].novelty_over_popularity == 0


def test_cases_of_one_customer_are_one_draw() -> None:
    answers = {"pairwell": [_GOOD, _BAD] * 200, "popularity": [_BAD] * 400}
    truths, together = ["a"] * 400, np.repeat(np.arange(20), 20)
    alone = np.array([0, 1] * 200)

    single = judge(trial(answers, truths)).methods["pairwell"].hit_rate_at_10
    paired = judge(trial(answers, truths, clusters=together)).methods["pairwell"].hit_rate_at_10
    agreeing = judge(trial(answers, truths, clusters=alone)).methods["pairwell"].hit_rate_at_10

    assert paired.ci == (0.5, 0.5)  # every customer found half of the time
    assert single.ci[1] - single.ci[0] < 0.15
    assert agreeing.ci == (0.0, 1.0)  # one customer always, the other never


def test_hidden_items_weigh_what_they_cost() -> None:
    answers = {"pairwell": [_GOOD, _BAD], "popularity": [_BAD, _GOOD]}

    found = judge(trial(answers, ["a", "a"], revenue=np.array([300.0, 100.0])))

    weighted, over = (record.revenue_hit_rate_at_10 for record in (found.methods["pairwell"], _over(found)))
    assert weighted is not None
    assert over is not None
    assert (weighted.value, over.value) == (0.75, 0.5)


def test_without_prices_nothing_is_weighted_by_revenue() -> None:
    assert _mixed(2, 2).methods["pairwell"].revenue_hit_rate_at_10 is None


def test_what_was_never_sold_is_counted_as_unseen() -> None:
    answers = {"pairwell": [_GOOD] * 2, "popularity": [_BAD] * 2}

    found = judge(trial(answers, [["a", "new"], ["b"]], item_orders=dict.fromkeys("abcxyz", 2)))

    assert (found.cases, found.truths, found.unseen) == (2, 3, 1)


@pytest.mark.slow
def test_paired_clustered_intervals_hold_the_true_difference() -> None:
    held = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        ability = rng.beta(2, 3, size=80)  # of customers, whose five cases resemble each other
        engine, popular = (rng.random((80, 5)) < chance[:, None] for chance in (ability, 0.8 * ability))
        answers = {
            name: [_GOOD if hit else _BAD for hit in hits.ravel()]
            for name, hits in (("pairwell", engine), ("popularity", popular))
        }
        found = judge(trial(answers, ["a"] * 400, clusters=np.repeat(np.arange(80), 5)))
        low, high = _over(found).hit_rate_at_10.ci
        held += low <= 0.2 * 0.4 <= high
    assert 0.90 <= held / 150 <= 0.99


def _over(found: Evaluation) -> Figures:
    return found.differences["popularity"]
