from __future__ import annotations

import pytest
from tests.unit.model.conftest import Made

from pairwell.model.model import Model


@pytest.fixture
def model(made: Made) -> Model:
    return Model(made.manifest, made.names, made.arrays)


def test_pairs_carry_their_evidence_best_first(model: Model) -> None:
    first, second = model.pairs("a")

    assert (first.item_id, first.title, first.score, first.together) == ("b", "B", 0.5, 10)
    assert (first.anchor_orders, first.item_orders) == (40, 20)
    assert first.confidence == pytest.approx((10 + 20 * 0.2) / 60)
    assert first.lift == pytest.approx(10 * 100 / (40 * 20))
    assert (second.item_id, second.above_floor) == ("c", False)


def test_pairs_below_the_floor_can_be_left_out(model: Model) -> None:
    assert [pair.item_id for pair in model.pairs("a", above_floor=True)] == ["b"]
    assert [pair.item_id for pair in model.pairs("a", n=1)] == ["b"]


def test_evidence_is_directed(model: Model) -> None:
    forth, back = model.evidence("a", "b"), model.evidence("b", "a")

    assert forth is not None
    assert back is not None
    assert (forth.anchor_orders, back.anchor_orders) == (40, 20)
    assert forth.confidence < back.confidence
    assert model.evidence("c", "a") is None


def test_an_upgrades_confidence_is_the_share_who_took_it(model: Model) -> None:
    (upgrade,) = model.upgrades("a")

    assert (upgrade.item_id, upgrade.confidence, upgrade.score) == ("d", 0.25, 0.9)
    assert model.upgrades("b") == []


def test_an_unknown_item_has_nothing(model: Model) -> None:
    assert not model.knows("z")
    assert model.orders_of("z") == 0
    assert not model.bought_once("z")
    assert model.pairs("z") == []
    assert model.upgrades("z") == []
    assert model.evidence("z", "a") is None


def test_facts_of_items(model: Model) -> None:
    assert model.knows("e")
    assert (model.orders_of("a"), model.orders_of("e")) == (40, 0)
    assert model.bought_once("d")
    assert (model.kept("a"), model.kept("d"), model.kept("unheard")) == (1.0, 0.5, 0.8)
    assert model.popular(2) == ["a", "c"]


def test_a_basket_is_completed_by_sums_then_by_popularity(model: Model) -> None:
    assert model.complete([["a"]], n=4) == [[("b", 0.5), ("c", 0.4), ("d", 0.0)]]


def test_nothing_in_the_basket_is_offered_again(model: Model) -> None:
    assert model.complete([["a", "b"]], n=2) == [[("c", 0.4), ("d", 0.0)]]


def test_an_empty_or_unknown_basket_gets_what_is_popular(model: Model) -> None:
    assert model.complete([[], ["z"]], n=2) == [[("a", 0.0), ("c", 0.0)]] * 2


def test_completion_does_not_depend_on_the_order_or_repeats_of_a_basket(model: Model) -> None:
    assert model.complete([["b", "a", "a"]]) == model.complete([["a", "b"]])


def test_no_more_than_asked_for(model: Model) -> None:
    assert [len(model.complete([["a"]], n=n)[0]) for n in (0, 1, 2, 3, 9)] == [0, 1, 2, 3, 3]


def test_a_model_without_linear_weights_completes_by_pairs(made: Made) -> None:
    older = {name: array for name, array in made.arrays.items() if name not in {"pair_linear", "linear_share"}}

    assert Model(made.manifest, made.names, older).complete([["a"]], n=2) == [[("b", 0.5), ("c", 0.4)]]
