from __future__ import annotations

from collections.abc import Sequence

import msgspec
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair

from pairwell.candidates.propose import Proposal, Sources, propose
from pairwell.candidates.relations import Question, find_pairs
from pairwell.candidates.relations import Sources as PairSources
from pairwell.config.settings import OfferKind
from pairwell.records import Borrowed, CuratedRelation, Item, Pair


def lend(item_id: str, score: float = 0.1) -> Borrowed:
    return Borrowed(
        item_id=item_id, title=None, score=score, level="category", anchor_by="Tents", item_by="Lamps", together=30,
        anchor_orders=200, item_orders=90, confidence=0.12, lift=2.0, effect=1.6, p_adjusted=1e-6,
    )  # fmt: skip


def _model(own: dict[str, list[Pair]], lent: dict[str, list[Borrowed]]) -> TableModel:
    return TableModel(id="m", add_ons=own, ladders={}, once=frozenset(), borrowed=lent)


def _propose(model: TableModel, anchors: Sequence[str]) -> Proposal:
    kinds: tuple[OfferKind, ...] = ("cross_sell",)
    return propose(anchors, Sources(model=model, relations=[], kinds=kinds, power=1.0))


def test_what_others_speak_for_follows_the_anchors_own_pairs() -> None:
    found = _propose(_model({"a": [pair("x")]}, {"a": [lend("y", 9.0), lend("x")]}), ["a"]).candidates

    assert [(c.item_id, c.source) for c in found] == [("x", "pairs"), ("y", "backoff")]
    evidence = found[1].evidence
    assert evidence is not None
    assert (evidence.confidence, evidence.effect, evidence.above_floor) == (0.12, 1.6, False)
    assert (evidence.together, evidence.anchor_orders, evidence.p_adjusted) == (0, 100, 1.0)
    assert found[1].borrowed == lend("y", 9.0)


def test_its_own_counts_are_told_where_there_are_some() -> None:
    thin = msgspec.structs.replace(pair("y"), above_floor=False, together=2)
    proposal = _propose(_model({"a": [thin]}, {"a": [lend("y")]}), ["a"])

    assert proposal.candidates[0].evidence is not None
    assert proposal.candidates[0].evidence.together == 2
    assert proposal.withheld == []  # it is offered, so that it is not named as short of evidence, too


def test_what_one_line_of_the_cart_is_offered_for_is_not_withheld_for_another() -> None:
    thin = msgspec.structs.replace(pair("y"), above_floor=False)
    proposal = _propose(_model({"a": [pair("y")], "b": [thin]}, {}), ["a", "b"])

    assert [(c.item_id, c.anchor_id) for c in proposal.candidates] == [("y", "a")]
    assert proposal.withheld == []


def test_a_full_list_needs_nobody() -> None:
    own = [pair(f"x{number}") for number in range(50)]

    assert all(c.source == "pairs" for c in _propose(_model({"a": own}, {"a": [lend("y")]}), ["a"]).candidates)


def test_of_several_anchors_the_stronger_word_counts_and_nothing_in_the_cart() -> None:
    lent = {"a": [lend("y", 0.2), lend("b", 0.9)], "b": [lend("y", 0.4)]}

    found = _propose(_model({"a": [], "b": []}, lent), ["b", "a"]).candidates

    assert [(c.item_id, c.anchor_id, c.score) for c in found] == [("y", "b", 0.4)]


def test_without_anyone_to_speak_there_is_silence() -> None:
    proposal = _propose(_model({"a": []}, {}), ["a"])

    assert proposal.candidates == []
    assert proposal.known


def _pairs(own: list[Pair], curated: Sequence[CuratedRelation] = ()) -> list[str]:
    model = _model({"a": own}, {"a": [lend("y"), lend("z")]})
    question = Question(item_id="a", relation="complement", curated=curated)
    return [
        one.item_id for one in find_pairs(question, PairSources(model=model, items={"a": Item(item_id="a")})).backoff
    ]


def test_pairs_show_it_only_where_the_items_own_are_too_few() -> None:
    assert _pairs([]) == ["y", "z"]
    assert _pairs([pair(f"x{number}") for number in range(4)]) == ["y", "z"]
    assert _pairs([pair(f"x{number}", above_floor=False) for number in range(9)]) == ["y", "z"]
    assert _pairs([pair(f"x{number}") for number in range(5)]) == []


def test_what_people_keep_apart_is_not_shown() -> None:
    assert _pairs([], [CuratedRelation(anchor_id="a", item_id="y", relation="never")]) == ["z"]
