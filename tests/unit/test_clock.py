from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from pairwell.clock import from_micros, system_clock, to_micros


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_moments_survive_storage_to_the_microsecond(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


def test_a_moment_of_another_zone_is_stored_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert to_micros(datetime(1970, 1, 1, 2, tzinfo=east)) == 0


def test_the_clock_is_aware_of_its_zone() -> None:
    assert system_clock().tzinfo is UTC
