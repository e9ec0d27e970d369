"""What an experiment is to show, and how long it must run for that: records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment is to show. Shares are in (0, 1)."""

    holdout: float  # share of the units
    power: float = 0.8  # chance of showing an effect that is there
    effect: float | None = None  # that must be shown, a unit: as the values are counted, or a share of their mean
    relative: bool = False
    days: int | None = None  # a time to look at, beside the usual ones
    visitors: int | None = None  # a week, of whom most do nothing; None: nobody knows


class Horizon(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment of some days would show, by the newest as many days of history."""

    days: int
    units: int  # with a value in that time, or visitors where these are known
    units_holdout: int
    mean: float  # of a unit
    smallest_effect: float | None = None  # of the mean of a unit
    smallest_effect_relative: float | None = None
    equal_part: bool = False  # the holdout would be compared with an equal part of the others
    needed: int | None = None  # units of the holdout from which on it could be compared


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What could be shown after how many days."""

    metric: str
    currency: str | None  # of the money in it, in major units; None: the metric's own unit
    holdout: float
    power: float
    units_a_week: int  # in the newest week
    visitors: int | None = None  # a week; None: nobody knows, so that units are those with a value
    since: datetime
    until: datetime
    horizons: Sequence[Horizon]
    days: int | None = None  # after which the wanted effect would be shown; None: none was wanted, or not in this time
