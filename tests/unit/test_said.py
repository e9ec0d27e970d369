from __future__ import annotations

import copy
import datetime as dt
import pickle

import msgspec
import pytest

from pairwell.said import (
    amount,
    capital,
    day,
    exact,
    joined,
    listed,
    lowered,
    moment,
    number,
    percent,
    phrase,
    phrase_count,
    plain,
    spoken,
)


class _Record(msgspec.Struct):
    text: str


def test_what_is_said_is_its_english_text() -> None:
    said = joined(
        phrase("Of {whole} orders {share} hold “{title}”.", whole=1234, share=percent(0.125), title="Mat"), ""
    )
    assert said == "Of 1,234 orders 12.5% hold “Mat”."


@pytest.mark.parametrize(
    ("said", "english", "russian", "polish"),
    [
        (amount(123456, "EUR"), "1,234.56", "1\xa0234,56", "1\xa0234,56"),
        (amount(123456, "JPY", symbol=True), "¥123,456", "123\xa0456\xa0¥", "123\xa0456\xa0JPY"),
        (percent(-0.125, sign=True), "-12.5%", "-12,5%", "-12,5%"),
        (number(0.5, 2, sign=True), "+0.50", "+0,50", "+0,50"),
        (day(dt.date(2026, 11, 2)), "2026-11-02", "2 нояб. 2026\u202fг.", "2 lis 2026"),
        (
            moment(dt.datetime(2026, 11, 2, 9, 5, tzinfo=dt.UTC)),
            "2026-11-02 09:05",
            "2 нояб. 2026\u202fг., 09:05",
            "2 lis 2026, 09:05",
        ),
        (listed(["a", "b", "c"]), "a, b, and c", "a, b и c", "a, b i c"),
        (listed(["a", "b"], "or"), "a or b", "a или b", "a lub b"),
    ],
)
def test_numbers_days_and_lists_are_written_as_the_language_does(
    said: str, english: str, russian: str, polish: str
) -> None:
    assert (said, spoken(said, "en")) == (english, english)
    assert (spoken(said, "ru"), spoken(said, "pl")) == (russian, polish)


def test_a_count_takes_its_form_and_what_stands_inside_is_put_too() -> None:
    inner = phrase_count("{count} thing", "{count} things", 1)
    assert phrase_count("{count} x, {what}", "{count} xs, {what}", 2000, what=inner) == "2,000 xs, 1 thing"


def test_what_is_the_shop_s_own_stays() -> None:
    assert spoken("Mat {x}", "ru") == "Mat {x}"
    assert phrase("About {title}", title="{x}") == "About {x}"


def test_the_case_of_letters_is_that_of_each_language() -> None:
    whole = capital(listed(["DE", "pl"], "or"))
    assert (whole, spoken(whole, "pl")) == ("DE or pl", "DE lub pl")
    assert lowered(whole) == "de or pl"


def test_a_copy_still_knows_its_form() -> None:
    for copied in (copy.deepcopy(percent(0.5)), pickle.loads(pickle.dumps(percent(0.5)))):
        assert (copied, spoken(copied, "ru")) == ("50.0%", "50,0%")


def test_json_holds_the_english_text() -> None:
    record = _Record(phrase("Over {n} days", n=3))
    assert msgspec.json.encode(record, enc_hook=plain) == b'{"text":"Over 3 days"}'
    with pytest.raises(NotImplementedError, match="object has no form"):
        plain(object())


def test_next_to_nothing_has_no_sign_and_numbers_keep_the_decimals_that_they_have() -> None:
    assert [number(-0.0001, 2, sign=True), percent(-1e-7, sign=True)] == ["+0.00", "+0.0%"]
    assert [exact(30.0), exact(0.45), exact(2.5)] == ["30", "0.45", "2.5"]
    assert spoken(exact(2.5), "pl") == "2,5"


def test_a_capital_letter_leaves_the_other_letters_alone() -> None:
    assert capital("VIP club") == "VIP club"
    assert capital(phrase("of the shop")) == "Of the shop"
