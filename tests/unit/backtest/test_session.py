from __future__ import annotations

from pathlib import Path

import pytest
from tests.events import add_events, visits_of
from tests.orders import LATER, fill, orders_of

from pairwell.backtest.evaluate import evaluate
from pairwell.backtest.session import find_cases
from pairwell.backtest.splits import Split
from pairwell.backtest.trial import Held
from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError
from pairwell.learn.sessions.reading import Past, read_visits

_WAYS = ["va vb vc", "vd ve cf", "vg vh"] * 60


def test_what_always_follows_is_found(workspace: Workspace) -> None:
    dataset = add_events(workspace, visits_of(*_WAYS))
    found = evaluate("session", Held(now=LATER, train=dataset, split=Split(test_share=0.2)), Settings())
    assert (found.cases, found.trained_orders, found.trained_items) == (60, 144, 8)
    assert found.methods["markov"].mrr_at_10.value == 1.0
    assert found.methods["pairwell"].mrr_at_10.value == 1.0
    assert found.methods["sequential_rules"].mrr_at_10.value == 1.0
    assert found.methods["popularity"].mrr_at_10.value < 0.7


def test_two_logs_need_no_orders(workspace: Workspace, tmp_path: Path) -> None:
    train = add_events(workspace, visits_of(*_WAYS))
    test = add_events(create_workspace(tmp_path / "test"), visits_of("va vb", "vg vz"))
    found = evaluate("session", Held(now=LATER, train=train, test=test), Settings())
    assert (found.cases, found.unseen) == (2, 1)


def test_orders_alone_are_refused_with_the_way_out(workspace: Workspace) -> None:
    dataset = fill(workspace, orders_of(*["ab", "cd"] * 20))
    with pytest.raises(EvidenceError, match="no visits") as caught:
        evaluate("session", Held(now=LATER, train=dataset, split=Split(test_share=0.2)), Settings())
    assert "pairwell ingest events" in (caught.value.hint or "")


def test_visits_of_one_step_ask_nothing(workspace: Workspace) -> None:
    dataset = add_events(workspace, visits_of(*["va"] * 20))
    with pytest.raises(EvidenceError, match="0 next items"):
        evaluate("session", Held(now=LATER, train=dataset, split=Split(test_share=0.2)), Settings())


def test_neither_what_is_in_the_cart_nor_a_purchase_to_come_is_told(workspace: Workspace) -> None:
    dataset: Dataset = add_events(workspace, visits_of("va ca vb va vc"))
    past = Past(dataset=dataset, snapshot=dataset.newest())
    cases = find_cases(read_visits(past, ["a", "b", "c"], Settings().learn))
    assert [(case.so_far[-1], set(case.barred), case.following) for case in cases] == [
        (("add_to_cart", 0), {0}, 1),
        (("view", 0), {0}, 2),
    ]
