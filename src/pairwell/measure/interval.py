"""An interval, as estimates are told with; `intervals` reckons them."""

from __future__ import annotations

import msgspec


class Interval(msgspec.Struct, frozen=True):
    """Both ends, at the stated level of confidence."""

    low: float
    high: float
