"""Numbers and money as people write them, exactly, in columns."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

DECIMAL = pa.decimal256(38, 12)
EXACT = pa.decimal128(38, 6)
_FACTOR = pa.decimal256(37, 20)
_WHOLE_DIGITS = 15
_FRACTION_DIGITS = 12

_BLANKS = r"[\s\x{00A0}\x{202F}\x{2009}\x{FEFF}'’_]+"
_WORDS = "zł|zl|руб|р|грн|сом|тг|лв|kr|Kč|Ft|Rs|RM|Fr|US|AU|CA|NZ|HK"
_MARK = rf"(?:\p{{Sc}}|[A-Z]{{3}}\p{{Sc}}?|(?i:{_WORDS})\.?\p{{Sc}}?)"


def parse_decimals(values: pa.Array, *, decimal: Literal[".", ","]) -> pa.Array:
    """Read text or typed numbers as exact decimals (`DECIMAL`); null where the cell is empty or no number.

    Text may carry a currency mark, blanks or the other separator between thousands, a sign before or after, or
    brackets for a negative. More than 15 digits before the separator are no number; digits after the twelfth are cut.
    """
    if pa.types.is_null(values.type) or pa.types.is_boolean(values.type):
        return pa.nulls(len(values), DECIMAL)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if is_text(values.type):
        return _from_text(values.cast(pa.string()), decimal)
    if is_number(values.type):
        return _from_text(values.cast(pa.string()), ".")
    return pa.nulls(len(values), DECIMAL)


def by_distinct(values: pa.Array, parse: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """What `parse` makes of `values`, asked once for each of the different ones: amounts and quantities repeat."""
    if not (is_text(values.type) or is_number(values.type)):
        return parse(values)
    coded = values.dictionary_encode()
    return parse(coded.dictionary).take(coded.indices)


def to_minor(values: pa.Array, factor: Decimal) -> pa.Array:
    """Multiply decimals by `factor` (minor units in one unit as written) and round half to even, as int64."""
    exact = factor.quantize(Decimal(1).scaleb(-20), rounding=ROUND_HALF_EVEN)
    product = pc.multiply(values, pa.scalar(exact, _FACTOR))
    # A factor such as 100 / 1.2 is itself cut: the first rounding takes that back, so that halves stay halves.
    near = pc.round(product, ndigits=_FRACTION_DIGITS, round_mode="half_to_even")
    return pc.round(near, ndigits=0, round_mode="half_to_even").cast(pa.int64())


def to_exact_minor(values: pa.Array, factor: Decimal) -> pa.Array:
    """Multiply decimals by `factor` as `to_minor` does, to a millionth of a minor unit (`EXACT`)."""
    exact = factor.quantize(Decimal(1).scaleb(-20), rounding=ROUND_HALF_EVEN)
    product = pc.multiply(values, pa.scalar(exact, _FACTOR))
    return pc.round(product, ndigits=EXACT.scale, round_mode="half_to_even").cast(EXACT)


def half_even(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers from floats, halves to the even one."""
    return pc.round(values, ndigits=0, round_mode="half_to_even").cast(pa.int64())


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type holds numbers."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _from_text(values: pa.Array, decimal: str) -> pa.Array:
    point = r"\." if decimal == "." else ","
    plain = pc.match_substring_regex(
        values, rf"^-?[0-9]{{1,{_WHOLE_DIGITS}}}(?:{point}[0-9]{{1,{_FRACTION_DIGITS}}})?$"
    )
    if pc.all(plain).as_py():  # of those that are there: the usual case, and much faster
        return pc.replace_substring(values, ",", ".").cast(DECIMAL)
    return _from_written(values, decimal)


def _from_written(values: pa.Array, decimal: str) -> pa.Array:
    parts = pc.extract_regex(pc.replace_substring_regex(values, _BLANKS, ""), _pattern(decimal))
    whole = pc.replace_substring_regex(pc.struct_field(parts, "whole"), "[.,]", "")
    fraction = pc.utf8_slice_codeunits(pc.struct_field(parts, "fraction"), 1, _FRACTION_DIGITS + 1)
    exponent = pc.struct_field(parts, "exponent")
    fits = pc.and_(
        pc.less_equal(pc.utf8_length(whole), _WHOLE_DIGITS),
        pc.greater(pc.add(pc.utf8_length(whole), pc.utf8_length(fraction)), 0),
    )
    plain = pc.binary_join_element_wise(_sign(parts), pc.if_else(pc.equal(whole, ""), "0", whole), ".", fraction, "")
    plain = pc.if_else(pc.fill_null(fits, fill_value=False), plain, None)
    if not pc.any(pc.not_equal(exponent, "")).as_py():
        return plain.cast(DECIMAL)
    scaled = pc.binary_join_element_wise(plain, exponent, "")
    return pa.array([_scale(text) for text in scaled.to_pylist()], DECIMAL)


def _pattern(decimal: str) -> str:
    point, blank = (r"\.", ",") if decimal == "." else (",", r"\.")
    return (
        rf"^(?P<open>\(?)(?P<before>[-+−]?){_MARK}?(?P<inner>[-+−]?)"
        rf"(?P<whole>\d{{1,3}}(?:{blank}\d{{2,3}})*{blank}\d{{3}}|\d*)(?P<fraction>(?:{point}\d*)?)"
        rf"(?P<exponent>(?:[eE][-+]?\d{{1,3}})?){_MARK}?(?P<after>-?)\)?$"
    )


def _sign(parts: pa.Array) -> pa.Array:
    marks = pc.binary_join_element_wise(
        *(pc.struct_field(parts, name) for name in ("open", "before", "inner", "after")), ""
    )
    return pc.if_else(pc.match_substring_regex(marks, r"[(\-−]"), "-", "")


def _scale(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if abs(number) >= Decimal(10) ** _WHOLE_DIGITS:
        return None
    return number.quantize(Decimal(1).scaleb(-_FRACTION_DIGITS), rounding=ROUND_HALF_EVEN)
