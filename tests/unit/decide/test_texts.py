from __future__ import annotations

import re

import pytest
from babel import Locale

from pairwell.catalogues import LANGUAGES, read_catalogue
from pairwell.decide.explain import MESSAGES as REASONS
from pairwell.decide.texts import find_locale, money, number, say
from pairwell.serve.online.storefront.words import MESSAGES as STOREFRONT

MESSAGES = (*REASONS, *STOREFRONT)
_PLURALS = {"en": 2, "ru": 3, "pl": 3}
_BLANK = re.compile(r"%\((\w+)\)s")


def _forms(language: str, message: str) -> list[str]:
    found = read_catalogue("pairwell.decide", language).get(message)
    assert found is not None, f"{language}.po lacks {message}"
    return [found.string] if isinstance(found.string, str) else list(found.string or ())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_is_translated_in_every_form(language: str, message: str) -> None:
    forms = _forms(language, message)
    assert all(forms), f"{language}.po leaves {message} empty"
    assert len(forms) in (1, _PLURALS[language])
    blanks = {frozenset(_BLANK.findall(form)) for form in [*forms, *_forms("en", message)]}
    assert len(blanks) == 1, f"{language}.po fills other blanks in {message}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_holds_what_is_never_said(language: str) -> None:
    ids = [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in read_catalogue("pairwell.decide", language)
    ]
    assert sorted(filter(None, ids)) == sorted(MESSAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    assert read_catalogue("pairwell.decide", language).num_plurals == _PLURALS[language]


@pytest.mark.parametrize(
    ("language", "orders", "word"),
    [
        ("en", 1, " order "),
        ("en", 2, " orders "),
        ("ru", 1, " заказа "),
        ("ru", 21, " заказа "),
        ("ru", 2, " заказов "),
        ("ru", 1_904, " заказов "),
        ("ru", 11, " заказов "),
        ("pl", 1, " zamówienia "),
        ("pl", 21, " zamówień "),
        ("pl", 1_904, " zamówień "),
    ],
)
def test_the_plural_is_right(language: str, orders: int, word: str) -> None:
    values = dict.fromkeys(("together", "anchor_orders", "lift", "anchor", "item"), "x")
    assert word in say("bought_together", Locale(language), values, number=orders)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("en", "en"),
        ("ru-RU", "ru_RU"),
        ("pl_PL", "pl_PL"),
        ("en-GB", "en_GB"),
        ("de", "en"),
        ("pl-XX-nonsense-", "pl"),
        ("??", "en"),
        ("zz-ZZ", "en"),
    ],
)
def test_a_locale_without_a_catalogue_is_english(asked: str, found: str) -> None:
    assert str(find_locale(asked)) == found


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (23_500, "EUR", "en", "€235.00"),
        (23_500, "PLN", "pl", "235,00\xa0zł"),
        (123_456, "RUB", "ru", "1\xa0234,56\xa0₽"),
        (500, "JPY", "en", "¥500"),
        (1_500, "KWD", "en", "KWD1.500"),
    ],
)
def test_money_is_written_as_the_locale_does(minor: int, currency: str, language: str, text: str) -> None:
    assert money(minor, currency, Locale(language)) == text


def test_a_float_shows_its_decimal_and_a_count_does_not() -> None:
    assert number(5, Locale("en")) == "5"
    assert number(5.0, Locale("en")) == "5.0"
    assert number(1_904, Locale("en")) == "1,904"
    assert number(5.25, Locale("pl")) == "5,2"
