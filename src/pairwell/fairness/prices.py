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
# An amount without its currency is a price where words say so, or where it stands alone; what is measured is none.
_BARE = r"(?<![\d.,/:-])(?P<bare>\d{1,6}[.,]\d{2})(?!\d|[.,:/-]\d)"
_MEASURE = (
    r"(?! ?(?:%|°|[x×*] ?\d|(?:mm|cm|dm|m|km|mg|g|kg|t|ml|cl|l|m2|m3|w|kw|v|a|ah|mah|wh|kwh|hz|ghz|gb|tb|"
    r"in|inch\w*|ft|oz|lbs?|h|hours?|min\w*|sec\w*|times|metres?|meters?|lit(?:re|er)s?|"
    r"мм|см|м|км|мг|г|гр|кг|т|мл|л|вт|квт|в|ач|гц|гб|ч|час\w*|мин\w*|сек\w*|метр\w*|литр\w*|раз\w*|godz\w*|sek\w*|metr\w*|litr\w*|raz\w*|wide|long|high|thick|deep|szerok\w+|dlug\w+)\b))"
)
_BEFORE = (
    r"\b(?:was|were|now|only|just|for|costs?|price|instead of|reduced to|reduced from|down to|"
    r"был[ао]?|стал[ао]?|теперь|сейчас|всего|только|за|вместо|цена|стоит|"
    r"byl[ao]?|teraz|tylko|za|zamiast|cena|kosztuje|jedyne)"
)
_BARE_PRICE = (
    re.compile(rf"{_BEFORE}:? {_BARE}{_MEASURE}"),
    re.compile(rf"(?:^|[.!?:;,(–—] ?){_BARE}(?=$|[.!?;,)]| [–—-])"),
    re.compile(r"\b(?:was|было|bylo) (?P<bare>\d{1,6})(?=,? (?:now|стало|теперь|teraz|jest) \d)"),
    re.compile(r"\b(?:was|было|bylo) \d{1,6},? (?:now|стало|теперь|teraz|jest) (?P<bare>\d{1,6})(?= ?(?:$|[.!?;,)]))"),
)
_AROUND = 25  # letters before and behind, in which such words tell what an amount is


class Priced(msgspec.Struct, frozen=True):
    """An amount that a text gives for a price."""

    words: str
    minor: int
    currency: str


def find_prices(text: str, usual: str) -> Iterator[Priced]:
    """The amounts that a text names as a price; of those without a currency it is the `usual` one."""
    folded = fold(text)
    yield from _find_signed(text, folded)
    signed = [match.span() for match in _PRICE.finditer(folded)]
    bare = {match.span("bare") for one in _BARE_PRICE for match in one.finditer(folded)}
    for start, end in sorted(bare):
        if not any(first < end and start < last for first, last in signed) and not _PER.match(folded[end:]):
            yield Priced(quote_words(text, start, end), _minor(folded[start:end], usual), usual)


def _find_signed(text: str, folded: str) -> Iterator[Priced]:
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
