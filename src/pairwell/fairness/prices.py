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
    "евро": "EUR", "chf": "CHF", "zl": "PLN", "zlote": "PLN", "zloty": "PLN", "zlotych": "PLN",
    "pln": "PLN", "₽": "RUB",
    "руб": "RUB", "р": "RUB", "рублей": "RUB", "рубля": "RUB", "рубль": "RUB",
    "rub": "RUB",
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_FIGURE = r"\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_PRICE = re.compile(
    rf"(?:(?P<before>[€$£₽]|eur|usd|gbp|pln|chf) ?(?P<a>{_FIGURE})|(?P<b>{_FIGURE}) ?(?P<after>{_SIGN})(?!\w))"
)
# What is saved, what else is bought for, what a coin is worth and what a measure costs is no price of the item: told by
# the word that stands right before or behind the amount.
_GOVERNED_BEFORE = re.compile(
    r"(?:\bsav(?:e|es|ed|ing|ings)(?: up to| of)?|\bdiscount(?: of)?|"
    r"\b(?:voucher|gift card|coupon|cashback)(?: of| for| worth)?|"
    r"\b(?:delivery|shipping)(?: \w+)?(?: for| from| of| at| is| costs?| over| above)?|\borders? (?:over|above|from)|"
    r"\b(?:coin|banknote)(?: of)?|\b(?:refills?|replacements?|spares?|running)(?: costs?)?(?: only| about)?|"
    r"эконом\w*(?: до)?|скидк\w*(?: в| до)?|сертификат\w*(?: на)?|доставк\w*(?: от| за| стоит)?|заказ\w* (?:от|на)|"
    r"выгод\w*(?: до| в)?|монет\w*(?: в)?|купюр\w*(?: в)?|"
    r"oszczed\w*(?: do| nawet)?|rabat\w*(?: do)?|znizk\w*(?: do| o)?|\bbon(?: na)?|karta podarunkowa(?: na)?|"
    r"dostaw\w*(?: od| za)?|wysylk\w*(?: od| za)?|zamowien\w* (?:od|powyzej)|\bmonet\w*|\bbanknot\w*):? $"
)
_GOVERNED_BEHIND = re.compile(
    r" (?:off\b(?!-)|discount|voucher|gift card|coupon|cashback|saved\b|"
    r"(?:delivery|shipping)\b(?! includ| free)|coin\b|"
    r"скидк|выгод|экономи|кешб|сертификат|(?:за )?доставк|"
    r"rabatu|znizki|taniej|oszczednosc|(?:za )?dostaw|(?:za )?wysylk)"
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
_DASHED = re.compile(r"(?<![\d.,])(?P<bare>\d{1,6})[.,][-–—](?!\w)")  # "5,-"
_PENCE = re.compile(r"(?<![\w.,])(?P<bare>\d{1,2})p(?!\w)")  # of pounds only: elsewhere "50p" is a film's
_AROUND = 40  # letters before an amount that are looked at


class Priced(msgspec.Struct, frozen=True):
    """An amount that a text gives for a price."""

    words: str
    minor: int
    currency: str


def find_prices(text: str, usual: str) -> Iterator[Priced]:
    """The amounts that a text names as a price; of those without a currency it is the `usual` one."""
    folded = fold(text)
    yield from _find_signed(text, folded)
    yield from _find_short(text, folded, usual)
    signed = [match.span() for match in _PRICE.finditer(folded)]
    bare = {match.span("bare") for one in _BARE_PRICE for match in one.finditer(folded)}
    for start, end in sorted(bare):
        if not any(first < end and start < last for first, last in signed) and not _is_of_another(folded, start, end):
            yield Priced(quote_words(text, start, end), _minor(folded[start:end], usual), usual)


def _find_signed(text: str, folded: str) -> Iterator[Priced]:
    for match in _PRICE.finditer(folded):
        start, end = match.span()
        if _is_of_another(folded, start, end):
            continue
        currency = _SIGNS[match["before"] or match["after"]]
        yield Priced(quote_words(text, start, end), _minor(match["a"] or match["b"], currency), currency)


def _find_short(text: str, folded: str, usual: str) -> Iterator[Priced]:
    short = ((_DASHED, 100), *([(_PENCE, 1)] if usual == "GBP" else []))
    for pattern, hundredths in short:
        for match in pattern.finditer(folded):
            if not _is_of_another(folded, *match.span()):
                minor = _minor(f"{int(match['bare']) * hundredths / 100:.2f}", usual)
                yield Priced(quote_words(text, *match.span()), minor, usual)


def _is_of_another(folded: str, start: int, end: int) -> bool:
    before, behind = folded[max(0, start - _AROUND) : start], folded[end:]
    return bool(_GOVERNED_BEFORE.search(before) or _GOVERNED_BEHIND.match(behind) or _PER.match(behind))


def _minor(figure: str, currency: str) -> int:
    whole = re.fullmatch(r"(?P<whole>.*?)(?:[.,](?P<part>\d{1,2}))?", figure)
    assert whole is not None, "every figure is a whole number with or without a part"
    digits, part = re.sub(r"\D", "", whole["whole"]), (whole["part"] or "").ljust(2, "0")
    hundredths = int(digits) * 100 + int(part)
    return round(hundredths * 10.0 ** (get_currency_precision(currency) - 2))
