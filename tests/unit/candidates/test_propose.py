from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import MODEL, pair, said

from pairwell.candidates.propose import Proposal, Sources, propose
from pairwell.config.settings import OfferKind
from pairwell.records import Candidate, CuratedRelation, Pair

_TWO = TableModel(
    id="m",
    add_ons={"a": [pair("x", score=0.5), pair("b", score=0.4)], "b": [pair("y", score=0.9), pair("x", score=0.6)]},
    ladders={"a": [pair("z", score=0.3), pair("b", score=0.9)], "b": [pair("z", score=0.8)]},
    once=frozenset(),
)


def _propose(
    anchors: Sequence[str],
    *,
    model: TableModel | None = _TWO,
    relations: Sequence[CuratedRelation] = (),
    kinds: Sequence[OfferKind] = ("cross_sell", "upgrade"),
) -> Proposal:
    return propose(anchors, Sources(model=model, relations=relations, kinds=kinds, power=1.5))


def _of(proposal: Proposal, kind: OfferKind) -> list[Candidate]:
    return [candidate for candidate in proposal.candidates if candidate.kind == kind]


def test_scores_are_summed_over_the_cart_with_the_evidence_of_the_strongest() -> None:
    found = _of(_propose(["a", "b"]), "cross_sell")
    assert [(c.item_id, c.anchor_id) for c in found] == [("y", "b"), ("x", "b")]
    assert found[1].score == pytest.approx((0.5**1.5 + 0.6**1.5) ** (1 / 1.5))


def test_what_is_in_the_cart_is_not_proposed() -> None:
    assert "b" not in [candidate.item_id for candidate in _propose(["a", "b"]).candidates]


def test_an_upgrade_is_proposed_for_each_line_it_could_replace() -> None:
    assert [(c.item_id, c.anchor_id) for c in _of(_propose(["a", "b"]), "upgrade")] == [("z", "b"), ("z", "a")]


def test_only_kinds_of_the_placement_are_proposed() -> None:
    assert {c.kind for c in _propose(["a"], kinds=("cross_sell",)).candidates} == {"cross_sell"}
    assert {c.kind for c in _propose(["a"], kinds=("upgrade",)).candidates} == {"upgrade"}


def test_pins_lead_in_rank_order_and_keep_what_was_learned() -> None:
    pins = [said("a", "complement", "q", 2), said("b", "complement", "x", 1), said("a", "upgrade", "r", 3)]
    found = _propose(["a", "b"], relations=pins).candidates
    assert [(c.item_id, c.pin) for c in found[:3]] == [("x", 0), ("q", 1), ("r", 2)]
    assert found[0].source == "curated"
    assert found[0].evidence is not None
    assert found[1].evidence is None
    assert [c.item_id for c in found].count("x") == 1


def test_pins_of_other_anchors_are_left_alone() -> None:
    assert _propose(["a"], model=None, relations=[said("b", "complement", "q")]).candidates == []


def test_a_pin_whose_kind_the_placement_does_not_take_says_so() -> None:
    proposal = _propose(["a"], relations=[said("a", "upgrade", "r")], kinds=("cross_sell",))
    assert [(w.item_id, w.reason) for w in proposal.withheld] == [("r", "kind_not_in_placement")]


def test_order_of_anchors_and_relations_changes_nothing() -> None:
    pins = [said("a", "complement", "q"), said("b", "complement", "x"), said("b", "upgrade", "r")]
    there, back = _propose(["a", "b"], relations=pins), _propose(["b", "a"], relations=pins[::-1])
    assert msgspec.json.encode(there) == msgspec.json.encode(back)


def test_pairs_below_the_floor_are_withheld_with_their_numbers() -> None:
    proposal = _propose(["lamp"], model=MODEL)
    assert proposal.candidates == []
    assert proposal.known
    assert [(w.item_id, w.reason, w.factors["together"]) for w in proposal.withheld] == [
        ("gas", "not_enough_evidence", 312)
    ]


def test_unknown_anchors_and_no_model_are_told_from_thin_evidence() -> None:
    assert not _propose(["nobody"]).known
    assert not _propose(["a"], model=None).known
    assert not _propose([]).known


def test_a_large_cart_asks_for_less_of_each_line() -> None:
    asked: list[int] = []

    class Counting(TableModel, frozen=True, kw_only=True):
        def pairs(self, item_id: str, *, n: int = 10, above_floor: bool = False) -> list[Pair]:
            asked.append(n)
            return [pair(f"add-on of {item_id}")] if above_floor else []

    model = Counting(id="m", add_ons={}, ladders={}, once=frozenset())
    _propose([str(number) for number in range(100)], model=model, kinds=("cross_sell",))
    assert max(asked) == 10
