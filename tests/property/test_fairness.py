"""No text made of plain words of products is taken for a dark pattern, and no writing hides one."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pairwell.config.settings import Settings
from pairwell.fairness.texts import Terms, find_in_text
from pairwell.offer_words import OfferText
from pairwell.records import Item

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAT = Item(item_id="mat", price_minor=1_299)
_WORDS = (
    "mat tent lamp cotton waterproof lead-free soft for two of with and the only last model free-standing 4 people 12 "
    "hours battery litres warm goes well beside every new colour 100 % wool size XL plug needed set pieces edition "
    "коврик палатка лампа хлопок мягкий для двух человек и с только последняя модель 4 часа батарея литров тёплый "
    "новый цвет 100 % шерсть размер нужен удлинитель набор предметов без свинца подходит "
    "mata namiot lampa bawełna miękka dla dwóch osób i z tylko ostatni model 4 godziny bateria litrów ciepła nowy "
    "kolor 100 % wełna rozmiar potrzebna wtyczka zestaw części bez ołowiu pasuje"
)
PLAIN = _WORDS.split()
DARK = ("Only 2 left", "Последний шанс", "Ostatnie sztuki", "Everyone buys it", "Нет, спасибо, я люблю", "Za darmo")


def found(words: str) -> list[str]:
    text = OfferText(kind="cross_sell", locale="en", argument=words)
    return [one.pattern for one in find_in_text(text, Terms(MAT, Settings(), NOW))]


def in_one_language(words: list[str]) -> str:
    return " ".join(words)


@given(st.lists(st.sampled_from(PLAIN), max_size=12).map(in_one_language))
def test_plain_words_are_let_through(words: str) -> None:
    assert found(words) == []


@given(
    st.sampled_from(DARK),
    st.lists(st.sampled_from(PLAIN), max_size=4).map(in_one_language),
    st.sampled_from((str.upper, str.lower, str.title, str)),
    st.sampled_from((" ", "  ", "\u00a0", "\u200b ", "\t")),
)
def test_no_case_and_no_space_hides_a_dark_word(dark: str, before: str, case: type[str], space: str) -> None:
    assert found(f"{before}. {case(dark).replace(' ', space)}")
