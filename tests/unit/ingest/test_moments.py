from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from pairwell.ingest.moments import parse_moments


def _read(value: Any, pattern: str | None = None, timezone: str = "UTC") -> datetime | None:
    found = parse_moments(pa.array([value]), pattern=pattern, timezone=timezone).to_pylist()[0]
    assert found is None or isinstance(found, datetime)
    return found


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015-01-31", datetime(2015, 1, 31, tzinfo=UTC)),
        ("2015-01-31 9:05", datetime(2015, 1, 31, 9, 5, tzinfo=UTC)),
        ("2015/01/31 09:05:07", datetime(2015, 1, 31, 9, 5, 7, tzinfo=UTC)),
        ("2015-01-31T09:05:07.123456Z", datetime(2015, 1, 31, 9, 5, 7, 123456, tzinfo=UTC)),
        ("2015-01-31 09:05:07+03:00", datetime(2015, 1, 31, 6, 5, 7, tzinfo=UTC)),
        ("20150131", datetime(2015, 1, 31, tzinfo=UTC)),
        ("1422695107", datetime(2015, 1, 31, 9, 5, 7, tzinfo=UTC)),
        ("1422695107123", datetime(2015, 1, 31, 9, 5, 7, 123000, tzinfo=UTC)),
        ("42035.5", datetime(2015, 1, 31, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_without_a_pattern(text: str, moment: datetime) -> None:
    assert _read(text) == moment


@pytest.mark.parametrize("text", ["2015-02-30", "2015-13-01", "31/01/2015", "yesterday", "12:30", "7"])
def test_what_is_no_moment_is_null(text: str) -> None:
    assert _read(text) is None


@pytest.mark.parametrize(
    ("text", "pattern", "moment"),
    [
        ("31.01.2015 09:05", "%d.%m.%Y %H:%M", datetime(2015, 1, 31, 9, 5, tzinfo=UTC)),
        ("01/02/2015", "%d/%m/%Y", datetime(2015, 2, 1, tzinfo=UTC)),
        ("Jan 31 2015 09:05 PM", "%b %d %Y %I:%M %p", datetime(2015, 1, 31, 21, 5, tzinfo=UTC)),
        ("31.01.2015 09:05:07.25", "%d.%m.%Y %H:%M:%S.%f", datetime(2015, 1, 31, 9, 5, 7, 250000, tzinfo=UTC)),
        ("30.02.2015 09:05", "%d.%m.%Y %H:%M", None),
        ("31.04.2015 09:05", "%d.%m.%Y %H:%M", None),
        ("2015-01-31", "%d.%m.%Y", None),
    ],
)
def test_a_pattern_is_followed_strictly(text: str, pattern: str, moment: datetime | None) -> None:
    assert _read(text, pattern) == moment


def test_a_moment_without_zone_is_the_shops() -> None:
    assert _read("2015-07-01 12:00", timezone="Europe/Warsaw") == datetime(2015, 7, 1, 10, tzinfo=UTC)
    assert _read(date(2015, 7, 1), timezone="Europe/Warsaw") == datetime(2015, 6, 30, 22, tzinfo=UTC)
    assert _read(datetime(2015, 7, 1, 12, tzinfo=UTC), timezone="Europe/Warsaw") == datetime(2015, 7, 1, 12, tzinfo=UTC)


def test_the_hours_of_a_clock_change_are_moments_too() -> None:
    assert _read("2020-10-25 02:30", timezone="Europe/Berlin") == datetime(2020, 10, 25, 0, 30, tzinfo=UTC)
    assert _read("2020-03-29 02:30", timezone="Europe/Berlin") == datetime(2020, 3, 29, 1, 0, tzinfo=UTC)
