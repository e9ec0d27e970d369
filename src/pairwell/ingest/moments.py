"""Moments as files write them, to microseconds in UTC, in columns."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from pairwell.ingest.numbers import is_number, is_text

MOMENT = pa.timestamp("us", "UTC")
_NAIVE = pa.timestamp("us")
_ISO = (
    r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)$"
)
_NUMERIC = r"^\d{5,17}(?:\.\d+)?$"
_PYTHON_ONLY = ("%f", "%z", "%Z")
_DAY = 86_400_000_000.0  # microseconds
_SPREADSHEET_EPOCH = 25_569.0  # 1970-01-01, in days as spreadsheets count them


def parse_moments(values: pa.Array, *, pattern: str | None, timezone: str) -> pa.Array:
    """Read text, numbers or typed moments as UTC microseconds; null where the cell is empty or no moment.

    Text follows `pattern` (strptime) where one is given, else ISO 8601 with or without time and zone, else
    it is a number. Numbers are YYYYMMDD, spreadsheet days, or seconds, milliseconds or microseconds since
    1970, told apart by size. A moment without a zone is one of `timezone`; an hour that a clock change
    repeats is the first one, an hour it skips is the moment of the change.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if is_text(values.type):
        return _from_text(values.cast(pa.string()), pattern, timezone)
    if is_number(values.type):
        return _from_number(values.cast(pa.float64(), safe=False), timezone)
    if pa.types.is_timestamp(values.type):
        return (
            values.cast(MOMENT, safe=False) if values.type.tz else _localise(values.cast(_NAIVE, safe=False), timezone)
        )
    if pa.types.is_date(values.type):
        return _localise(values.cast(_NAIVE), timezone)
    return pa.nulls(len(values), MOMENT)


def with_first_days(values: pa.Array) -> pa.Array:
    """The cells, months such as 2026-11 or 11.2026 as their first day."""
    if not is_text(values.type):
        return values
    text = pc.replace_substring_regex(values.cast(pa.string()), r"^(\d{4})[-/.](\d{1,2})$", r"\1-\2-01")
    return pc.replace_substring_regex(text, r"^(\d{1,2})[-/.](\d{4})$", r"\2-\1-01")


def _from_text(values: pa.Array, pattern: str | None, timezone: str) -> pa.Array:
    moments = _by_pattern(values, pattern, timezone) if pattern else _by_iso(values, timezone)
    rest = pc.and_(pc.is_null(moments), pc.fill_null(pc.match_substring_regex(values, _NUMERIC), fill_value=False))
    if pattern or not pc.any(rest).as_py():
        return moments
    return pc.if_else(rest, _from_number(pc.if_else(rest, values, None).cast(pa.float64()), timezone), moments)


def _by_iso(values: pa.Array, timezone: str) -> pa.Array:
    parts = pc.extract_regex(values, _ISO)
    number = {name: _digits(parts, name) for name in ("year", "month", "day", "hour", "minute", "second")}
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(parts, "fraction"), 6, "0"), 0, 6).cast(pa.int64())
    text = pc.binary_join_element_wise(
        *(pc.utf8_lpad(number[name].cast(pa.string()), 4 if name == "year" else 2, "0") for name in number), "-"
    )
    parsed = pc.strptime(text, format="%Y-%m-%d-%H-%M-%S", unit="us", error_is_null=True)
    # strptime turns 30 February into 2 March.
    parsed = pc.if_else(pc.equal(pc.day(parsed), number["day"]), parsed, None)
    parsed = pc.add(parsed, fraction.cast(pa.duration("us")))
    zone = pc.struct_field(parts, "zone")
    if not pc.any(pc.not_equal(zone, "")).as_py():
        return _localise(parsed, timezone)
    shifted = pc.subtract(parsed, _offsets(zone)).cast(MOMENT)
    return pc.if_else(pc.equal(zone, ""), _localise(parsed, timezone), shifted)


def _digits(parts: pa.Array, name: str) -> pa.Array:
    text = pc.struct_field(parts, name)
    return pc.if_else(pc.equal(text, ""), "0", text).cast(pa.int64())


def _offsets(zones: pa.Array) -> pa.Array:
    coded = zones.dictionary_encode()
    return pa.array([_offset(zone) for zone in coded.dictionary.to_pylist()], pa.duration("us")).take(coded.indices)


def _offset(zone: str) -> int:
    if not zone or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return (-minutes if zone[0] == "-" else minutes) * 60_000_000


def _by_pattern(values: pa.Array, pattern: str, timezone: str) -> pa.Array:
    if any(directive in pattern for directive in _PYTHON_ONLY):
        return _by_python(values, pattern, timezone)
    parsed = pc.strptime(values, format=pattern, unit="us", error_is_null=True)
    # strptime turns 31 April into 1 May: the first days of a month are read again, strictly.
    early = pc.fill_null(pc.less_equal(pc.day(parsed), 3), fill_value=False)
    moments = _localise(parsed, timezone)
    if not pc.any(early).as_py():
        return moments
    return pc.if_else(early, _by_python(pc.if_else(early, values, None), pattern, timezone), moments)


def _by_python(values: pa.Array, pattern: str, timezone: str) -> pa.Array:
    coded = values.dictionary_encode()
    read = [_strict(text, pattern) for text in coded.dictionary.to_pylist()]
    naive = pa.array([moment if moment and moment.tzinfo is None else None for moment in read], _NAIVE)
    aware = pa.array([moment if moment and moment.tzinfo is not None else None for moment in read], MOMENT)
    return pc.coalesce(_localise(naive, timezone), aware).take(coded.indices)


def _strict(text: str | None, pattern: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is the shop's, added in columns
    except ValueError:
        return None


def _from_number(values: pa.Array, timezone: str) -> pa.Array:
    scale = pc.case_when(
        pc.make_struct(_between(values, 1e8, 1e11), _between(values, 1e11, 1e14), _between(values, 1e14, 1e17)),
        1e6,
        1e3,
        1.0,
    )
    since_1970 = pc.round(pc.multiply(values, scale)).cast(pa.int64(), safe=False).cast(_NAIVE).cast(MOMENT)
    since_1970 = pc.if_else(pc.is_valid(scale), since_1970, None)
    return pc.coalesce(_localise(pc.coalesce(_spreadsheet_days(values), _compact_days(values)), timezone), since_1970)


def _spreadsheet_days(values: pa.Array) -> pa.Array:
    micros = pc.round(pc.multiply(pc.subtract(values, _SPREADSHEET_EPOCH), _DAY)).cast(pa.int64(), safe=False)
    return pc.if_else(_between(values, 20_000, 80_000), micros.cast(_NAIVE), None)


def _compact_days(values: pa.Array) -> pa.Array:
    whole = pc.if_else(_between(values, 19_000_101, 22_001_232), values, None)
    text = pc.round(whole).cast(pa.int64()).cast(pa.string())
    parsed = pc.strptime(text, format="%Y%m%d", unit="us", error_is_null=True)
    return pc.if_else(pc.equal(pc.strftime(parsed, format="%Y%m%d"), text), parsed, None)


def _between(values: pa.Array, low: float, high: float) -> pa.Array:
    return pc.fill_null(pc.and_(pc.greater_equal(values, low), pc.less(values, high)), fill_value=False)


def _localise(moments: pa.Array, timezone: str) -> pa.Array:
    local = pc.assume_timezone(moments, timezone, ambiguous="earliest", nonexistent="latest")
    return local.cast(MOMENT)
