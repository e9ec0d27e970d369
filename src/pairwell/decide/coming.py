"""Purchases that time brings anyway: how much of one falls into the hours that count, and how much comes later."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from pairwell.config.settings import Settings
from pairwell.habits import Followed, Repeat
from pairwell.records import Candidate

_HOURS_A_DAY = 24.0
_DAY = timedelta(days=1)


class Coming(NamedTuple):
    """A purchase that comes with a chance within some days, as likely on the one as on the other."""

    chance: float  # within all of the days
    days: float
    left: float  # of the days; it did not come before

    def soon(self, hours: float) -> float:
        """The chance that it comes within so many hours."""
        return self._within(min(hours / _HOURS_A_DAY, self.left))

    def later(self, hours: float) -> float:
        """The chance that it comes within the days that are left, where it does not come within these hours."""
        soon = self.soon(hours)
        return (self._within(self.left) - soon) / (1.0 - soon) if soon < 1.0 else 0.0

    def _within(self, days: float) -> float:
        return 1.0 - math.pow(1.0 - self.chance, days / self.days)


def coming(candidate: Candidate, now: datetime) -> Coming | None:
    """The purchase that a candidate reminds of; None where it is none of time."""
    if candidate.repeat is not None:
        return _again(candidate.repeat, now)
    return None if candidate.followed is None else _after(candidate.followed)


def gained_share(candidate: Candidate, settings: Settings, now: datetime) -> float:
    """The share of a won sale that is not only moved: who is reminded today may have bought next week anyway."""
    expected = coming(candidate, now)
    return 1.0 if expected is None else 1.0 - expected.later(settings.attribution.window_h)


def _again(repeat: Repeat, now: datetime) -> Coming:
    """The last day counts whole."""
    days = (repeat.due_until - repeat.due_from).days + 1
    left = (repeat.due_until - now) / _DAY + 1
    return Coming(repeat.probability, days, min(max(left, 1.0), float(days)))


def _after(followed: Followed) -> Coming:
    """Between the quartiles lies half of the followers, of whom none came before."""
    sooner, meanwhile = followed.share / 4, followed.share / 2
    days, left = followed.high - followed.low + 1, followed.high - followed.days + 1
    return Coming(meanwhile / (1.0 - sooner), days, float(min(max(left, 1), days)))
