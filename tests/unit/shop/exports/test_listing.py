from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, cast

import msgspec
import pytest

from pairwell.candidates.learned import LearnedPairs
from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Settings
from pairwell.records import CuratedRelation, Item, Pair, Relation
from pairwell.shop.exports.files import SHOPIFY_COMPLEMENTS, TARGETS
from pairwell.shop.exports.listing import Listing, Shelf, Wanted, list_products
from pairwell.shop.exports.naming import Naming


def pair(item_id: str, score: float, *, above_floor: bool = True) -> Pair:
    return Pair(
        item_id=item_id,
        title=None,
        score=score,
        together=9,
        anchor_orders=9,
        item_orders=9,
        confidence=0.5,
        lift=2.0,
        effect=2.0,
        llr=9.0,
        p_adjusted=0.001,
        above_floor=above_floor,
    )


class Learned:
    """A model of which only the pairs are asked."""

    id = "m1"

    def __init__(self, pairs: Mapping[str, list[Pair]], upgrades: Mapping[str, list[Pair]] | None = None) -> None:
        self._pairs, self._upgrades = pairs, upgrades or {}

    def pairs(self, item_id: str, *, n: int = 10, above_floor: bool = False) -> list[Pair]:
        return [pair for pair in self._pairs.get(item_id, []) if pair.above_floor or not above_floor][:n]

    def upgrades(self, item_id: str, *, n: int = 10) -> list[Pair]:
        return self._upgrades.get(item_id, [])[:n]

    substitutes = variants = follow_ups = upgrades

    def required(self, item_id: str, *, n: int = 10) -> list[Pair]:
        del n
        return [pair("BATTERY", 1.0)] if item_id == "TENT" else []

    def orders_of(self, item_id: str) -> int:
        return len(item_id)


def item(item_id: str, price: int | None = 1000, **said: Any) -> Item:
    return Item(item_id=item_id, title=item_id.title(), price_minor=price, **said)


def pin(anchor: str, other: str, rank: int = 0, relation: Relation = "complement") -> CuratedRelation:
    return CuratedRelation(anchor_id=anchor, item_id=other, relation=relation, rank=rank)


def listed(
    items: list[Item],
    *pins: CuratedRelation,
    learned: Learned | None = None,
    settings: Settings | None = None,
    target: str = "csv",
    **wanted: Any,
) -> Listing:
    known = {one.item_id: one for one in items}
    shelf = Shelf(
        items=known, relations=pins, model=cast("LearnedPairs | None", learned), settings=settings or Settings()
    )
    naming: Naming = TARGETS[target].naming(known)
    return list_products(shelf, Wanted(naming=naming, n=wanted.pop("n", 8), **wanted))


def shown(listing: Listing) -> dict[str, list[str]]:
    return {product.name: [beside.name for beside in product.complements] for product in listing.products}


def written(listing: Listing, target: str) -> list[str]:
    stream = io.StringIO()
    TARGETS[target].write(stream, listing)
    return stream.getvalue().split("\r\n")


def reasons(listing: Listing) -> dict[str, str]:
    return {left.item_id: left.reason for left in listing.left_out}


TENT = item("TENT", 20_000)


def test_pins_lead_in_their_order_and_what_was_learned_follows_by_score() -> None:
    learned = Learned({"TENT": [pair("MAT", 0.9), pair("LAMP", 0.5), pair("MUG", 0.7)]})
    items = [TENT, item("MAT"), item("LAMP"), item("MUG"), item("PEGS")]
    listing = listed(items, pin("TENT", "PEGS", 1), pin("TENT", "LAMP", 0), learned=learned)
    assert shown(listing) == {"TENT": ["LAMP", "PEGS", "MAT", "MUG"]}
    assert [beside.curated for beside in listing.products[0].complements] == [True, True, False, False]


def test_what_is_below_the_floor_of_evidence_is_not_written() -> None:
    learned = Learned({"TENT": [pair("MAT", 0.9, above_floor=False), pair("MUG", 0.1)]})
    assert shown(listed([TENT, item("MAT"), item("MUG")], learned=learned)) == {"TENT": ["MUG"]}


