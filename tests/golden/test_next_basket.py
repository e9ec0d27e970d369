"""The next basket on Ta-Feng, held against figures measured independently of this project.

Protocol: history to future, every item is a candidate; recall and NDCG at ten over the whole next basket, and the share
of customers with a hit. Weights are found on the newest basket of each customer's history alone.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pairwell.backtest.judging import Evaluation, judge
from pairwell.backtest.next_basket import Following, pose_following
from pairwell.config.settings import Settings
from pairwell.learn.baskets import make_baskets
from pairwell.learn.history import History

pytestmark = pytest.mark.slow


def _read(path: Path) -> dict[str, list[list[int]]]:
    with gzip.open(path) as file:
        customers: dict[str, list[list[int]]] = json.load(file)
    return {customer: [basket for basket in baskets if basket != [-1]] for customer, baskets in customers.items()}


def _history(customers: dict[str, list[list[int]]], names: list[str]) -> History:
    codes = {name: code for code, name in enumerate(names)}
    ids = sorted(customers)
    baskets = [(number, basket) for number, customer in enumerate(ids) for basket in customers[customer]]
    lines = [(order, codes[str(item)]) for order, (_, basket) in enumerate(baskets) for item in basket]
    return History(
        baskets=make_baskets(
            names,
            np.array([order for order, _ in lines]),
            np.array([item for _, item in lines]),
            np.arange(len(baskets)),
        ),
        order_ids=[str(order) for order in range(len(baskets))],
        customers=np.array([customer for customer, _ in baskets]),
        listings=[],
        customer_ids=ids,
    )


@pytest.fixture(scope="module")
def found(data_dir: Path) -> Evaluation:
    past, future = (_read(data_dir / "tafeng" / f"tafeng_{part}.json.gz") for part in ("history", "future"))
    names = sorted({str(item) for baskets in past.values() for basket in baskets for item in basket})
    history = _history(past, names)
    asked = Following(
        customers=np.arange(len(history.customer_ids)),
        truths=[frozenset(map(str, future[customer][0])) for customer in history.customer_ids],
        order_ids=[],
    )
    return judge(pose_following(history, asked, Settings()))


def test_simple_methods_score_as_measured_elsewhere(found: Evaluation) -> None:
    assert found.cases == 13_858
    assert _figures(found, "popularity") == _near(0.0803, 0.0842, 0.2489)
    assert _figures(found, "personal") == _near(0.1350, 0.1163, 0.4204)


def test_the_engine_is_above_the_best_simple_method(found: Evaluation) -> None:
    recall, ndcg, _ = _figures(found, "pairwell")
    assert recall >= 0.148
    assert ndcg >= 0.124
    assert found.methods["pairwell"].recall_at_10.ci[0] > found.methods["personal"].recall_at_10.ci[1]
    assert found.methods["pairwell"].ndcg_at_10.ci[0] > found.methods["personal"].ndcg_at_10.ci[1]


def _figures(found: Evaluation, method: str) -> list[float]:
    scores = found.methods[method]
    return [scores.recall_at_10.value, scores.ndcg_at_10.value, scores.hit_rate_at_10.value]


def _near(*figures: float) -> Any:
    return pytest.approx(list(figures), abs=0.0001)
