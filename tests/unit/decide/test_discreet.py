from __future__ import annotations

from typing import Any

import msgspec
import pytest
from babel import Locale
from tests.unit.candidates.test_backing import lend

from pairwell.decide.discreet import speak_discreetly
from pairwell.habits import Bundled, Part
from pairwell.offer_words import OWN, Reason, read_by_shoppers
from pairwell.records import Borrowed, Candidate

_TITLES = {"tent": "Tent", "lamp": "Lamp", "mat": "Mat", "old": "Old tent"}


def _said(code: str, language: str = "en", **of: Any) -> Reason:
    candidate = Candidate(item_id="lamp", kind="cross_sell", source="pairs", anchor_id="tent", score=1.0, **of)
    told = Reason(code=code, text="In 30 of 200 orders.", together=30, anchor_orders=200, lift=2.0)
    return speak_discreetly(told, candidate, _TITLES.__getitem__, Locale(language))


def _alike(level: str) -> Borrowed:
    by = {"anchor_by": "old", "anchor_by_title": "Old tent", "item_by": "mat", "item_by_title": "Mat"}
    return msgspec.structs.replace(lend("lamp"), level=level, **by)


_BUNDLE = Bundled(parts=[Part(item_id="lamp", quiet=0.1)], beside=["tent", "mat"], together=12, orders=30, effect=2.0)


@pytest.mark.parametrize(
    ("code", "of", "text"),
    [
        ("viewed_lately", {}, "You looked at “Lamp” lately."),
        ("follow_up", {}, "After “Tent” others came back for “Lamp”."),
        ("bundle", {"bundle": _BUNDLE}, "Bought together by others: “Tent”, “Mat”, and “Lamp”."),
        ("alike_bought_together", {"borrowed": _alike("alike_anchor")}, "Bought with the similar “Old tent”, too."),
        ("alike_bought_together", {"borrowed": _alike("alike_item")}, "The similar “Mat” is bought with “Tent”."),
    ],
)
def test_every_ground_has_words_without_counts(code: str, of: dict[str, Any], text: str) -> None:
    said = _said(code, **of)
    assert (said.code, said.text, said.counts_told) == (code, text, False)
    assert (said.together, said.anchor_orders, said.lift) == (30, 200, 2.0)


@pytest.mark.parametrize("language", ["ru", "pl"])
@pytest.mark.parametrize("code", ["bought_together", "viewed_lately", "follow_up"])
def test_no_language_tells_a_count(language: str, code: str) -> None:
    said = _said(code, language)
    assert said.text != _said(code).text
    assert not any(sign.isdigit() for sign in said.text)


def test_what_groups_speak_for_is_said_as_before_and_its_numbers_are_kept() -> None:
    said = _said("category_bought_together")
    assert (said.text, said.counts_told) == ("In 30 of 200 orders.", False)


@pytest.mark.parametrize("code", ["price_beside", "upgrade", "repeat", "bundle_price", "curated", OWN])
def test_what_tells_nothing_of_other_customers_stays(code: str) -> None:
    assert _said(code) == Reason(code=code, text="In 30 of 200 orders.", together=30, anchor_orders=200, lift=2.0)


class TestOwnTexts:
    def read(self, *codes: str) -> list[str]:
        return [one.code for one in read_by_shoppers([Reason(code=code, text="…") for code in codes])]

    def test_an_argument_takes_the_place_of_what_was_counted(self) -> None:
        assert self.read(OWN, "curated", "bought_together", "price_beside") == [OWN, "price_beside"]
        assert self.read(OWN, "bundle", "brand_bought_together", "bundle_price") == [OWN, "bundle_price"]

    def test_without_one_all_is_read(self) -> None:
        assert self.read("curated", "bought_together", "price_beside") == ["curated", "bought_together", "price_beside"]
