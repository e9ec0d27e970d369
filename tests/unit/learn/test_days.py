from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from pairwell.learn.days import dated, local_days


def _micros(*moment: int) -> int:
    return round(datetime(*moment, tzinfo=UTC).timestamp() * 1e6)  # type: ignore[arg-type, misc]


def test_a_late_evening_in_utc_is_the_next_day_further_east() -> None:
    placed = np.array([_micros(2024, 6, 30, 22, 30), _micros(2024, 6, 30, 20, 30)])

    east, utc = local_days(placed, "Europe/Warsaw"), local_days(placed, "UTC")

    assert (east - utc).tolist() == [1, 0]


def test_summer_time_is_known() -> None:
    placed = np.array([_micros(2024, 1, 30, 22, 30), _micros(2024, 7, 30, 22, 30)])

    assert (local_days(placed, "Europe/Warsaw") - local_days(placed, "UTC")).tolist() == [0, 1]


def test_the_place_of_a_row_is_no_date() -> None:
    assert dated(np.array([75_000, _micros(2011, 12, 9)])).tolist() == [False, True]
