from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.orders import LATER, START, Order, fill

from pairwell.backtest.evaluate import evaluate
from pairwell.backtest.next_basket import find_following, pose_next_basket, rank_by_habit
from pairwell.backtest.splits import Split
from pairwell.backtest.trial import Held
from pairwell.config.settings import Settings
from pairwell.config.workspace import create_workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError
from pairwell.learn.history import read_history
from pairwell.learn.taste.ranking import learn_tastes


def dataset_of(folder: Path, orders: list[tuple[str, str, int]]) -> Dataset:
    """Orders from customer, items (a letter each) and day."""
    made = [
        Order(f"{customer}-{day}-{number}", tuple(items), START + timedelta(days=day), customer or None)
        for number, (customer, items, day) in enumerate(orders)
    ]
    return fill(create_workspace(folder), made)


TRAIN = [("anna", "ab", 0), ("anna", "a", 1), ("ben", "bc", 2), ("carl", "c", 3), ("", "ccc", 4)]


def test_the_first_later_order_of_each_known_customer_is_the_truth(tmp_path: Path) -> None:
    train = dataset_of(tmp_path / "train", TRAIN)
    test = dataset_of(
        tmp_path / "test", [("zoë", "a", 5), ("anna", "ad", 6), ("anna", "b", 7), ("carl", "x", 8), ("", "a", 9)]
    )
    trained, newer = read_history(train, train.newest()), read_history(test, test.newest())

    found = find_following(trained, newer)

    assert [trained.customer_ids[number] for number in found.customers.tolist()] == ["anna", "carl"]
    assert found.truths == [frozenset("ad"), frozenset("x")]


def test_one_dataset_is_split_by_time(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "shop", [*TRAIN, ("ben", "a", 5), ("anna", "a", 6), ("new", "a", 7)])

    trial = pose_next_basket(Held(now=LATER, train=dataset, split=Split(test_days=3)), Settings())

    assert trial.truths == [frozenset("a"), frozenset("a")]
    assert trial.trained_orders == 5
    assert trial.item_orders == {"a": 2, "b": 2, "c": 3}
    assert trial.revenue.tolist() == [100, 100]
    assert set(trial.answers) == {"pairwell", "popularity", "personal"}
    assert trial.answers["popularity"] == [["c", "a", "b"]] * 2
    assert trial.answers["personal"] == [["a", "b", "c"], ["c", "b", "a"]]
    assert trial.ask_more([1], 1) == [trial.answers["pairwell"][1][:1]]


def test_figures_come_of_it(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "shop", [*TRAIN, ("ben", "a", 5), ("anna", "a", 6)])

    found = evaluate("next-basket", Held(now=LATER, train=dataset, split=Split(test_days=2)), Settings())

    assert (found.protocol, found.cases) == ("next-basket", 2)
    assert found.methods["personal"].recall_at_10.value == 1.0


def test_habits_are_counted_and_ties_go_by_popularity(tmp_path: Path) -> None:
    train = dataset_of(tmp_path / "shop", TRAIN)
    tastes, _ = learn_tastes(read_history(train, train.newest()), Settings().learn)

    assert rank_by_habit(tastes, read_history(train, train.newest()).customers[[0, 2]], 2) == [[0, 1], [2, 1]]


def test_orders_of_nobody_cannot_be_asked_about(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "shop", [("", "ab", 0), ("", "ab", 1)])

    with pytest.raises(EvidenceError, match="whose"):
        pose_next_basket(Held(now=LATER, train=dataset, split=Split(test_days=1)), Settings())


def test_customers_who_do_not_come_back_cannot_be_asked_about(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "shop", [("anna", "ab", 0), ("ben", "ab", 1)])

    with pytest.raises(EvidenceError, match="None of the 1 customer "):
        pose_next_basket(Held(now=LATER, train=dataset, split=Split(test_days=1)), Settings())
