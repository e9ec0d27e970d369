"""What the words of headers mean, in English, Russian and Polish (and in Russian written with Latin letters)."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import lru_cache

from pairwell.ingest.lexicon import STOP, WORDS

_MARKS = {
    "PLN": "pln zl zloty",
    "EUR": "eur euro €",
    "USD": "usd $",
    "GBP": "gbp £",
    "RUB": "rub руб ₽",
    "UAH": "uah грн ₴",
    "CHF": "chf",
    "CZK": "czk",
    "KZT": "kzt тенге ₸",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "HUF": "huf",
    "BYN": "byn",
}
_CURRENCIES = {mark: code for code, marks in _MARKS.items() for mark in marks.split()}

_SHORT = 2  # letters of a part that is only believed beside a longer one
_EXACT: dict[str, str] = {}
_STEMS: dict[str, str] = {}
for _concept, _list in WORDS.items():
    for _word in _list.split():
        (_STEMS if _word.endswith("*") else _EXACT).setdefault(_word.rstrip("*"), _concept)
_PLAIN_STEMS = sorted(_STEMS, key=len, reverse=True)
_PARTS = {
    word: concept
    for word, concept in (_EXACT | _STEMS).items()
    if len(word) > _SHORT or (len(word) == _SHORT and concept in {"id", "date"})
}


_NUMBER_OF = re.compile(r"(?<!\w)(?:number|no|nr|num|count|#)\.?[\s_]+of(?![^\W_])", re.IGNORECASE)
_WITH_TAX = re.compile(r"(?<!\w)(?:с|z|incl?|including|with)\.?\W+(?:ндс|vat|tax)\b", re.IGNORECASE)
_REDUCED = r"(?:скидк|discount|disc\b|promo|rabat|rabac|upus|obniz|zniz|bonif|уцен)\w*"
_FINAL = re.compile(
    rf"(?<!\w)(?:после|со?|учетом|with|after|incl|po|z|net of)\.?\W+(?:всех\W+)?{_REDUCED}", re.IGNORECASE
)
_LIST = re.compile(rf"(?<!\w)(?:до|без|before|przed|bez|without|w/o|excl)\.?\W+{_REDUCED}", re.IGNORECASE)
_SENT_TO = re.compile(r"(?<!\w)(?:ship|deliver(?:ed)?)[-_ ]?to\b", re.IGNORECASE)
_SOLD_TO = re.compile(r"(?<!\w)(?:sold|bill)[-_ ]?to\b", re.IGNORECASE)
_LESS_RETURNS = re.compile(
    r"(?<!\w)(?:less|net of|excl|after|minus|без|за вычетом|bez|po)\.?\W+(?:refund|return|zwrot|возврат)\w*",
    re.IGNORECASE,
)
_WITHOUT_TAX = re.compile(r"(?<!\w)(?:без|bez|excl?|excluding|without|w/o)\.?\W+(?:ндс|vat|tax)\b", re.IGNORECASE)
_BUYING_PRICE = re.compile(r"(?<!\w)cen\w*\W+(?:zakup|nabyc)\w*", re.IGNORECASE)
_FOREIGN_ORDER = re.compile(r"(?<!\w)P\.?O\.?(?!\w)")  # the buyer's own number
_E_MAIL = re.compile(r"(?<![^\W_])(?:e|эл)\.?[-_ ]?(?:mail|почта)", re.IGNORECASE)
_PHRASES = (
    (_NUMBER_OF, " quantity "),
    (_LESS_RETURNS, " net "),
    (_FINAL, " final "),
    (_LIST, " list "),
    (_BUYING_PRICE, " cost "),
    (_E_MAIL, " email "),
    (_SENT_TO, " shipping address "),
    (_SOLD_TO, " customer "),
    (_WITHOUT_TAX, " net "),
    (_WITH_TAX, " gross "),
)


def tokens(header: str) -> list[str]:
    """The words of a header: lower case, without diacritics, camelCase and punctuation taken apart."""
    text = re.sub(r"(?<=[a-zа-яё0-9ąćęłńóśźż])(?=[A-ZА-ЯЁĄĆĘŁŃÓŚŹŻ])", " ", header)
    text = re.sub(r"(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])", " ", text)
    text = re.sub(r"(?<=[^\W\d_])(?=\d)", " ", text.replace("№", " no ").replace("#", " no ").replace("%", " percent "))
    text = fold(_FOREIGN_ORDER.sub(" foreign ", text))
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    text = re.sub(r"\b([кk])(?:[ол.]*ол?[-. ]*|[-.])во\b", " количество ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b([пp])\s*/\s*([пp])\b", " пп ", text, flags=re.IGNORECASE)
    return re.findall(r"[^\W_]+", text)


def fold(text: str) -> str:
    """Lower case without diacritics, so that `Zamówień` is `zamowien` and `счёт` is `счет`."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ß", "ss").replace("й", "\ue000"))
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("\ue000", "й")


def currency_of(header: str) -> str | None:
    """The currency that a header names, as in `Cena (PLN)` or `price_usd`."""
    marks = [*tokens(header), *(char for char in header if unicodedata.category(char) == "Sc")]
    return next((_CURRENCIES[mark] for mark in marks if mark in _CURRENCIES), None)


@lru_cache(maxsize=4096)
def concepts(header: str) -> tuple[tuple[str, ...], int]:
    """What the words of a header mean, in order, and how many words mean nothing known."""
    found: list[str] = []
    unknown = 0
    words = tokens(header)
    for word in words:
        if word.isdigit() or (word in STOP and word not in _EXACT and len(words) > 1):
            continue
        meant = _meaning(word)
        found += meant
        unknown += not meant
    if {"line", "item"} <= set(found) and _OF_ITEM & set(found):
        found = [concept for concept in found if concept != "line"]  # a "line item" is the item
    return tuple(dict.fromkeys(found)), unknown


_OF_ITEM = {"price", "name", "quantity", "sku", "total", "discount", "tax", "amount", "description"}


def _meaning(word: str) -> list[str]:
    if word in _EXACT:
        return [_EXACT[word]]
    for stem in _PLAIN_STEMS:
        if word.startswith(stem) and len(word) - len(stem) <= _ENDING:
            return [_STEMS[stem]]
    return _taken_apart(word) or _nearly(word)


_ENDING = 6  # letters that may follow a stem


def _taken_apart(word: str) -> list[str]:
    """`customerid` as customer and id; the fewest, longest known words that make it up."""
    best: dict[int, list[str]] = {0: []}
    for end in range(1, len(word) + 1):
        options = [
            [*best[start], word[start:end]] for start in range(end) if start in best and word[start:end] in _PARTS
        ]
        if options:
            best[end] = min(options, key=lambda parts: (len(parts), -min(map(len, parts))))
    parts = best.get(len(word), [])
    if not parts or len(parts) > _MOST_PARTS or sum(len(part) > _SHORT for part in parts) == 0:
        return []
    return [_PARTS[part] for part in parts]


_MOST_PARTS = 4
_FUZZY_FROM = 5


def _nearly(word: str) -> list[str]:
    """A misspelt word of some length."""
    if len(word) < _FUZZY_FROM:
        return []
    near = difflib.get_close_matches(word, [known for known in _PARTS if len(known) >= _FUZZY_FROM], n=1, cutoff=0.82)
    return [_PARTS[near[0]]] if near else []
