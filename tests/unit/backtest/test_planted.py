from __future__ import annotations

import pytest

from pairwell.backtest.planted import planted_found
from pairwell.errors import EvidenceError
from pairwell.simulate.size import ShopSize
from pairwell.simulate.truth import Truth
from pairwell.simulate.world import make_shop


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_shop(3, size=ShopSize(items=60, customers=300, orders=3_000, days=400)).truth


def test_who_knows_the_truth_finds_all(truth: Truth) -> None:
    found = planted_found(truth, lambda item_id: [each.item_id for each in truth.complements(item_id)])
    assert found.share == 1.0
    assert found.found == found.findable == len(truth.findable())
    assert found.planted == len(truth.planted()) > found.findable


def test_who_knows_nothing_finds_none(truth: Truth) -> None:
    assert planted_found(truth, lambda _: []).share == 0.0


def test_only_the_first_five_count(truth: Truth) -> None:
    others = ["x1", "x2", "x3", "x4", "x5"]
    late = planted_found(truth, lambda item_id: others + [each.item_id for each in truth.complements(item_id)])
    assert late.found == 0


def test_reversed_pairs_do_not_count(truth: Truth) -> None:
    anchors = {each.item_id: each.anchor_id for each in truth.findable()}
    assert planted_found(truth, lambda item_id: [anchors.get(item_id, "")]).found == 0


def test_too_short_a_history_is_refused() -> None:
    tiny = make_shop(3, size=ShopSize(items=60, customers=5, orders=5, days=30))
    with pytest.raises(EvidenceError, match="10 orders or more"):
        planted_found(tiny.truth, lambda _: [])
