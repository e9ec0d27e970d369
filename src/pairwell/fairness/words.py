"""Where words stand in a text, however it writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import msgspec

_PLAIN: Final = str.maketrans("ąćęłńóśźżё’‘´`ʼ", "acelnoszzе" + 5 * "'")
_NUMBERS: Final = (
    ("one", "один", "одна", "одно", "jeden", "jedna", "jedno"),
    ("two", "два", "две", "dwa", "dwie"),
    ("three", "три", "trzy"),
    ("four", "четыре", "cztery"),
    ("five", "пять", "piec"),
    ("six", "шесть", "szesc"),
    ("seven", "семь", "siedem"),
    ("eight", "восемь", "osiem"),
    ("nine", "девять", "dziewiec"),
    ("ten", "десять", "dziesiec"),
)  # from one on
_VALUES: Final = {word: value for value, words in enumerate(_NUMBERS, start=1) for word in words}
_FEW = "a few|few|a couple|несколько|пара|пару|kilka|pare"
_NUMBER = rf"(?P<number>\d[\d ]*\d|\d+|{'|'.join(_VALUES)}|{_FEW})"


class Found(msgspec.Struct, frozen=True):
    """Words that were found, as they stand there, and the number they name."""

    words: str
    number: int | None
    decimal: float | None = None  # of a rating


def find_words(text: str, expressions: Sequence[str]) -> Iterator[Found]:
    """Every place where one of the expressions speaks in `text`, in order; of two that overlap the first."""
    whole = unicodedata.normalize("NFC", text)
    folded, places = _fold(whole)
    matches = [match for one in expressions for match in _compiled(one).finditer(folded) if match.group()]
    reached = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() >= reached:
            reached = match.end()
            words = whole[places[match.start()] : places[reached - 1] + 1].strip()
            yield Found(words, _number(match), _decimal(match))


def quote_words(text: str, start: int, end: int) -> str:
    """What stands in `text` where its folded form has the letters from `start` up to before `end`."""
    whole = unicodedata.normalize("NFC", text)
    _, places = _fold(whole)
    return whole[places[start] : places[end - 1] + 1].strip()


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same, however they are written."""
    return fold(one).strip() == fold(other).strip()


def fold(text: str) -> str:
    """The text in the writing of the lists."""
    return _fold(unicodedata.normalize("NFC", text))[0]


def _fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the place in `text` that it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if unicodedata.category(sign) == "Cf":  # signs of no width would hide a word
            continue
        for letter in unicodedata.normalize("NFKC", sign).casefold().translate(_PLAIN):
            plain = " " if letter.isspace() else letter
            if plain != " " or letters[-1:] != [" "]:
                letters.append(plain)
                places.append(place)
    return "".join(letters), places


def _number(match: re.Match[str]) -> int | None:
    said = match.groupdict().get("number")
    if said is None:
        return None
    digits = re.sub(r"\D", "", said)
    return int(digits) if digits else _VALUES.get(said)


def _decimal(match: re.Match[str]) -> float | None:
    said = match.groupdict().get("tenths")
    return None if said is None else float(said.replace(",", "."))


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    # A list that names its number itself has other ways to write it.
    return re.compile(re.sub(r"(?:(?<=\\b)|\b)N(?=\W|$)", lambda _: _NUMBER, expression))
