from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import pytest
from tests.unit.fairness.wording_examples import DARK, PLAIN

from pairwell.config.settings import Cap, Settings, Shop
from pairwell.config.waiving import Waived, WaivedPattern
from pairwell.fairness.finding import Finding
from pairwell.fairness.texts import Terms, find_in_text
from pairwell.offer_words import OfferText
from pairwell.records import Item

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAT = Item(item_id="mat", price_minor=1_299, rating=4.5)


def look(words: str, settings: Settings | None = None, item: Item = MAT) -> list[Finding]:
    text = OfferText(kind="cross_sell", locale="en", argument=words)
    return list(find_in_text(text, Terms(item, settings or Settings(), NOW)))


def limited(limit: int | None = None, until: datetime | None = None, items: tuple[str, ...] = ("mat",)) -> Settings:
    outcome: Literal["exposure", "accept"] = "exposure" if limit is None else "accept"
    return Settings(caps=(Cap(name="total", scope="offer", items=items, outcome=outcome, limit=limit, until=until),))


@pytest.mark.parametrize(("code", "words"), [(code, words) for code, texts in DARK.items() for words in texts])
def test_a_dark_text_is_found_under_its_pattern(code: WaivedPattern, words: str) -> None:
    found = look(words)
    assert code in {one.pattern for one in found}
    for one in found:
        assert one.blocks
        assert one.sources
        assert one.mend
        assert one.text is not None
        assert one.text.words


@pytest.mark.parametrize("words", PLAIN)
def test_a_plain_text_is_let_through(words: str) -> None:
    assert [(one.pattern, one.said) for one in look(words)] == []


@pytest.mark.parametrize(
    "words",
    [
        "Only 2 l\u0435ft",  # Cyrillic
        "L\u0430st chance",
        "\u041ec\u0442\u0430\u043b\u043e\u0441\u044c 2",  # Latin c in a Russian word
        "Only 2 l\u00e9ft",
        "Only 2 l\u0338eft",
        "\u014fnly 2 left",
        "only 2 \u029feft",
        "only 2 \u029f\u1d07\ua730\u1d1b",
        "Only 2\u200bleft",
        "On\u200bly 2 left",
        "only-2-left",
        "only 2_left",
        "Only *2* left",
        "0nly 2 left",
    ],
)
def test_no_disguise_of_letters_hides_words(words: str) -> None:
    (found,) = look(words)
    assert found.text is not None
    assert found.text.words == words


def test_words_that_go_from_the_title_into_the_argument_are_found_once() -> None:
    text = OfferText(kind="cross_sell", locale="en", title="Only 2", argument="left")
    (found,) = find_in_text(text, Terms(MAT, Settings(), NOW))
    assert found.text is not None
    assert (found.text.field, found.text.words) == ("title and argument", "Only 2 left")
    apart = OfferText(kind="cross_sell", locale="en", title="Last chance", argument="Hurry")
    assert len(list(find_in_text(apart, Terms(MAT, Settings(), NOW)))) == 2


def test_a_finding_says_where_it_stands_and_quotes() -> None:
    text = OfferText(kind="upgrade", locale="pl", placement="cart", variant="b", title="Ostatnie sztuki!")
    (found,) = find_in_text(text, Terms(MAT, Settings(), NOW))
    assert found.text is not None
    told = msgspec.structs.asdict(found.text)
    assert told.pop("of") == "own text"
    assert told == {
        "item_id": "mat",
        "locale": "pl",
        "kind": "upgrade",
        "placement": "cart",
        "variant": "b",
        "field": "title",
        "words": "Ostatnie sztuki",
    }
    assert "“Ostatnie sztuki”" in found.said
    assert any("2005/29/EC" in source for source in found.sources)


class TestTrueLimits:
    def test_a_number_is_named_through_a_cap_of_that_limit_only(self) -> None:
        assert look("For the first 100 customers", limited(100)) == []
        (found,) = look("For the first 50 customers", limited(100))
        assert "its cap allows 100" in found.said

    def test_a_cap_of_other_items_or_one_that_ended_limits_nothing(self) -> None:
        assert look("Limited stock", limited(100)) == []
        assert look("Limited stock", limited(100, items=("tent",)))
        assert look("Limited stock", limited(100, until=NOW - timedelta(days=1)))

    def test_a_cap_of_contacts_is_no_limit_of_stock(self) -> None:
        assert look("Only 2 left", Settings(caps=(Cap(name="a week", window_h=168.0, limit=2),)))

    @pytest.mark.parametrize(
        ("words", "changes"),
        [
            ("Only 2 left", {"limit": 2, "window_h": 1.0}),
            ("Only 2 left", {"limit": 2, "channels": ("email",)}),
            ("Last items!", {"limit": 1_000_000}),
            ("Last items!", {"limit": 50, "window_h": 24.0}),
            ("Last chance! Hurry!", {"limit": 1_000_000, "until": datetime(2099, 1, 1, tzinfo=UTC)}),
            ("Last chance", {"until": NOW + timedelta(days=2), "channels": ("email",)}),
            ("Today only", {"until": NOW + timedelta(hours=3), "channels": ("email",)}),
        ],
    )
    def test_a_cap_that_limits_next_to_nothing_makes_nothing_true(self, words: str, changes: dict[str, Any]) -> None:
        outcome: Literal["exposure", "accept"] = "accept" if "limit" in changes else "exposure"
        cap = Cap(name="total", scope="offer", items=("mat",), outcome=outcome, **changes)
        assert look(words, Settings(caps=(cap,)))

    def test_urgency_is_true_where_a_cap_ends_the_offer(self) -> None:
        assert look("Last chance", limited(until=NOW + timedelta(days=5))) == []
        assert look("Last chance", limited(until=NOW - timedelta(days=5)))
        assert look("Last chance", limited(100))

    def test_a_countdown_is_true_within_a_day_only(self) -> None:
        assert look("Ends in 2 hours", limited(until=NOW + timedelta(hours=3))) == []
        assert look("Today only", limited(until=NOW + timedelta(days=5)))


