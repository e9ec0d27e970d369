"""Runs of experiments, their plans and what they showed: records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from pairwell.measure.comparing.experiment import Analysis, Limits

Outcome = Literal["running", "withdrawn", "adopted", "replaced"]
HALF = 0.5
#: What is compared of each customer, in the order in which it is told.
METRIC_NAMES: Final = ("revenue", "margin", "orders", "declines")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment, as the log of published settings keeps it."""

    name: str
    outcome: Outcome  # replaced: other settings were published meanwhile
    since: datetime
    until: datetime | None  # when it was stopped; None while it runs
    ends: datetime | None  # as planned
    share: float  # of the customers who got what is tried
    control: str  # hash of the settings of the others
    tried: str
    metrics: Sequence[str]
    author: str | None
    reason: str | None


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one metric showed at a look: the difference of a customer, and its always-valid interval of 95 %."""

    metric: str
    effect: float | None = None
    interval: Limits | None = None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody would have seen who looked at a moment, of the customers who are compared now."""

    at: datetime
    units: int
    effects: Sequence[Effect]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment shows."""

    run: Run
    until: datetime  # what happened from then on does not count
    fixed: bool  # its planned end is reached: each interval is for one look; else verdicts are always valid
    currency: str
    analysis: Analysis
    looks: Sequence[Look]  # oldest first, at most once a day


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How an experiment is to run."""

    share: float = HALF
    days: int | None = None  # None: no end is planned
    metrics: Sequence[str] = METRIC_NAMES
