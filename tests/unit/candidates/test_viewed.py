from __future__ import annotations

from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair, said

from pairwell.candidates.propose import Sources, propose
from pairwell.config.settings import OfferKind
from pairwell.records import Candidate, Looked

_ADD_ONS: tuple[OfferKind, ...] = ("cross_sell",)
_MODEL = TableModel(
    id="m",
    add_ons={"a": [pair("x")]},
    ladders={},
    once=frozenset(),
    looks={
        "b": Looked(visits=100, carted=30, share=0.28),
        "c": Looked(visits=50, carted=10, share=0.2),
        "x": Looked(visits=50, carted=10, share=0.2),
        "rare": Looked(visits=50, carted=2, share=0.1),
    },
)


def _viewed(*viewed: str, anchors: tuple[str, ...] = ("a",), model: TableModel | None = _MODEL) -> list[Candidate]:
    sources = Sources(model=model, relations=(), kinds=_ADD_ONS, power=1.5, viewed=viewed)
    return [candidate for candidate in propose(anchors, sources).candidates if candidate.source == "viewed"]


def test_what_was_viewed_is_proposed_the_newest_first_and_once() -> None:
    found = _viewed("c", "b", "c", "a")
    assert [(c.item_id, c.score, c.kind, c.anchor_id) for c in found] == [
        ("c", 1.0, "cross_sell", "a"),
        ("b", 0.5, "cross_sell", "a"),
    ]
    assert found[1].looked == _MODEL.looks["b"]


def test_what_is_in_the_cart_or_proposed_already_is_not() -> None:
    assert _viewed("a", "b", "x", anchors=("a", "b")) == []


def test_without_evidence_that_others_took_it_nothing_is() -> None:
    assert _viewed("rare", "unknown") == []
    assert _viewed("b", model=None) == []
    assert _viewed("b", anchors=()) == []


def test_a_pin_leads_over_what_was_viewed() -> None:
    pins = [said("a", "complement", "b")]
    sources = Sources(model=_MODEL, relations=pins, kinds=_ADD_ONS, power=1.5, viewed=["b"])
    found = propose(["a"], sources).candidates
    assert [(c.item_id, c.source) for c in found] == [("b", "curated"), ("x", "pairs")]
