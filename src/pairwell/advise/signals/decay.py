"""How fast signals grow old."""

from __future__ import annotations

import datetime as dt
from typing import Final

from pairwell.advise.advice import SignalCode

HALF_LIFE_DAYS: Final[dict[SignalCode, float]] = {
    "limit_near": 30,
    "overage_paid": 60,
    "growth": 90,
    "way_of_working": 180,
    "new_team": 90,
    "feature_asked": 60,
    "feature_tried": 30,
    "seats_full": 60,
    "contact_left": 90,
    "use_drops": 60,
    "renewal_near": 30,
}
"""Days after which a signal is half as strong: a look is soon forgotten, the way somebody works is not."""

WEAKEST: Final = 0.05  # older ones are none


def faded(code: SignalCode, sure: float, age: dt.timedelta) -> float:
    """Strength after so long; what is yet to come is as strong as what is fresh."""
    days = max(age / dt.timedelta(days=1), 0.0)
    return float(sure * 0.5 ** (days / HALF_LIFE_DAYS[code]))
