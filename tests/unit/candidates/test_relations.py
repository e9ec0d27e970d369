from __future__ import annotations

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair

from pairwell.candidates.relations import Question, Sources, find_pairs, related
from pairwell.errors import NotFoundError
from pairwell.records import CuratedRelation, Item, Relation

_ITEMS = {
    item.item_id: item
    for item in (
        Item(item_id="mug", title="Mug", price_minor=500, cost_minor=200, rating=4.0, attributes={"ml": "300"}),
        Item(item_id="beaker", title="Beaker", price_minor=600, cost_minor=250, rating=4.5, attributes={"ml": "400"}),
        Item(item_id="saucer", title="Saucer", price_minor=480),
        Item(item_id="spoon", title="Spoon"),
    )
}


_MODEL = TableModel(
    id="m",
    add_ons={"mug": [pair("saucer"), pair("spoon")], "beaker": []},
    ladders={"mug": [pair("beaker")]},
    once=frozenset(),
    others={("substitutes", "mug"): [pair("beaker")], ("required", "mug"): [pair("spoon")]},
)
_SOURCES = Sources(model=_MODEL, items=_ITEMS)


def _said(item_id: str, relation: Relation, rank: int = 0) -> CuratedRelation:
    return CuratedRelation(anchor_id="mug", item_id=item_id, relation=relation, rank=rank)


def _ids(relation: Relation, *curated: CuratedRelation, n: int = 10) -> list[str]:
    found = related(Question(item_id="mug", relation=relation, n=n, curated=curated), _SOURCES)
    return [one.item_id for one in found]


def test_what_was_learned_is_shown_as_it_is() -> None:
    assert related(Question(item_id="mug", relation="complement"), _SOURCES) == _MODEL.pairs("mug")
    assert _ids("substitute") == ["beaker"]
    assert _ids("requires") == ["spoon"]
    assert _ids("variant") == _ids("follow_up") == _ids("never") == []


def test_what_people_said_leads_in_their_order_and_is_not_said_twice() -> None:
    found = related(
        Question(
            item_id="mug", relation="complement", curated=[_said("spoon", "complement"), _said("x", "complement")]
        ),
        _SOURCES,
    )

    assert [(one.item_id, one.curated) for one in found] == [("spoon", True), ("x", True), ("saucer", False)]
    assert found[0] == msgspec.structs.replace(pair("spoon"), curated=True)
    assert (found[1].together, found[1].above_floor) == (0, False)


def test_what_people_keep_apart_is_in_no_list() -> None:
    never = _said("saucer", "never")

    assert _ids("complement", never) == ["spoon"]
    assert _ids("complement", never, _said("saucer", "complement"), n=1) == ["spoon"]
    assert _ids("never", never) == ["saucer"]


def test_as_many_as_asked_for_though_people_keep_some_apart() -> None:
    assert _ids("complement", _said("saucer", "never"), n=1) == ["spoon"]


def test_an_upgrade_says_what_it_changes_and_margins_only_inside() -> None:
    outside = related(Question(item_id="mug", relation="upgrade"), _SOURCES)[0]
    inside = related(Question(item_id="mug", relation="upgrade", inside=True), _SOURCES)[0]

    assert (outside.price_step_minor, outside.price_ratio, outside.rating) == (100, 1.2, 4.5)
    assert outside.margin_step_minor is msgspec.UNSET
    assert inside.margin_step_minor == 50
    assert not isinstance(inside.compare, msgspec.UnsetType)
    assert [(row.attribute, row.anchor, row.offer, row.better) for row in inside.compare] == [
        ("rating", "4", "4.5", True),
        ("ml", "300", "400", None),
    ]


def test_an_item_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="neither in the catalogue"):
        find_pairs(Question(item_id="nobody", relation="variant"), _SOURCES)
