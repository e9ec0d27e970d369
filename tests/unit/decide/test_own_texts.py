from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, SURE, ask, scene

from pairwell.decide.choose import decide, run_stages
from pairwell.offer_words import OfferText
from pairwell.records import Offer


def text(argument: str, **more: Any) -> OfferText:
    return OfferText(**{"kind": "cross_sell", "locale": "en", "argument": argument, **more})


def offer(*texts: OfferText, item_id: str = "mat", **asked: Any) -> Offer:
    """The offer of the mat, with these texts of its own."""
    items = {item_id: msgspec.structs.replace(ITEMS[item_id], texts=list(texts))}
    at = scene(ask("tent", **asked), settings=SURE, items=items)
    slate = decide(at, run_stages(at)).slate
    return next(one for one in slate if one.item_id == item_id)


def argument(*texts: OfferText, **asked: Any) -> str | None:
    first = offer(*texts, **asked).reasons[0]
    return first.text if first.code == "own_text" else None


def test_an_argument_leads_what_was_learned() -> None:
    reasons = offer(text("Warm feet, whatever the ground.")).reasons
    assert [reason.code for reason in reasons] == ["own_text", "bought_together", "price_beside"]
    assert reasons[0].text == "Warm feet, whatever the ground."


def test_title_and_picture_are_the_offers() -> None:
    made = offer(text("", title="The warm mat", image_url="/mat.jpg", variant="b"))
    assert (made.title, made.image_url, made.text_variant) == ("The warm mat", "/mat.jpg", "b")
    assert made.reasons[0].code == "bought_together"


def test_without_a_text_an_offer_is_as_before() -> None:
    made = msgspec.to_builtins(offer())
    assert made["title"] == "Mat"
    assert not {"image_url", "text_variant"} & made.keys()


@pytest.mark.parametrize(
    ("locale", "said"),
    [("ru-RU", "rus"), ("ru_RU", "rus"), ("ru", "ru"), ("ru-KZ", "ru"), ("en-GB", "en"), ("de", "en"), ("pl", None)],
)
def test_the_nearest_locale_wins(locale: str, said: str | None) -> None:
    texts = [text("en"), text("ru", locale="ru"), text("rus", locale="ru-RU")]
    assert argument(*texts, locale=locale) == said


def test_a_language_without_reasons_of_its_own_may_have_texts() -> None:
    assert argument(text("en"), text("deutsch", locale="de"), locale="de-AT") == "deutsch"


def test_of_one_locale_the_placement_wins() -> None:
    assert argument(text("any"), text("cart", placement="cart"), text("mail", placement="email")) == "cart"
    assert argument(text("mail", placement="email")) is None


def test_a_nearer_locale_stands_before_a_placement() -> None:
    texts = [text("cart", placement="cart"), text("rus", locale="ru")]
    assert argument(*texts, locale="ru") == "rus"


def test_a_text_is_for_its_kind_of_offer() -> None:
    assert argument(text("up", kind="upgrade")) is None
    assert argument(text("up", kind="upgrade"), item_id="tent+") == "up"


class TestVariants:
    def test_a_unit_always_sees_the_same(self) -> None:
        variants = [text("a", variant="a"), text("b", variant="b")]
        seen = {argument(*order, customer_id="c-1") for order in (variants, variants[::-1]) for _ in range(3)}
        assert len(seen) == 1

    def test_units_are_shared_out_evenly(self) -> None:
        variants = [text(name, variant=name) for name in "abc"]
        seen = Counter(argument(*variants, customer_id=f"c-{n}") for n in range(600))
        assert sum((number - 200) ** 2 / 200 for number in seen.values()) < 13.8  # χ², 2 degrees, .001

    def test_one_more_variant_moves_only_those_that_it_takes(self) -> None:
        two = [text(name, variant=name) for name in "ab"]
        three = [*two, text("c", variant="c")]
        for n in range(100):
            before, after = (argument(*texts, customer_id=f"c-{n}") for texts in (two, three))
            assert after in {before, "c"}

    def test_the_variant_is_journaled_with_the_offer(self) -> None:
        made = offer(text("a", variant="a"), text("b", variant="b"), visitor_id="v-1")
        assert made.text_variant == made.reasons[0].text
