from __future__ import annotations

from tests.property.random_shops import TableModel
from tests.unit.decide.tents import MODEL, pair

from pairwell.candidates.relations import related
from pairwell.records import Item

_ITEMS = {
    item.item_id: item
    for item in (
        Item(item_id="mug", category="Kitchen > Mugs", family="mug", price_minor=500),
        Item(item_id="mug-red", category="Kitchen > Mugs", family="mug", price_minor=600),
        Item(item_id="mug-blue", category="Kitchen > Mugs", family="mug", price_minor=500),
        Item(item_id="cup", category="Kitchen > Mugs", price_minor=450),
        Item(item_id="goblet", category="Kitchen > Mugs", price_minor=5_000),
        Item(item_id="saucer", category="Kitchen > Mugs", price_minor=480),
        Item(item_id="free", category="Kitchen > Mugs"),
        Item(item_id="pan", category="Kitchen > Pans", price_minor=500),
    )
}
_MODEL = TableModel(id="m", add_ons={"mug": [pair("saucer")]}, ladders={}, once=frozenset())


def _ids(item_id: str, relation: str, n: int = 10) -> list[str]:
    found = related(item_id, relation, model=_MODEL, items=_ITEMS, n=n)  # type: ignore[arg-type]
    return [one.item_id for one in found]


def test_complements_and_upgrades_are_those_learned() -> None:
    assert related("tent", "complement", model=MODEL, items={}) == MODEL.pairs("tent")
    assert related("tent", "upgrade", model=MODEL, items={}) == MODEL.upgrades("tent")


def test_variants_share_the_family_nearest_in_price_first() -> None:
    assert _ids("mug", "variant") == ["mug-blue", "mug-red"]


def test_substitutes_share_the_category_but_are_not_bought_together() -> None:
    assert _ids("mug", "substitute") == ["cup", "goblet", "free"]
    assert _ids("mug", "substitute", 1) == ["cup"]


def test_what_only_people_can_say_has_none() -> None:
    assert _ids("mug", "never") == []
    assert _ids("mug", "requires") == []
    assert _ids("nobody", "variant") == []
