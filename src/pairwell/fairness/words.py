"""Where words stand in a text, however it writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import Final

import msgspec

_PLAIN: Final = str.maketrans("ąćęłńóśźżё’‘´`ʼ", "acelnoszzе" + 5 * "'")
# Letters that look like those of another alphabet, small letters and small capitals.
_LOOK_ALIKE: Final = str.maketrans("аеорсухікмнтвѕјԁһ", "aeopcyxikmhtbsjdh")
_TO_LATIN: Final = _LOOK_ALIKE | str.maketrans("αεορτυνικχ", "aeoptuvikx")
_SMALL_CAPITALS: Final = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıøđ", "abcdefghijklmnoprstuvwyziod")
_TO_RUSSIAN: Final = {latin: russian for russian, latin in _LOOK_ALIKE.items()} | str.maketrans("h", "н")
_OF_DIGITS: Final = str.maketrans("01", "ol")
_LATIN: Final = re.compile("[a-z]")
_RUSSIAN: Final = re.compile("[а-я]")
_WORD: Final = 3  # letters from which a 0 among them stands for one
_CHAINED: Final = re.compile(r"\w+(?:-\w+){2,}")  # "only-2-left"; one hyphen makes one word, as in "lead-free"
# What nothing can hide in: one alphabet a word, no marks, nothing between words but what stands there.
_CLEAR: Final = re.compile("[ -~а-я«»“”„–—…№°×€£₽]*")
_HIDING: Final = re.compile(r"[_*]|\w-\w+-\w|[01][a-z]|[a-z][01]|[a-z][а-я]|[а-я][a-z]")
_NAMED: Final = re.compile(r"\(\?P<\w+>")
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


class Reading(msgspec.Struct, frozen=True):
    """One way to read a text: as the lists write, and for each letter the place in the text that it comes from."""

    folded: str
    places: list[int]


def find_words(text: str, expressions: Sequence[str]) -> Iterator[Found]:
    """Every place where one of the expressions speaks in `text`, in order; of two that overlap the first."""
    whole = unicodedata.normalize("NFC", text)
    taken: list[tuple[int, int]] = []
    for reading in read_text(whole):
        for match in _matches(reading.folded, expressions):
            start, end = reading.places[match.start()], reading.places[match.end() - 1] + 1
            if not any(start < other and begin < end for begin, other in taken):
                taken.append((start, end))
                yield Found(whole[start:end].strip(), _number(match), _decimal(match))


def speaks(text: str, union: re.Pattern[str]) -> bool:
    """Whether anything of a union of lists may speak in `text`: quick, to leave out what need not be looked through."""
    return any(union.search(reading.folded) for reading in read_text(unicodedata.normalize("NFC", text)))


def unite(expressions: Iterable[str]) -> re.Pattern[str]:
    """Lists as one pattern, for `speaks`."""
    parts = [part for one in expressions for part in _alternatives(_compiled(one).pattern)]
    at_words = "|".join(part.removeprefix(r"\b") for part in parts if part.startswith(r"\b"))
    others = (part for part in parts if not part.startswith(r"\b"))
    # Where no word begins, hardly anything need be tried.
    return re.compile("|".join((rf"\b(?:{at_words})", *others)))


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the outermost bars, without names: each may stand once only in a pattern."""
    depth, begun = 0, 0
    for match in re.finditer(r"\\.|\[[^\]]*\]|[()|]", pattern):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == "|" and not depth:
            yield _NAMED.sub("(?:", pattern[begun : match.start()])
            begun = match.end()
    yield _NAMED.sub("(?:", pattern[begun:])


def quote_words(text: str, start: int, end: int) -> str:
    """What stands in `text` where its folded form has the letters from `start` up to before `end`."""
    whole = unicodedata.normalize("NFC", text)
    places = read_text(whole)[0].places
    return whole[places[start] : places[end - 1] + 1].strip()


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same, however they are written."""
    return fold(one).strip() == fold(other).strip()


def fold(text: str) -> str:
    """The text in the writing of the lists."""
    return read_text(unicodedata.normalize("NFC", text))[0].folded


@lru_cache(maxsize=1_024)
def read_text(text: str) -> tuple[Reading, ...]:
    """The ways to read a text: as it is written first, then without what hides words, where that is another."""
    plain = _collapse((letter, at) for at, sign in enumerate(text) for letter in _plain(sign))
    if _CLEAR.fullmatch(plain.folded) and not _HIDING.search(plain.folded) and all(map(_plain, text)):
        return (plain,)
    loose = (_collapse(_unmask(_bared(text, blank))) for blank in ("", " "))
    return tuple({reading.folded: reading for reading in (plain, *loose)}.values())


def _matches(folded: str, expressions: Sequence[str]) -> Iterator[re.Match[str]]:
    matches = [match for one in expressions for match in _compiled(one).finditer(folded) if match.group()]
    reached = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() >= reached:
            reached = match.end()
            yield match


def _collapse(signs: Iterable[tuple[str, int]]) -> Reading:
    letters: list[str] = []
    places: list[int] = []
    for letter, place in signs:
        plain = " " if letter.isspace() else letter
        if plain != " " or letters[-1:] != [" "]:
            letters.append(plain)
            places.append(place)
    return Reading("".join(letters), places)


@lru_cache(maxsize=4_096)
def _plain(sign: str) -> str:
    if unicodedata.category(sign) == "Cf":  # signs of no width would hide a word
        return ""
    return unicodedata.normalize("NFKC", sign).casefold().translate(_PLAIN)


def _bared(text: str, blank: str) -> Iterator[tuple[str, int]]:
    """Letters without marks, rules and stars as blanks, and `blank` for signs of no width."""
    chained = {at for match in _CHAINED.finditer(text) for at in range(*match.span()) if text[at] == "-"}
    for at, sign in enumerate(text):
        if not _plain(sign):
            bare = blank
        elif sign in "_*" or at in chained:
            bare = " "
        elif sign in "йЙ":  # a letter of its own, which its mark makes
            bare = "й"
        else:
            bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if unicodedata.category(one) != "Mn")
        yield from ((letter, at) for letter in bare.casefold().translate(_PLAIN))


def _unmask(signs: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Letters of another alphabet within a word as those of the word's own that look like them."""
    for of_word, group in groupby(signs, key=lambda sign: sign[0].isalnum()):
        word = list(group)
        letters = "".join(letter for letter, _ in word)
        yield from zip(_own(letters) if of_word else letters, (place for _, place in word), strict=True)


def _own(word: str) -> str:
    word = word.translate(_SMALL_CAPITALS)
    n_latin, n_russian = len(_LATIN.findall(word)), len(_RUSSIAN.findall(word))
    if n_russian > n_latin:
        return word.translate(_TO_RUSSIAN)
    if not n_latin:
        return word
    latin = word.translate(_TO_LATIN)
    return latin.translate(_OF_DIGITS) if len(_LATIN.findall(latin)) >= _WORD else latin


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
