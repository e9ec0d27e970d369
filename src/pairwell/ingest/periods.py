"""Months, quarters and years as people write them, in English, Russian and Polish."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from pairwell.ingest.words import fold

# The stems of the months, folded, January first.
_MONTHS: Final = (
    ("jan", "янв", "sty"), ("feb", "фев", "lut"), ("mar", "мар", "mar"), ("apr", "апр", "kwi"),
    ("may", "ма", "maj"), ("jun", "июн", "cze"), ("jul", "июл", "lip"), ("aug", "авг", "sie"),
    ("sep", "сен", "wrz"), ("oct", "окт", "paz"), ("nov", "ноя", "lis"), ("dec", "дек", "gru"),
)  # fmt: skip
_FEES: Final[dict[Literal["month", "year"], str]] = {
    "month": """
        month monthly months mo mon m permonth месяц мес помесячно ежемесячно месячная месячный вмесяц miesiac mies
        miesiecznie miesieczny miesieczna
    """,
    "year": """
        year yearly annual annually years yr y peryear год годовой годовая ежегодно вгод г rok rocznie roczny roczna
    """,
}
_BY_WORD: Final = {word: period for period, words in _FEES.items() for word in words.split()}
_QUARTERS: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_OF_QUARTER = r"(?:q|k|kw|кв|квартал|kwartal|quarter)"
_QUARTER: Final = (
    re.compile(rf"{_YEAR}\W*{_OF_QUARTER}\W*(?P<part>[1-4]|i{{1,3}}|iv)"),
    re.compile(rf"{_OF_QUARTER}\W*(?P<part>[1-4]|i{{1,3}}|iv)\W*{_YEAR}"),
    re.compile(rf"(?P<part>[1-4]|i{{1,3}}|iv)\W*{_OF_QUARTER}\W*{_YEAR}"),
)
_MONTH: Final = (
    re.compile(rf"{_YEAR}\W?(?P<part>0?[1-9]|1[0-2])(?:\W01)?"),
    re.compile(rf"(?:01\W)?(?P<part>0?[1-9]|1[0-2])\W{_YEAR}"),
)
_NAMED: Final = (re.compile(rf"(?P<part>[^\W\d_]+)\W*{_YEAR}"), re.compile(rf"{_YEAR}\W*(?P<part>[^\W\d_]+)"))
_NO_LETTER: Final = re.compile(r"[\W\d_]+")


class Span(NamedTuple):
    """A month, a quarter or a year."""

    first_day: str | None  # YYYY-MM-DD
    months: int | None


def read_span(said: str) -> Span | None:
    """The period that a text such as 2026-11, Q4 2026, ноябрь 2026 or 2026 names; None where it names none."""
    text = fold(said.strip()).removesuffix(" г.").removesuffix(" r.").strip()
    if re.fullmatch(_YEAR, text):
        return Span(f"{text}-01-01", 12)
    if match := _first(_QUARTER, text):
        part = _QUARTERS.get(match["part"]) or int(match["part"])
        return Span(f"{match['year']}-{3 * part - 2:02}-01", 3)
    if match := _first(_MONTH, text):
        return Span(f"{match['year']}-{int(match['part']):02}-01", 1)
    if match := _first(_NAMED, text):
        month = _month_named(match["part"])
        return None if month is None else Span(f"{match['year']}-{month:02}-01", 1)
    return None


def read_fee_period(said: str) -> Literal["month", "year"] | None:
    """What a fee is for: a month or a year; None where the word says neither."""
    return _BY_WORD.get(_NO_LETTER.sub("", fold(said)))


def _month_named(word: str) -> int | None:
    found = [number for number, stems in enumerate(_MONTHS, start=1) if word.startswith(stems)]
    # "мар" begins with "ма", too: of two the longer stem, which is that of the earlier month, counts.
    return found[0] if found else None


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.fullmatch(text))), None)
