"""Prices that a text names, against what the customer pays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from babel.numbers import get_currency_precision

from pairwell.fairness.words import fold, quote_words

_SIGNS: Final = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP",
    "zl": "PLN", "zlotych": "PLN", "pln": "PLN", "₽": "RUB", "руб": "RUB", "р": "RUB", "рублей": "RUB", "рубля": "RUB",
    "rub": "RUB",
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_FIGURE = r"\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_PRICE = re.compile(
    rf"(?:(?P<before>[€$£₽]|eur|usd|gbp|pln) ?(?P<a>{_FIGURE})|(?P<b>{_FIGURE}) ?(?P<after>{_SIGN})(?!\w))"
)
# What is saved, what else is bought for, and what a measure costs is no price of the item.
_OTHER = re.compile(
    r"(?:\bsav\w+|\boff\b|discount|voucher|gift card|coupon|deliver\w*|shipping|orders? (?:over|above|from)|cashback|"
    r"эконом\w*|скидк\w*|сертификат\w*|доставк\w*|заказ\w* (?:от|на)|выгод\w*|"
    r"oszczed\w*|rabat\w*|znizk\w*|bon\b|karta podarunkowa|dostaw\w*|wysylk\w*|zamowien\w* (?:od|powyzej))"
)
_PER = re.compile(r" ?(?:/|per\b|за (?:кг|100|литр|метр)|za (?:kg|100|litr|metr))")
_AROUND = 25  # letters before and behind, in which such words tell what an amount is


class Priced(msgspec.Struct, frozen=True):
    """An amount that a text gives for a price."""

    words: str
    minor: int
    currency: str


def find_prices(text: str) -> Iterator[Priced]:
    """The amounts of money that a text names as a price."""
    folded = fold(text)
    for match in _PRICE.finditer(folded):
        start, end = match.span()
        if _OTHER.search(folded[max(0, start - _AROUND) : end + _AROUND]) or _PER.match(folded[end:]):
            continue
        currency = _SIGNS[match["before"] or match["after"]]
        yield Priced(quote_words(text, start, end), _minor(match["a"] or match["b"], currency), currency)


def _minor(figure: str, currency: str) -> int:
    whole = re.fullmatch(r"(?P<whole>.*?)(?:[.,](?P<part>\d{1,2}))?", figure)
    assert whole is not None, "every figure is a whole number with or without a part"
    digits, part = re.sub(r"\D", "", whole["whole"]), (whole["part"] or "").ljust(2, "0")
    hundredths = int(digits) * 100 + int(part)
    return round(hundredths * 10.0 ** (get_currency_precision(currency) - 2))
