"""What the content of a column is like."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.ingest.cells import CellKind, Moments, cell_kind, read_moments
from pairwell.ingest.lookups import as_text
from pairwell.ingest.moments import parse_moments
from pairwell.ingest.numbers import is_number, is_text, parse_decimals

Decimal = Literal[".", ","]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_MOSTLY = 0.6  # share of cells from which a column holds moments
_DAY = 86_400_000_000.0  # microseconds
_LOOK = 2_000  # distinct values looked at one by one
_COMMA = re.compile(r"[^\d]*\d[\d\s\u00a0\u202f.']*,(\d+)[^\d]*")
_POINT = re.compile(r"[^\d]*\d[\d\s\u00a0\u202f,']*\.(\d+)[^\d]*")
_FIRSTS = {0.0, 1.0, 10.0, 100.0, 1000.0, 10000.0}  # what the first line of an order is called
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A column, described. Shares are of the filled cells, unless they say otherwise."""

    name: str
    filled: float  # share of rows
    rows: int  # filled ones
    distinct: int
    codes: Codes  # each value by number, -1 where empty; by row
    numbers: Floats  # NaN where no number; by row
    number: float  # share that are numbers
    whole: float  # … of these, whole ones
    small: bool  # whole numbers that count something: the middle one at most 50
    moments: Moments
    days: Codes  # days since 1970, -1 where no moment; by row
    clock: float  # share that are times of day
    letters: float  # share with letters
    words: float  # share with blanks between words
    length: float  # mean
    email: float
    currency: bool  # three capitals each
    repeats: float  # share of rows that equal the row before
    rising: float  # share of steps between rows that do not go down
    position: bool  # counts 1, 2, 3 … again and again

    @property
    def unique(self) -> float:
        return self.distinct / max(self.rows, 1)


def profile_table(table: pa.Table, decimal: Decimal) -> list[Profile]:
    """One profile a column."""
    return [_profile(name, table[name], decimal) for name in table.column_names]


def decimal_mark(table: pa.Table) -> Decimal:
    """Whether the text columns write numbers with a decimal comma."""
    comma = point = 0
    for column in table.columns:
        if not is_text(column.type):
            continue
        for value in _distinct(column):
            if cell_kind(value) in {"decimal", "integer"}:
                comma += _is_decimal(_COMMA, value)
                point += _is_decimal(_POINT, value)
    return "," if comma > point else "."


def _is_decimal(form: re.Pattern[str], value: str) -> bool:
    match = form.fullmatch(value)
    return match is not None and len(match[1]) != 3  # three digits may be thousands


def _distinct(column: pa.ChunkedArray) -> list[str]:
    values = [value for value in pc.unique(as_text(column)).to_pylist() if value is not None]
    return values[:: max(1, len(values) // _LOOK)]


def _profile(name: str, column: pa.ChunkedArray, decimal: Decimal) -> Profile:
    text = as_text(column)
    coded = text.combine_chunks().dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    filled = codes >= 0
    rows = int(filled.sum())
    values = _distinct(text)
    kinds = Counter(map(cell_kind, values))
    looked = max(len(values), 1)
    numbers = _numbers(column, text, decimal, kinds)
    real = numbers[~np.isnan(numbers)]
    whole = real[real == np.floor(real)]
    moments = _moments(column, values)
    return Profile(
        name=name,
        filled=rows / max(len(codes), 1),
        rows=rows,
        distinct=len(coded.dictionary),
        codes=codes,
        numbers=numbers,
        number=len(real) / max(rows, 1),
        whole=len(whole) / max(len(real), 1),
        small=bool(len(whole) and np.median(np.abs(whole)) <= 50),
        moments=moments,
        days=_days(column, moments),
        clock=kinds["clock"] / looked if not pa.types.is_time(column.type) else 1.0,
        letters=sum(any(char.isalpha() for char in value) for value in values) / looked,
        words=sum(" " in value for value in values) / looked,
        length=sum(map(len, values)) / looked,
        email=sum(_EMAIL.fullmatch(value) is not None for value in values) / looked,
        currency=bool(values) and all(_CURRENCY.fullmatch(value) for value in values),
        repeats=_repeats(codes[filled]),
        rising=_rising(real if len(real) == rows else codes[filled].astype(np.float64)),
        position=_is_position(real) if len(real) == rows else False,
    )


def _numbers(column: pa.ChunkedArray, text: pa.ChunkedArray, decimal: Decimal, kinds: Counter[CellKind]) -> Floats:
    if is_number(column.type):
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    if not is_text(column.type) or not (kinds["integer"] or kinds["decimal"]):
        return np.full(len(column), np.nan)
    coded = text.combine_chunks().dictionary_encode()
    values = parse_decimals(coded.dictionary, decimal=decimal).cast(pa.float64())
    return np.asarray(values.take(coded.indices).to_numpy(zero_copy_only=False), dtype=np.float64)


def _moments(column: pa.ChunkedArray, values: list[str]) -> Moments:
    if pa.types.is_timestamp(column.type):
        return Moments(1.0, None, True, True)
    if pa.types.is_date(column.type):
        return Moments(1.0, None, False, True)
    if values and all(_is_compact_day(value) for value in values):
        return Moments(1.0, None, False, True)
    return read_moments(values) if is_text(column.type) else Moments(0.0, None, False, True)


def _days(column: pa.ChunkedArray, moments: Moments) -> Codes:
    if moments.share < _MOSTLY:
        return np.full(len(column), -1, dtype=np.int64)
    parsed = parse_moments(column.combine_chunks(), pattern=moments.pattern, timezone="UTC")
    days = pc.floor(pc.divide(parsed.cast(pa.int64()).cast(pa.float64()), _DAY)).fill_null(-1.0)
    return np.asarray(days.to_numpy(zero_copy_only=False), dtype=np.int64)


def _is_compact_day(text: str) -> bool:
    """YYYYMMDD of these times."""
    return (
        len(text) == 8
        and text.isdigit()
        and text[:2] in {"19", "20"}
        and "01" <= text[4:6] <= "12"
        and "01" <= text[6:] <= "31"
    )


def _repeats(codes: Codes) -> float:
    return float(np.mean(codes[1:] == codes[:-1])) if len(codes) > 1 else 0.0


def _rising(values: Floats) -> float:
    return float(np.mean(values[1:] >= values[:-1])) if len(values) > 1 else 1.0


def _is_position(numbers: Floats) -> bool:
    """1, 2, 3, 1, 2, 1, …: each row one more (or ten more) than the row before, or the first again."""
    if len(numbers) < 3 or numbers[0] not in _FIRSTS:
        return False
    step = numbers[1:] == numbers[:-1] + max(numbers[0], 1.0)
    again = numbers[1:] == numbers[0]
    return bool(step.any() and again.any() and np.mean(step | again) > 0.95 and step.mean() > 0.2)


def determines(given: Profile, other: Profile) -> tuple[float, int]:
    """How far the value of `given` fixes that of `other`: a share, and the number of rows that tell."""
    both = (given.codes >= 0) & (other.codes >= 0)
    left, right = given.codes[both], other.codes[both]
    if not len(left):
        return 0.0, 0
    groups = len(np.unique(left))
    pairs = len(np.unique(left * (other.distinct + 1) + right))
    telling = len(left) - groups
    return (1.0 - (pairs - groups) / telling if telling else 0.0), telling