class TestPrices:
    def test_the_price_is_what_the_customer_pays(self) -> None:
        taxed = Settings(shop=Shop(tax_rate=0.2, prices_include_tax=True))
        assert look("€15.59", taxed) == []
        (found,) = look("€12.99", taxed)
        assert found.pattern == "hidden_total"
        assert "€15.59" in found.said

    @pytest.mark.parametrize("words", ["1 990,50 zł", "1990.50 PLN", "1.990,50 zł", "1\u00a0990,50 zł"])
    def test_figures_are_read_as_they_are_written(self, words: str) -> None:
        polish = Settings(shop=Shop(currency="PLN", prices_include_tax=False))
        assert look(words, polish, Item(item_id="mat", price_minor=199_050)) == []
        assert look(words, polish, Item(item_id="mat", price_minor=199_000))

    def test_a_price_is_quoted_as_it_stands(self) -> None:
        (found,) = look("  Tylko 5\u00a0ZŁ dziś wieczorem w namiocie")
        assert found.text is not None
        assert found.text.words == "5\u00a0ZŁ"

    @pytest.mark.parametrize(
        "words",
        [
            "€5, save more",
            "€5 delivery included",
            "5 € only, delivery",
            "€5 off-road",
            "5 złote",
            "5 CHF",
            "5,-",
            "Save time: €5",
        ],
    )
    def test_a_word_nearby_does_not_make_it_another_amount(self, words: str) -> None:
        assert [one.pattern for one in look(words)] == ["hidden_total"]

    def test_pence_are_of_pounds(self) -> None:
        pounds = Settings(shop=Shop(currency="GBP"))
        assert [one.pattern for one in look("99p", pounds)] == ["hidden_total"]
        assert look("99p", pounds, Item(item_id="mat", price_minor=99)) == []
        assert look("Films in 50p") == []

    @pytest.mark.parametrize(
        "words",
        [
            "Save €5",
            "€5 off",
            "Delivery from €5",
            "Скидка 5 €",
            "Rabat 5 EUR",
            "Moneta 5 zł",
            "Refill costs 9 € a year",
        ],
    )
    def test_a_word_beside_it_says_what_it_is_of(self, words: str) -> None:
        assert look(words) == []

    def test_another_currency_is_another_price(self) -> None:
        assert [one.pattern for one in look("$12.99")] == ["hidden_total"]

    def test_money_without_hundredths_is_whole(self) -> None:
        yen = Settings(shop=Shop(currency="RUB"))
        assert look("12,99 ₽", yen) == []

    def test_a_price_that_nobody_knows_cannot_be_named(self) -> None:
        unknown = Item(item_id="mat")
        assert [one.pattern for one in look("€5", item=unknown)] == ["hidden_total"]
        assert [one.pattern for one in look("It's free", item=unknown)] == ["false_free"]

    def test_what_costs_nothing_is_free(self) -> None:
        assert look("It's free", item=Item(item_id="mat", price_minor=0)) == []


def test_a_rating_is_that_of_the_catalogue() -> None:
    assert look("Rated 4.5 of 5") == []
    assert [one.pattern for one in look("Rated 4.9 of 5")] == ["false_social_proof"]
    assert look("5 stars", item=Item(item_id="mat"))


class TestWaivers:
    def waive(self, **changes: str) -> list[Finding]:
        told = {"name": "w", "pattern": "fake_scarcity", "item": "mat", "words": "last pieces", "reason": "counted"}
        return look("Last  pieces!", Settings(waived=(Waived(**{**told, **changes}),)))  # type: ignore[arg-type]

    def test_words_that_somebody_answers_for_carry_the_reason(self) -> None:
        (found,) = self.waive(words="Last pieces!")
        assert found.waived == "counted"

    @pytest.mark.parametrize("change", [{"item": "tent"}, {"pattern": "guilt"}, {"words": "last items"}])
    def test_a_waiver_is_of_just_these_words(self, change: dict[str, str]) -> None:
        (found,) = self.waive(**change)
        assert found.waived is None