def test_rules_and_guards_that_need_no_customer_hold_back_and_say_so() -> None:
    others = [
        item("GONE", stock=0),
        item("DRAFT", published=False),
        item("DEAR", 6_001),
        item("FREE", None),
        item("BATTERY"),
        item("KNIFE", category="Knives"),
        item("MAT", 6_000, stock=1),
    ]
    rule = Rule(name="knives", stage="eligibility", scope="item", when='item.category == "Knives"', reason="by_law")
    settings = msgspec.structs.replace(Settings(), rules=(rule,))
    learned = Learned({"TENT": [pair(one.item_id, 0.5) for one in others]})
    listing = listed([TENT, *others], learned=learned, settings=settings)
    assert shown(listing) == {"TENT": ["MAT"]}
    assert reasons(listing) == {
        "GONE": "out_of_stock",
        "DRAFT": "unpublished",
        "DEAR": "add_on_price_share",
        "FREE": "price_unknown",
        "BATTERY": "required",
        "KNIFE": "by_law",
    }


def test_upgrades_stay_inside_their_corridor() -> None:
    learned = Learned({}, {"TENT": [pair("DOME", 0.9), pair("CASTLE", 0.8), pair("SAME", 0.7)]})
    listing = listed([TENT, item("DOME", 30_000), item("CASTLE", 32_001), item("SAME", 20_500)], learned=learned)
    assert [beside.name for beside in listing.products[0].upgrades] == ["DOME"]
    assert reasons(listing) == dict.fromkeys(("CASTLE", "SAME"), "upgrade_price_corridor")


def test_pins_obey_guards_unless_they_are_to_be_kept() -> None:
    pins = (pin("TENT", "DEAR"), pin("TENT", "MUG", 1))
    items = [TENT, item("DEAR", 19_000), item("MUG")]
    assert shown(listed(items, *pins)) == {"TENT": ["MUG"]}
    assert [(left.item_id, left.curated) for left in listed(items, *pins).left_out] == [("DEAR", True)]
    assert shown(listed(items, *pins, keep_pins=True)) == {"TENT": ["DEAR", "MUG"]}


def test_what_people_keep_apart_stays_apart() -> None:
    learned = Learned({"TENT": [pair("MUG", 0.9), pair("MAT", 0.5)]})
    listing = listed([TENT, item("MUG"), item("MAT")], pin("TENT", "MUG", relation="never"), learned=learned)
    assert shown(listing) == {"TENT": ["MAT"]}


def test_a_product_that_is_not_on_sale_has_no_list() -> None:
    assert shown(listed([item("TENT", 20_000, published=False), item("MUG")], pin("TENT", "MUG"))) == {}


def test_of_what_was_learned_at_most_so_many_are_written_and_pins_are_never_cut() -> None:
    items = [TENT, *(item(f"I{place}") for place in range(9))]
    learned = Learned({"TENT": [pair(f"I{place}", 0.9 - place / 10) for place in range(9)]})
    assert shown(listed(items, learned=learned, n=2)) == {"TENT": ["I0", "I1"]}
    pins = [pin("TENT", f"I{place}", place) for place in range(5)]
    listing = listed(items, *pins, learned=learned, n=2)
    assert shown(listing) == {"TENT": [f"I{place}" for place in range(5)]}
    assert listing.left_out == []
    assert len(shown(listed(items, *pins, learned=learned, n=1))["TENT"]) == 5


def test_pins_beyond_what_the_system_takes_are_named() -> None:
    items = [TENT, *(item(f"I{place}") for place in range(5))]
    listing = listed(items, *(pin("TENT", f"I{place}", place) for place in range(5)), n=2, most=3)
    assert shown(listing) == {"TENT": ["I0", "I1", "I2"]}
    assert reasons(listing) == {"I3": "too_many", "I4": "too_many"}


def test_pins_without_a_name_are_not_lost_without_a_word() -> None:
    items = [TENT, item("MUG"), item("a,b")]
    pins = [pin("TENT", other, place) for place, other in enumerate(("GROUPED", "MUG", "a,b"))]
    listing = listed(items, *pins, target="magento", keep_pins=True)
    assert shown(listing) == {"TENT": ["MUG"]}
    assert reasons(listing) == {"GROUPED": "unknown_item", "a,b": "no_name"}


def test_a_plain_list_holds_no_formula() -> None:
    listing = listed([TENT, item("=HYPERLINK(1)"), item("-5")], pin("TENT", "=HYPERLINK(1)"), pin("TENT", "-5", 1))
    assert written(listing, "csv")[1:3] == ["TENT,'=HYPERLINK(1),complement,0,yes,0", "TENT,-5,complement,1,yes,0"]


