from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from babel import Locale
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, pair, read, scene

from pairwell.config.settings import Attribution, Guards, Settings, Shop
from pairwell.decide.choose import choose
from pairwell.decide.coming import Coming
from pairwell.decide.reminding import speak_of_repeat
from pairwell.decide.worth import Valued, value
from pairwell.habits import Repeat
from pairwell.records import Candidate, Decision, Lag

GAS = Repeat(
    item_id="gas",
    due_at=NOW,
    due_from=NOW - timedelta(days=4),
    due_until=NOW + timedelta(days=5),
    probability=0.5,
    typical_gap_days=30.4,
    last_bought_at=NOW - timedelta(days=31),
    times=6,
)
_REPEAT = Candidate(item_id="gas", kind="repeat", source="repeat", anchor_id="gas", score=0.5, repeat=GAS)


def _decide(settings: Settings = SURE, model: Any = MODEL, *cart: str, **more: Any) -> Decision:
    request = ask(*cart, placement="after_purchase", customer_id="c")
    return choose(read(request, **more), model=model, items=ITEMS, settings=settings)


def _reasons(decision: Decision) -> dict[str, str]:
    return {withheld.item_id: withheld.reason for withheld in decision.withheld}


def test_a_purchase_within_some_days_comes_soon_or_later() -> None:
    coming = Coming(chance=0.5, days=10, left=10)
    assert coming.soon(24) == pytest.approx(1 - 0.5**0.1)
    assert coming.soon(24) + (1 - coming.soon(24)) * coming.later(24) == pytest.approx(0.5)
    assert (coming.soon(1_000), coming.later(1_000)) == (0.5, 0.0)
    assert (Coming(1.0, 3, 3).soon(24), Coming(1.0, 3, 3).later(24)) == (1.0, 0.0)


def test_on_the_last_day_nothing_comes_later() -> None:
    last = Coming(chance=0.9, days=10, left=1)
    assert last.soon(24) == pytest.approx(1 - 0.1**0.1)
    assert (last.later(24), last.soon(240)) == (0.0, last.soon(24))
    assert 0 < Coming(chance=0.9, days=10, left=5).later(24) < Coming(chance=0.9, days=10, left=10).later(24)


class TestWorth:
    def _value(self, settings: Settings = SURE) -> Valued:
        return value(_REPEAT, scene(ask(placement="after_purchase"), settings=settings))

    def test_of_a_won_sale_only_what_is_not_moved_counts(self) -> None:
        # Six days of ten are left: of those who will not buy within them persuasion wins some.
        persuasion = SURE.persuasion.repeat * 0.5 / (0.5 + SURE.persuasion.half_fit)
        assert self._value().worth_minor == pytest.approx(persuasion * 0.5**0.6 * 100)

    def test_only_a_day_of_the_window_is_quiet_probability(self) -> None:
        assert self._value().quiet == pytest.approx(1 - 0.5**0.1)
        longer = msgspec.structs.replace(SURE, attribution=Attribution(window_h=240.0))
        assert self._value(longer).quiet == pytest.approx(1 - 0.5**0.6)

    def test_a_follow_up_is_expected_of_those_who_did_not_come_sooner(self) -> None:
        lag = Lag(low=10, median=15, high=19)
        later = msgspec.structs.replace(pair("mat", confidence=0.4), followers=40, lag_days=lag)
        model = msgspec.structs.replace(MODEL, others={("follow_ups", "lamp"): [later]})
        decision = _decide(SURE, model, bought_at={"lamp": NOW - timedelta(days=12)})
        (offer,), (basis,) = decision.slate, decision.bases
        assert (offer.item_id, offer.kind, offer.anchor_id) == ("mat", "cross_sell", "lamp")
        assert basis.quiet == pytest.approx(1 - (1 - 0.2 / 0.9) ** 0.1)
        assert basis.fit == pytest.approx(0.2 / 0.9 / (0.2 / 0.9 + SURE.persuasion.half_fit))
        assert offer.reasons[0].text == ("40 customers came back for “Mat” after buying “Lamp”, mostly within 19 days.")
        assert [reason.code for reason in offer.reasons] == ["follow_up"]  # there is no purchase to set a price beside


class TestRepeats:
    def test_it_is_offered_with_its_numbers(self) -> None:
        (offer,) = _decide(repeats=[GAS]).slate
        assert (offer.kind, offer.item_id, offer.anchor_id, offer.replaces) == ("repeat", "gas", None, None)
        text = "You buy this about every 30 days; the last time was 31 days ago."
        assert [(reason.code, reason.text) for reason in offer.reasons] == [("repeat", text)]

    def test_it_is_a_purchase_of_its_own_whatever_is_in_the_cart(self) -> None:
        dear = msgspec.structs.replace(GAS, item_id="stove")  # 90.00 beside 7.00
        decision = _decide(SURE, MODEL, "mat", repeats=[dear])
        assert [(offer.kind, offer.item_id) for offer in decision.slate] == [("repeat", "stove")]

    def test_but_it_earns_its_margin(self) -> None:
        strict = msgspec.structs.replace(SURE, guards=Guards(margin_floor_minor=101))
        assert _reasons(_decide(strict, repeats=[GAS])) == {"gas": "margin_floor_minor"}

    def test_owning_it_is_its_reason(self) -> None:
        lamp = msgspec.structs.replace(GAS, item_id="lamp")
        assert [offer.item_id for offer in _decide(repeats=[lamp], owned=["lamp"]).slate] == ["lamp"]

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"declines": [{"item_id": "gas", "at": NOW - timedelta(days=1)}]}, "declined"),
            ({"customer": {"returned_at": {"gas": NOW - timedelta(days=3)}}}, "just_returned"),
            ({"customer": {"open_complaints": 1}}, "open_complaint"),
        ],
    )
    def test_a_no_a_return_or_a_complaint_withholds_it(self, more: dict[str, Any], reason: str) -> None:
        assert _reasons(_decide(repeats=[GAS], **more)) == {"gas": reason}

    def test_it_stands_only_once_beside_an_add_on_of_the_same_item(self) -> None:
        model = msgspec.structs.replace(MODEL, add_ons={"tent": [pair("gas")]})
        decision = _decide(SURE, model, "tent", repeats=[GAS])
        assert [offer.item_id for offer in decision.slate] == ["gas"]
        assert _reasons(decision)["gas"] == "clashes_with_slate"

    def test_tax_is_nobodys_earnings(self) -> None:
        taxed = msgspec.structs.replace(SURE, shop=Shop(tax_rate=0.2))
        (offer,) = _decide(taxed, repeats=[GAS]).slate
        assert offer.price_minor == 600


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You buy this about every 30 days; the last time was 31 days ago."),
        ("ru", "Вы покупаете это примерно раз в 30 дней; последний раз — 31 день назад."),
        ("pl", "Kupujesz to mniej więcej co 30 dni; ostatnio 31 dni temu."),
    ],
)
def test_days_are_counted_in_every_language(language: str, text: str) -> None:
    assert speak_of_repeat(GAS, NOW, Locale(language)).text == text
