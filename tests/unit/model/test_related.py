from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from tests.unit.model.conftest import Made

from pairwell.model.model import Model
from pairwell.model.neighbours import Neighbours, make_neighbours, to_arrays
from pairwell.model.related import Alternatives, FollowUps
from pairwell.records import Lag


def _rows(of_a: list[int], above: list[bool] | None = None) -> Neighbours:
    """Neighbours of item a alone, among five items."""
    n = len(of_a)
    return make_neighbours(
        offsets=np.array([0, *[n] * 5]),
        items=np.array(of_a),
        score=np.linspace(0.9, 0.5, n),
        together=np.arange(n),
        effect=np.ones(n),
        p_adjusted=np.ones(n),
        above_floor=np.array(above or [False] * n),
    )


def _alternatives(of_a: list[int], leads: list[bool], above: list[bool] | None = None) -> Alternatives:
    shares = np.linspace(0.1, 0.4, len(of_a))
    return Alternatives(
        neighbours=_rows(of_a, above), leads=np.array(leads), foretold=shares * 10, title=shares, company=shares
    )


def _model(made: Made, **arrays: dict[str, Any]) -> Model:
    more = {name: array for part in arrays.values() for name, array in part.items()}
    return Model(made.manifest, made.names, {**made.arrays, **more})


def test_a_model_learned_without_them_has_none(made: Made) -> None:
    model = _model(made)

    assert model.substitutes("a") == model.variants("a") == model.follow_ups("a") == model.required("a") == []
    assert model.stand_ins("a") == model.stand_ins("nobody") == {}
    assert model.substitutes("nobody") == model.required("nobody") == []


def test_a_list_shows_one_of_each_product_and_deciding_knows_all(made: Made) -> None:
    substitutes = _alternatives([1, 2, 3], [True, False, True])
    model = _model(made, one=substitutes.arrays("substitute"))

    found = model.substitutes("a")
    assert [pair.item_id for pair in found] == ["b", "d"]
    assert (found[0].foretold, found[0].title_likeness, found[0].company_likeness) == (1.0, 0.1, 0.1)
    assert (found[0].item_orders, found[0].anchor_orders) == (20, 40)
    assert model.stand_ins("a") == {"b": "substitute", "c": "substitute", "d": "substitute"}
    assert [pair.item_id for pair in model.substitutes("a", n=1)] == ["b"]


def test_a_variant_that_is_bought_along_is_shown_and_does_not_stand_in(made: Made) -> None:
    variants = _alternatives([1, 2], [True, True], above=[True, False])
    model = _model(made, one=variants.arrays("variant"))

    assert [(pair.item_id, pair.above_floor) for pair in model.variants("a")] == [("b", True), ("c", False)]
    assert model.stand_ins("a") == {"c": "variant"}


def test_a_follow_up_says_who_followed_and_after_how_long(made: Made) -> None:
    days = np.array([30, 40])
    follow_ups = FollowUps(
        neighbours=msgspec.structs.replace(_rows([1, 2]), share=np.array([0.5, 0.2])),
        followers=np.array([20, 12]),
        preceders=np.array([2, 0]),
        low=days - 10,
        median=days,
        high=days + 10,
    )
    found = _model(made, one=follow_ups.arrays("follow_up")).follow_ups("a")

    assert [(pair.item_id, pair.followers, pair.preceders, pair.confidence) for pair in found] == [
        ("b", 20, 2, 0.5),
        ("c", 12, 0, 0.2),
    ]
    assert found[0].lag_days == Lag(low=20, median=30, high=40)


def test_what_it_requires_is_listed(made: Made) -> None:
    model = _model(made, one=to_arrays(_rows([3]), "requires"))

    assert [pair.item_id for pair in model.required("a")] == ["d"]
