from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from tests.orders import LATER, Order, fill, orders_of, random_orders

from pairwell.backtest.evaluate import evaluate
from pairwell.backtest.judging import Evaluation
from pairwell.backtest.splits import Split
from pairwell.backtest.trial import Held
from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError, RequestError

_PAIRED = orders_of(*random.Random(1).choices(["ab", "cd", "ef", "gh"], k=200), days_apart=0.5)


def _evaluate(dataset: Dataset, split: Split) -> Evaluation:
    return evaluate("basket", Held(now=LATER, train=dataset, split=split), Settings())


def test_what_always_goes_together_is_found(workspace: Workspace) -> None:
    found = _evaluate(fill(workspace, _PAIRED), Split(test_share=0.2))

    assert found.cases == 40
    assert (found.trained_orders, found.trained_items, found.unseen) == (160, 8, 0)
    for name in ("pairwell", "cosine", "confidence"):
        assert found.methods[name].mrr_at_10.value == 1.0
    assert found.methods["popularity"].mrr_at_10.value < 0.7


def test_items_never_sold_before_are_misses_of_every_method(workspace: Workspace) -> None:
    orders = [*_PAIRED[:160], *orders_of(*["xy"] * 200)[160:]]

    found = _evaluate(fill(workspace, orders), Split(test_days=40))

    assert found.unseen == found.cases > 0
    assert all(scores.hit_rate_at_20.value == 0.0 for scores in found.methods.values())


def test_an_order_dated_far_ahead_does_not_make_the_others_old(workspace: Workspace, tmp_path: Path) -> None:
    odd = Order("odd", ("a", "b"), LATER + timedelta(days=50_000))
    held_out = Split(test_days=20)

    found = _evaluate(fill(create_workspace(tmp_path / "odd"), [*_PAIRED, odd]), held_out)
    usual = _evaluate(fill(workspace, _PAIRED), held_out)

    assert (found.later, usual.later) == (1, 0)
    assert (found.trained_orders, found.cases) == (usual.trained_orders, usual.cases + 1)


def test_hidden_items_weigh_what_they_cost(workspace: Workspace) -> None:
    found = _evaluate(fill(workspace, _PAIRED), Split(test_share=0.2))

    weighted = found.methods["pairwell"].revenue_hit_rate_at_10
    assert weighted is not None
    assert weighted.value == 1.0


def test_one_dataset_can_be_asked_about_by_another(workspace: Workspace, tmp_path: Path) -> None:
    train = fill(workspace, _PAIRED)
    test = fill(create_workspace(tmp_path / "test"), orders_of("ba", "xc", "dx", "z"))

    found = evaluate("basket", Held(now=LATER, train=train, test=test), Settings())

    assert found.cases == 3
    assert found.trained_items == 8


def test_orders_of_one_item_leave_nothing_to_ask(workspace: Workspace) -> None:
    single = [Order(order.order_id, order.items[:1], order.placed_at) for order in _PAIRED]

    with pytest.raises(EvidenceError, match="none to ask about holds two"):
        _evaluate(fill(workspace, single), Split(test_share=0.2))


@pytest.mark.parametrize("protocol", ["basket", "next-basket"])
def test_without_orders_no_other_days_are_proposed(workspace: Workspace, protocol: str) -> None:
    with pytest.raises(EvidenceError, match="no orders") as caught:
        evaluate(protocol, Held(now=LATER, train=Dataset(workspace), split=Split(test_days=3)), Settings())

    assert "pairwell ingest orders" in (caught.value.hint or "")


def test_the_same_data_gives_the_same_figures(workspace: Workspace) -> None:
    dataset = fill(workspace, random_orders(random.Random(5), orders=300))

    once, again = (_evaluate(dataset, Split(test_share=0.3)) for _ in range(2))

    assert once == again


def test_an_unknown_protocol_names_those_there_are(workspace: Workspace) -> None:
    held = Held(now=LATER, train=fill(workspace, _PAIRED), split=Split(test_share=0.2))

    with pytest.raises(RequestError, match="known are basket"):
        evaluate("baskets", held, Settings())


def test_answers_stay_full_with_items_out_of_stock(workspace: Workspace) -> None:
    found = _evaluate(fill(workspace, random_orders(random.Random(5), orders=300, items=30)), Split(test_share=0.3))

    assert found.filling.fillable == found.cases > 50
    assert found.filling.share == 1.0
