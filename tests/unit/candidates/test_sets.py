from __future__ import annotations

import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair

from pairwell.candidates.propose import Sources, propose
from pairwell.candidates.sets import bundles
from pairwell.config.settings import OfferKind
from pairwell.model.bundles import LearnedBundle
from pairwell.records import Candidate


def _set(*item_ids: str, together: int = 100, expected: float = 10.0) -> LearnedBundle:
    products = list(range(len(item_ids)))
    return LearnedBundle(
        item_ids=list(item_ids), products=products, together=together, ordinary=together, expected=expected
    )


def _model(*sets: LearnedBundle) -> TableModel:
    add_ons = {"tent": [pair("mat", confidence=0.2), pair("lamp", confidence=0.1)], "lamp": [], "mat": []}
    return TableModel(id="m", add_ons=add_ons, ladders={}, once=frozenset(), sets=sets)


def _parts(candidate: Candidate) -> dict[str, float]:
    assert candidate.bundle is not None
    return {part.item_id: part.quiet for part in candidate.bundle.parts}


def test_a_set_that_holds_the_anchor_offers_the_rest_of_it() -> None:
    (found,) = bundles(["tent"], ["tent"], _model(_set("mat", "tent", "lamp", together=30), _set("mat", "lamp")))
    assert (found.kind, found.source, found.anchor_id, found.adds) == ("bundle", "bundles", "tent", ("lamp", "mat"))
    assert _parts(found) == {"lamp": 0.3, "mat": 0.3}  # 30 of 100 orders with the tent hold all of it
    assert found.bundle is not None
    assert (found.bundle.together, found.bundle.orders, found.bundle.effect) == (30, 100, 3.0)
    assert found.bundle.quiet == pytest.approx(0.3)


def test_a_part_is_as_likely_as_its_own_pair_says() -> None:
    (found,) = bundles(["tent"], ["tent"], _model(_set("mat", "tent", "lamp", together=5)))
    assert _parts(found) == {"lamp": 0.1, "mat": 0.2}
    assert found.bundle is not None
    assert found.bundle.quiet == pytest.approx(0.05)


def test_what_is_there_already_is_left_out() -> None:
    (found,) = bundles(["tent"], ["tent", "lamp"], _model(_set("mat", "tent", "lamp", together=30)))
    assert (found.adds, found.item_id) == (("mat",), "mat")
    assert found.bundle is not None
    assert (found.bundle.beside, found.bundle.orders) == (["tent", "lamp"], 312)  # orders with tent and lamp
    assert found.bundle.quiet == _parts(found)["mat"]


def test_nothing_is_left_of_a_set_that_lies_in_the_cart() -> None:
    assert bundles(["mat", "tent"], ["mat", "tent"], _model(_set("mat", "tent"))) == []


def test_sets_that_lack_the_same_are_one_bundle_and_only_the_best_three_are_looked_at() -> None:
    sets = [_set("tent", f"i{number}", expected=float(number)) for number in range(7)]
    twice = _set("mat", "i6", expected=0.0)
    found = bundles(["mat", "tent"], ["mat", "tent"], _model(*sets, twice))
    assert [candidate.adds for candidate in found] == [("i6",), ("i0",), ("i1",)]
    assert [candidate.anchor_id for candidate in found] == ["mat", "tent", "tent"]


@pytest.mark.parametrize(("kinds", "offered"), [(("cross_sell",), False), (("bundle",), True)])
def test_a_placement_takes_them_by_name(kinds: tuple[OfferKind, ...], *, offered: bool) -> None:
    sources = Sources(model=_model(_set("mat", "tent")), relations=[], kinds=kinds, power=1.0)
    assert any(candidate.kind == "bundle" for candidate in propose(["tent"], sources).candidates) is offered
