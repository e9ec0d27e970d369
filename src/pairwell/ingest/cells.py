"""What a single cell looks like: a number, a moment, text or nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

CellKind = Literal["empty", "integer", "decimal", "moment", "clock", "text"]

_BLANKS = "\\s\u00a0\u202f"
_MONEY = r"(?:zł|zl|руб\.?|р\.?|грн\.?|[A-Z]{3}|[$€£₽₴₸])"
_INTEGER = re.compile(r"[-+]?\d+(?:\.0+)?")
_DIGITS = rf"(?:\d{{1,3}}(?:[{_BLANKS}.,'’]\d{{3}})+(?:[.,]\d+)?|\d*[.,]?\d+[.,]?)"
_DECIMAL = re.compile(rf"\(?[-+−]?{_MONEY}?[{_BLANKS}]?[-+−]?{_DIGITS}(?:[eE][-+]?\d+)?[{_BLANKS}]?{_MONEY}?-?\)?%?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[AaPp][Mm])?")
_ISO = re.compile(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?"
)
_PARTED = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
    r"(?:(?P<gap>[ T]|, )(?P<clock>\d{1,2}:\d{2}(?P<seconds>:\d{2})?)(?P<half>\s?[AaPp][Mm])?)?"
)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?P<a>[-/ ])(?P<month>[A-Za-z]{3,9})(?P<b>[-/ ,]{1,2})|"
    r"(?P<month2>[A-Za-z]{3,9})(?P<c>[-/ ])(?P<day2>\d{1,2})(?P<d>,? |[-/]))(?P<year>\d{4}|\d{2})"
    r"(?: (?P<clock>\d{1,2}:\d{2}(?P<seconds>:\d{2})?)(?P<half>\s?[AaPp][Mm])?)?"
)
_MONTHS = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}


class Moments(msgspec.Struct, frozen=True):
    """How the moments of a column are written. `pattern` None: ISO 8601, or numbers that read as moments."""

    share: float  # of the cells that fit
    pattern: str | None
    clock: bool  # whether they hold a time of day
    certain: bool  # false: day and month could be the other way round


def cell_kind(text: str) -> CellKind:
    """What the text of one cell looks like."""
    text = text.strip()
    if not text:
        return "empty"
    if _INTEGER.fullmatch(text):
        return "integer"
    if _ISO.fullmatch(text) or _is_parted(text) or _is_named(text):
        return "moment"
    if _CLOCK.fullmatch(text):
        return "clock"
    return "decimal" if _DECIMAL.fullmatch(text) else "text"


def read_moments(values: Sequence[str]) -> Moments:
    """Judge how the moments among `values` are written; share 0 where most are none."""
    if not values:
        return Moments(0.0, None, False, True)
    iso = sum(_ISO.fullmatch(value) is not None for value in values) / len(values)
    if iso >= _MOST:
        return Moments(iso, None, sum(":" in value for value in values) * 2 > len(values), True)
    parted = [match for value in values if (match := _PARTED.fullmatch(value)) and _is_parted(value)]
    named = [match for value in values if (match := _NAMED.fullmatch(value)) and _is_named(value)]
    if len(parted) >= max(_MOST * len(values), 1):
        return _parted_moments(parted, len(values))
    if len(named) >= max(_MOST * len(values), 1):
        pattern, count = Counter(_named_pattern(match) for match in named).most_common(1)[0]
        return Moments(count / len(values), pattern, "%M" in pattern, True)
    return Moments(0.0, None, False, True)


_MOST = 0.6


def _is_parted(text: str) -> bool:
    match = _PARTED.fullmatch(text)
    if match is None:
        return False
    first, second = int(match["first"]), int(match["second"])
    return 1 <= min(first, second) <= 12 and max(first, second) <= 31


def _is_named(text: str) -> bool:
    match = _NAMED.fullmatch(text)
    return match is not None and (match["month"] or match["month2"]).lower()[:3] in _MONTHS


def _parted_moments(matches: list[re.Match[str]], rows: int) -> Moments:
    firsts = [int(match["first"]) for match in matches]
    seconds = [int(match["second"]) for match in matches]
    day_first = _day_first(matches, firsts, seconds)
    pattern, count = Counter(_parted_pattern(match, day_first is not False) for match in matches).most_common(1)[0]
    return Moments(count / rows, pattern, "%M" in pattern, day_first is not None)


def _day_first(matches: list[re.Match[str]], firsts: list[int], seconds: list[int]) -> bool | None:
    """Whether the day comes first; None where nothing tells (then it is taken to)."""
    first_days = sum(first > 12 for first in firsts)
    second_days = sum(second > 12 for second in seconds)
    if first_days or second_days:
        return first_days >= second_days
    if matches[0]["mark"] == ".":
        return True  # nobody writes 12.31.2020
    if any(match["half"] for match in matches):
        return False
    return _by_order(matches)


def _by_order(matches: list[re.Match[str]]) -> bool | None:
    """Exports are mostly in order of time: the reading that goes back less often."""
    day = [(match["year"], int(match["second"]), int(match["first"])) for match in matches]
    month = [(match["year"], int(match["first"]), int(match["second"])) for match in matches]
    back_day, back_month = (_steps_back(keys) for keys in (day, month))
    if back_day == back_month:
        return None
    return back_day < back_month


def _steps_back(keys: list[tuple[str, int, int]]) -> int:
    back = sum(after < before for before, after in pairwise(keys))
    return min(back, len(keys) - 1 - back)


def _parted_pattern(match: re.Match[str], day_first: bool) -> str:
    mark = match["mark"]
    days = f"%d{mark}%m" if day_first else f"%m{mark}%d"
    return f"{days}{mark}{_year(match)}{_clock(match, match['gap'] or ' ')}"


def _named_pattern(match: re.Match[str]) -> str:
    month = "%b" if len(match["month"] or match["month2"]) == 3 else "%B"
    if match["day"]:
        return f"%d{match['a']}{month}{match['b']}{_year(match)}{_clock(match, ' ')}"
    return f"{month}{match['c']}%d{match['d']}{_year(match)}{_clock(match, ' ')}"


def _year(match: re.Match[str]) -> str:
    return "%Y" if len(match["year"]) == 4 else "%y"


def _clock(match: re.Match[str], gap: str) -> str:
    if not match["clock"]:
        return ""
    half = match["half"] or ""
    hours = "%I" if half else "%H"
    return f"{gap}{hours}:%M{':%S' if match['seconds'] else ''}{' ' * half.startswith(' ')}{'%p' if half else ''}"
