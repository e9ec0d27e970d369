"""Which calendar day of the shop a moment falls on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from pairwell.clock import to_micros
from pairwell.dataset.tables import DATED_FROM
from pairwell.learn.baskets import Array

_SECOND = 1_000_000
_DAY = 86_400
_STEP = 1_800  # clocks change at whole or half hours


def local_days(placed_at: Array, timezone: str) -> Array:
    """Days since 1970-01-01 in `timezone`, for moments in microseconds since 1970."""
    seconds = placed_at // _SECOND
    steps, where = np.unique(seconds // _STEP, return_inverse=True)
    zone = ZoneInfo(timezone)
    offsets = [_offset(int(step) * _STEP, zone) for step in steps.tolist()]
    days: Array = (seconds + np.array(offsets, dtype=np.int64)[where]) // _DAY
    return days


def dated(placed_at: Array) -> Array:
    """Whether each moment is a date, and not only the place of a row in its file."""
    flags: Array = placed_at >= int(DATED_FROM.timestamp()) * _SECOND
    return flags


def clamped(moments: Array, now: datetime) -> Array:
    """The moments, those after `now` moved to the newest of the others; as they are where there is no other."""
    # One order dated far ahead by mistake would make all others look old. It counts as the newest of the others and
    # not as one of now: else each run would give another model.
    past = moments[moments <= to_micros(now)]
    return np.minimum(moments, past.max()) if past.size else moments


def _offset(second: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
