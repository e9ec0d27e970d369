"""The same reckoning at dates at which nothing began: a placebo in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from msgspec.structs import replace

from pairwell.measure.before.longrun import p_value
from pairwell.measure.before.panel import WEEK, Cut
from pairwell.measure.before.reckon import Reckoning
from pairwell.measure.before.records import Estimate, Grain, Method, Placebo

FEWEST_BEFORE: Final[dict[Method, dict[Grain, int]]] = {
    "did": {"day": 28, "week": 4},
    "structural": {"day": 56, "week": 13},
}  # periods
MOST_DATES: Final[dict[Method, int]] = {"did": 120, "structural": 24}
ALARMING: Final = 0.2  # share of pretended dates with an effect, from which on no effect is believed
AS_LARGE: Final = 0.1  # share of them with as large an effect, from which on none is shown
_ALPHA = 0.05


def pretend(periods: Cut, reckoning: Reckoning, real: Estimate) -> Placebo | None:
    """What pretended dates before the change say; None where not even one fits.

    After each as many periods are looked at as after the change, and at most a quarter of those before it.
    """
    whole = WEEK if periods.grain == "day" else 1
    after = min(periods.touched.size - periods.before, periods.before // 4 // whole * whole)
    fewest = FEWEST_BEFORE[reckoning.method][periods.grain]
    dates = list(_dates(fewest, periods.before - after, MOST_DATES[reckoning.method]))
    found = [reckoning.estimate(place % whole, place, place + after) for place in dates]
    if not found or after < 1:
        return None
    shares = [one.effect / one.expected for one in found if one.expected]
    low, high = np.quantile(shares, (0.025, 0.975)) if len(shares) == len(found) else (None, None)
    return Placebo(
        dates=len(found),
        first=periods.date_of(dates[0]),
        last=periods.date_of(dates[-1]),
        periods_after=after,
        alarms=_share([one.p_value < _ALPHA for one in found]),
        as_large=_share([_size(one) >= _size(real) for one in found]),
        spread=_spread(found),
        low=None if low is None else float(low),
        high=None if high is None else float(high),
    )


def widen(real: Estimate, placebo: Placebo) -> Estimate:
    """As unsure as pretended dates show that one is: errors say nothing of what wanders off for good."""
    factor = max(1.0, placebo.spread or 1.0)
    low, high = (real.effect + factor * (end - real.effect) for end in real.ci)
    return replace(real, error=factor * real.error, ci=(low, high), p_value=p_value(_size(real) / factor, real.freedom))


def _spread(found: Sequence[Estimate]) -> float | None:
    """Root mean square of effects in their errors, beside that of Student's t where errors say all.

    An effect without any error says nothing of how errors err: it is an alarm, and left out here.
    """
    known = [one for one in found if one.error > 0 or not one.effect]
    if not known:
        return None
    usual = [1.0 if one.freedom is None else (free := max(one.freedom, 3.0)) / (free - 2) for one in known]
    return float(np.sqrt(np.mean([_size(one) ** 2 for one in known]) / np.mean(usual)))


def _dates(first: int, last: int, most: int) -> Iterator[int]:
    """Places from `first` to `last`, evenly, at most `most` of them."""
    if last >= first:
        yield from range(first, last + 1, max(1, -(-(last - first + 1) // most)))


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags)


def _size(one: Estimate) -> float:
    return abs(one.effect) / one.error if one.error > 0 else float("inf") if one.effect else 0.0
