"""Purchases that time brings anyway: how much of one falls into the hours that count, and how much comes later."""

from __future__ import annotations

import math
from typing import NamedTuple

from pairwell.config.settings import Settings
from pairwell.habits import Followed, Repeat
from pairwell.records import Candidate

_HOURS_A_DAY = 24.0


class Coming(NamedTuple):
    """A purchase that comes with a chance within some days, as likely on the one as on the other."""

    chance: float
    days: float

    def soon(self, hours: float) -> float:
        """The chance that it comes within so many hours."""
        return 1.0 - math.pow(1.0 - self.chance, min(1.0, hours / (self.days * _HOURS_A_DAY)))

    def later(self, hours: float) -> float:
        """The chance that it comes within the days that are left, where it does not come within these hours."""
        soon = self.soon(hours)
        return (self.chance - soon) / (1.0 - soon) if soon < 1.0 else 0.0


def coming(candidate: Candidate) -> Coming | None:
    """The purchase that a candidate reminds of; None where it is none of time."""
    if candidate.repeat is not None:
        return _again(candidate.repeat)
    return None if candidate.followed is None else _after(candidate.followed)


def gained_share(candidate: Candidate, settings: Settings) -> float:
    """The share of a won sale that is not only moved: who is reminded today may have bought next week anyway."""
    expected = coming(candidate)
    return 1.0 if expected is None else 1.0 - expected.later(settings.attribution.window_h)


def _again(repeat: Repeat) -> Coming:
    return Coming(repeat.probability, (repeat.due_until - repeat.due_from).days + 1)


def _after(followed: Followed) -> Coming:
    """Between the quartiles lies half of the followers, of whom none came before."""
    sooner, meanwhile = followed.share / 4, followed.share / 2
    return Coming(meanwhile / (1.0 - sooner), followed.high - followed.low + 1)
