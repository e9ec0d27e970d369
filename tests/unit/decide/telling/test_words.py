from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pairwell.decide.telling.words import Words, folded, number, of_thousand, percent

WORDS = Words(currency="EUR", timezone="Europe/Warsaw", titles={"mat": "Mat", "gas": None})


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (23_500, "€235.00"),
        (0, "€0.00"),
        (-0.0001, "€0.00"),
        (7, "€0.07"),
        (9.64, "€0.096"),
        (0.43, "€0.0043"),
        (12.46, "€0.12"),
        (-3.5, "-€0.035"),
        (123_456_789, "€1,234,567.89"),
    ],
)
def test_money_says_as_much_as_it_means(minor: float, said: str) -> None:
    assert WORDS.money(minor) == said


def test_money_follows_its_currency() -> None:
    yen = Words(currency="JPY", timezone="UTC", titles={})
    assert (yen.money(1_500), yen.money(0.5)) == ("¥1,500", "¥0.50")


@pytest.mark.parametrize(("value", "said"), [(1_904, "1,904"), (5.24, "5.2"), (9.0, "9"), (0.0123, "0.012"), (0, "0")])
def test_numbers(value: float, said: str) -> None:
    assert number(value) == said


def test_shares_and_people() -> None:
    assert (percent(0.05), percent(0.001)) == ("5 %", "0.1 %")
    assert (of_thousand(0.2216, 0.2), of_thousand(0.2, 0.2216)) == ("222", "200")
    assert (of_thousand(0.0212, 0.02), of_thousand(0.02, 0.0212)) == ("21.2", "20")


def test_a_moment_is_on_the_shops_clock() -> None:
    assert WORDS.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2 Jul 2026, 00:30"


def test_items_with_and_without_titles() -> None:
    assert (WORDS.item("mat"), WORDS.item("gas"), WORDS.short("x")) == ("Mat [mat]", "gas", "“x”")


def test_lines_hang_under_their_beginning() -> None:
    lines = list(folded("word " * 40, first="  - "))
    assert lines[0].startswith("  - word")
    assert all(line.startswith("    word") and len(line) <= 80 for line in lines[1:])
