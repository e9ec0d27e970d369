from __future__ import annotations

from typing import Any

import msgspec
import pytest
from babel import Locale
from tests.property.random_shops import TableModel
from tests.unit.candidates.test_backing import lend
from tests.unit.decide.tents import ITEMS, SURE, ask, read

from pairwell.decide.choose import choose
from pairwell.decide.grounds import speak
from pairwell.offer_words import Reason

_TITLES = "Tent", "Lamp"


def _said(language: str = "en", **more: Any) -> Reason:
    return speak(msgspec.structs.replace(lend("lamp"), **more), _TITLES, Locale(language))


def _pair_of(anchor: str, item: str) -> str:
    return _said(anchor_by=anchor, item_by=item).text


def test_a_category_is_said_as_what_is_bought() -> None:
    reason = _said(anchor_by="Camping > Tents", item_by="Camping > Lighting")

    assert reason.text == "People who buy tents often buy lighting."
    assert (reason.code, reason.together, reason.anchor_orders, reason.lift) == (
        "category_bought_together",
        30,
        200,
        2.0,
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Road Bikes", "road bikes"),
        ("Tires and Tubes", "tires and tubes"),
        ("T-Shirts", "something from “T-Shirts”"),
        ("Cookware", "cookware"),
        ("GPS devices", "something from “GPS devices”"),
        ("Tent", "something from “Tent”"),
        ("Kids", "something from “Kids”"),
        ("Christmas", "something from “Christmas”"),
        ("Namioty", "something from “Namioty”"),
        ("Палатки", "something from “Палатки”"),
        ("4-Season Tents", "something from “4-Season Tents”"),
    ],
)
def test_a_name_that_is_no_plain_plural_is_quoted(name: str, said: str) -> None:
    assert _pair_of(name, "Lamps") == f"People who buy {said} often buy lamps."


def test_rarely_is_not_often() -> None:
    assert _said(together=19).text == "People who buy tents buy lamps more often than others."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Кто покупает товары из раздела «Палатки», часто берёт и товары из раздела «Свет»."),
        ("pl", "Kto kupuje produkty z działu „Палатки”, często kupuje też produkty z działu „Свет”."),
    ],
)
def test_elsewhere_the_name_keeps_its_case(language: str, text: str) -> None:
    assert _said(language, anchor_by="Всё > Палатки", item_by="Свет").text == text


def test_a_family_is_named_by_its_item_and_a_brand_by_its_name() -> None:
    family = _said(level="family", anchor_by="TNT-7", item_by="L-1")
    assert family.text == "People who buy “Tent” or a variant of it often buy “Lamp” or a variant of it."
    assert family.code == "family_bought_together"
    brand = _said(level="brand", anchor_by="Nord", item_by="Lux")
    assert brand.text == "People who buy something by “Nord” often buy something by “Lux”."


def test_an_item_alike_is_named_with_its_orders() -> None:
    like = _said(level="alike_anchor", anchor_by="old", anchor_by_title="Old tent", item_by="lamp")
    assert like.text == "In 30 of 200 orders with the similar “Old tent”, “Lamp” was bought too."
    assert like.code == "alike_bought_together"
    heir = _said(level="alike_item", anchor_by="tent", item_by="old", item_by_title=None, anchor_orders=1, together=1)
    assert heir.text == "In 1 of 1 order with “Tent”, the similar “old” was bought too."


def test_an_offer_never_says_bought_together_of_what_others_speak_for() -> None:
    surely = msgspec.structs.replace(lend("lamp"), confidence=0.4, effect=30.0)
    model = TableModel(id="m1", add_ons={"tent": []}, ladders={}, once=frozenset(), borrowed={"tent": [surely]})

    decision = choose(read(ask("tent")), model=model, items=ITEMS, settings=SURE)

    (offer,) = [offer for offer in decision.slate if offer.kind == "cross_sell"]
    assert [reason.code for reason in offer.reasons] == ["category_bought_together", "price_beside"]
