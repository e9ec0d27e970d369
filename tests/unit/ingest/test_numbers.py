from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pyarrow as pa
import pytest

from pairwell.ingest.numbers import parse_decimals, to_minor


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("2.55", ".", "2.55"),
        ("-3", ".", "-3"),
        ("3-", ".", "-3"),
        ("(1.50)", ".", "-1.5"),
        ("$90,000 ", ".", "90000"),
        ("€1,234,567.89", ".", "1234567.89"),
        ("1 234.5", ".", "1234.5"),
        ("1'234.5", ".", "1234.5"),
        ("1,00,000", ".", "100000"),
        (".5", ".", "0.5"),
        ("12.", ".", "12"),
        ("1e-05", ".", "0.00001"),
        ("5.00 PLN", ".", "5"),
        ("2,55", ",", "2.55"),
        ("1.234,50 €", ",", "1234.5"),
        ("1\u00a0200,00 руб.", ",", "1200"),
        ("7,90 zł", ",", "7.9"),
        ("0.3333333333333333333", ".", "0.333333333333"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, decimal: Literal[".", ","], number: str) -> None:
    read = parse_decimals(pa.array([text]), decimal=decimal)
    assert read.to_pylist() == [Decimal(number)]


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("abc", "."), ("12abc", "."), ("1,5", "."), ("12.5", ","), (".", "."), ("1.2.3", "."), ("1234567890123456", ".")],
)
def test_what_is_no_number_is_null_and_not_guessed(text: str, decimal: Literal[".", ","]) -> None:
    assert parse_decimals(pa.array([text]), decimal=decimal).to_pylist() == [None]


def test_typed_numbers_are_read_as_they_print() -> None:
    assert parse_decimals(pa.array([2.55, 1e-5, float("nan"), None]), decimal=",").to_pylist() == [
        Decimal("2.55"),
        Decimal("0.00001"),
        None,
        None,
    ]
    assert parse_decimals(pa.array([3, -4]), decimal=".").to_pylist() == [Decimal(3), Decimal(-4)]


def test_halves_of_a_minor_unit_go_to_the_even_one() -> None:
    values = parse_decimals(pa.array(["0.005", "0.015", "0.025", "-0.005"]), decimal=".")
    assert to_minor(values, Decimal(100)).to_pylist() == [0, 2, 2, 0]


def test_a_factor_that_never_ends_leaves_halves_halves() -> None:
    values = parse_decimals(pa.array(["0.018", "1.20"]), decimal=".")  # 1.5 and 100 minor units without 20 % tax
    assert to_minor(values, Decimal(100) / Decimal("1.2")).to_pylist() == [2, 100]