def shopify(item_id: str, handle: str, price: int = 1000, **said: Any) -> Item:
    return item(item_id, price, attributes={"shopify_handle": handle, "shopify_title": handle.title()}, **said)


def test_shopify_gets_one_row_a_product_whatever_its_variants() -> None:
    items = [
        shopify("T-2", "tent", 20_000),
        shopify("T-3", "tent", 24_000),
        shopify("M-B", "mat", 7_000),
        shopify("M-G", "mat", 5_000),
        shopify("P", "pegs"),
        item("LOOSE"),
    ]
    learned = Learned({"T-2": [pair("M-B", 0.9), pair("P", 0.3)], "T-3": [pair("P", 0.8), pair("T-2", 0.7)]})
    listing = listed(items, pin("T-3", "M-B"), learned=learned, target="shopify")
    assert written(listing, "shopify") == [
        f"Title,URL handle,{SHOPIFY_COMPLEMENTS}",
        "Tent,tent,mat; pegs",
        "",
    ]
    assert listing.nameless == ["LOOSE"]
    assert listing.left_out == []  # too dear beside the small tent, but not beside the large one


def woo(item_id: str, parent: str | None = None, price: int = 1000, **said: Any) -> Item:
    return item(item_id, price, attributes={"woocommerce_parent": parent} if parent else {}, **said)


def test_woocommerce_gets_skus_numbers_and_parents() -> None:
    items = [woo("tent", price=9_000), woo("id:7"), woo("cap, red"), woo("tee-s", "tee"), woo("tee-m", "tee"), woo("x")]
    pins = [pin("tent", other, rank) for rank, other in enumerate(("id:7", "cap, red", "tee-m", "tee-s"))]
    learned = Learned({"tee-s": [pair("x", 0.5)], "id:7": []})
    listing = listed(
        items, *pins, pin("id:7", "x", relation="upgrade"), learned=learned, target="woocommerce", keep_pins=True
    )
    assert written(listing, "woocommerce") == [
        "ID,SKU,Upsells,Cross-sells",
        "7,,x,",
        ',tent,,"id:7, cap\\, red, tee, tee-s"',  # tee-m is the first by id and stands for its product
        "",
    ]


def test_magento_gets_positions() -> None:
    listing = listed(
        [TENT, item("MUG"), item("MAT"), item("a,b")], pin("TENT", "MUG"), pin("TENT", "MAT", 1), target="magento"
    )
    assert written(listing, "magento") == [
        "sku,crosssell_skus,crosssell_position,upsell_skus,upsell_position",
        'TENT,"MUG,MAT","1,2",,',
        "",
    ]
    assert listing.nameless == ["a,b"]


def test_magento_gets_configurable_products_where_the_catalogue_names_them() -> None:
    tents = [item(name, 9_000, attributes={"magento_parent": "TENT"}) for name in ("TENT-G", "TENT-R")]
    learned = Learned({"TENT-R": [pair("MUG", 0.5), pair("TENT-G", 0.4)], "MUG": [pair("TENT-G", 0.5)]})
    listing = listed([*tents, item("MUG")], learned=learned, target="magento")
    assert written(listing, "magento")[1:] == ["TENT,MUG,1,,", ""]


def test_the_plain_list_has_a_row_a_pair() -> None:
    learned = Learned({"TENT": [pair("MUG", 0.123456789)]})
    listing = listed([TENT, item("MUG"), item("MAT")], pin("TENT", "MAT"), learned=learned)
    assert written(listing, "csv") == [
        "anchor_id,item_id,relation,rank,pinned,score",
        "TENT,MAT,complement,0,yes,0",
        "TENT,MUG,complement,1,no,0.123457",
        "",
    ]


@pytest.mark.parametrize("target", list(TARGETS))
def test_the_same_lists_are_written_whatever_order_items_come_in(target: str) -> None:
    items = [shopify(f"I{place}", f"h{place // 2}", 1000 * (1 + place)) for place in range(12)]
    learned = Learned({one.item_id: [pair(other.item_id, 0.5) for other in items if other is not one] for one in items})
    forth = written(listed(items, learned=learned, target=target), target)
    assert forth == written(listed(items[::-1], learned=learned, target=target), target)
