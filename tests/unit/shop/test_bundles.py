"""Bundles at today's prices, for everybody and for one customer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from pairwell.config.settings import Guards, Learn, Settings
from pairwell.model.bundles import LearnedBundle
from pairwell.records import Item
from pairwell.shop.bundles import Bundle, Leaning, choose_bundles, lean

ITEMS = {
    "tent": Item(item_id="tent", title="Tent", price_minor=20_000, cost_minor=12_000),
    "mat": Item(item_id="mat", title="Mat", price_minor=3_000, cost_minor=1_000),
    "lamp": Item(item_id="lamp", title="Lamp", price_minor=2_000),
    "peg": Item(item_id="peg", title="Peg", price_minor=500, cost_minor=490),
    "red": Item(item_id="red", price_minor=1_000),
    "blue": Item(item_id="blue", price_minor=1_000),
}
PRODUCTS = {"tent": 0, "mat": 1, "lamp": 2, "peg": 3, "red": 4, "blue": 4}


def learned(words: str, ordinary: int = 50) -> LearnedBundle:
    ids = words.split()
    products = [PRODUCTS.get(item_id, 9) for item_id in ids]
    return LearnedBundle(item_ids=ids, products=products, together=60, ordinary=ordinary, expected=10.0)


def chosen(bundles: Sequence[LearnedBundle], leaning: Leaning | None = None, **learn: float) -> list[Bundle]:
    settings = Settings(learn=msgspec.convert(learn, Learn))
    return choose_bundles(bundles, ITEMS, settings, 10, leaning)


def ids(bundles: Sequence[Bundle]) -> list[str]:
    return [" ".join(item.item_id for item in bundle.items) for bundle in bundles]


def test_what_is_added_to_the_dearest_item_is_discounted_and_counts() -> None:
    (bundle,) = chosen([learned("tent mat")])
    assert (bundle.list_minor, bundle.discount_minor, bundle.price_minor) == (23_000, 300, 22_700)
    assert (bundle.margin_list_minor, bundle.margin_minor) == (10_000, 9_700)
    assert bundle.largest_discount_minor == 2_000
    assert (bundle.times_chance, bundle.worth_minor) == (5.0, 40 * 1_700)
    assert not bundle.cost_estimated


def test_the_discount_stops_at_the_margin_floor_and_no_margin_is_no_bundle() -> None:
    (bundle,) = chosen([learned("tent mat")], bundle_discount_share=0.5)
    assert bundle.discount_minor == 1_500
    settings = Settings(learn=Learn(bundle_discount_share=0.5), guards=Guards(margin_floor_minor=1_200))
    (guarded,) = choose_bundles([learned("tent mat")], ITEMS, settings, 10, None)
    assert guarded.discount_minor == guarded.largest_discount_minor == 800
    assert chosen([learned("tent peg")], bundle_discount_share=0.5) == []


def test_what_is_given_away_is_no_bundle() -> None:
    items = {name: Item(item_id=name, price_minor=0, cost_minor=0) for name in ("tent", "mat")}
    assert choose_bundles([learned("tent mat")], items, Settings(), 10, None) == []


def test_an_unknown_cost_is_marked() -> None:
    (bundle,) = chosen([learned("tent lamp")])
    assert bundle.cost_estimated
    assert bundle.margin_list_minor == 8_000 + 600


@pytest.mark.parametrize("change", [{"stock": 0}, {"published": False}, {"price_minor": None}])
def test_what_cannot_be_sold_is_in_no_bundle(change: dict[str, object]) -> None:
    items = {**ITEMS, "mat": msgspec.structs.replace(ITEMS["mat"], **change)}
    assert choose_bundles([learned("tent mat")], items, Settings(), 10, None) == []
    assert choose_bundles([learned("tent unheard-of")], items, Settings(), 10, None) == []


def test_no_bundle_repeats_another() -> None:
    found = chosen(
        [learned("tent mat", 40), learned("tent mat lamp", 90), learned("tent red", 20), learned("tent blue")]
    )
    assert ids(found) == ["tent mat lamp", "tent blue"]


def test_a_customer_s_liking_leads_and_what_one_owns_for_good_is_left_out() -> None:
    bundles = [learned("tent mat", 90), learned("lamp red", 30)]
    assert ids(chosen(bundles)) == ["tent mat", "lamp red"]
    (first, second) = chosen(bundles, lean([("red", 0.2), ("peg", 0.1)], ["lamp"], []))
    assert ids([first, second]) == ["lamp red", "tent mat"]
    assert (first.liked, second.liked) == (["lamp", "red"], [])
    assert ids(chosen(bundles, lean([], ["tent"], ["tent"]))) == ["lamp red"]


def test_a_customer_nobody_knows_gets_what_everybody_gets() -> None:
    bundles = [learned("tent mat", 90), learned("lamp red", 30)]
    assert ids(chosen(bundles, lean([], [], []))) == ids(chosen(bundles))
