from __future__ import annotations

import pytest

from pairwell.learn.listings.words import amounts_of, words_of


def test_words_are_small_singular_and_without_fillers() -> None:
    assert words_of("SET OF 3 Cake Tins, Red") == ["set", "3", "cake", "tin", "red"]
    assert words_of(None) == []


def test_words_keep_letters_of_other_alphabets() -> None:
    assert words_of("Кофе в зёрнах 0,5 кг") == ["кофе", "зёрнах", "0.5", "кг"]


@pytest.mark.parametrize("word", ["glass", "bus", "gas", "iris"])
def test_a_word_that_merely_ends_in_s_stays(word: str) -> None:
    assert words_of(word) == [word]


@pytest.mark.parametrize(
    ("title", "amounts"),
    [
        ("SET OF 6 TINS", {"set": 6.0}),
        ("Water Bottle - 30 oz.", {"oz": 30.0}),
        ("REGENCY CAKESTAND 3 TIER", {"tier": 3.0}),
        ("Молоко 0,5 л", {"л": 0.5}),
        ("Talerze 4 szt.", {"szt": 4.0}),
        ("Road-750 Black, 52", {}),
        ("5 Large Boxes", {}),
        (None, {}),
    ],
)
def test_only_numbers_with_a_unit_are_amounts(title: str | None, amounts: dict[str, float]) -> None:
    assert amounts_of(title) == amounts
