"""What a comparison of before and after is asked, and what it answers: records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

import msgspec

from pairwell.measure.comparing.experiment import Limits, Verdict

LABEL: Final = "approximate: not an experiment"
Method = Literal["did", "structural"]
Grain = Literal["day", "week"]
Parallel = Literal["share", "amount"]
Errors = Literal["long_run", "by_group", "simulated"]
Reason = Literal[
    "too_few_before",
    "too_few_after",
    "no_comparison",
    "gaps",
    "constant",
    "no_share",
    "drifted_apart",
    "placebo_alarms",
    "not_fitted",
]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What changed when, and how it is looked at."""

    at: date  # the first day with the change
    metric: str
    currency: str | None = None  # of a metric that is money
    method: Method | None = None  # None: `did` where there is something to compare with
    grain: Grain | None = None  # None: days, or weeks where many days are empty or a ratio is asked for
    parallel: Parallel = "share"  # without the change both would have moved by the same share, or amount
    lower_is_better: bool = False
    since: date | None = None  # what lies before is not looked at
    until: date | None = None  # nor what lies from here on
    returns_within: int = 30  # days after its order in which a return counts, of the shop's metrics that returns change


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """The effect a period, and how sure it is."""

    effect: float
    error: float
    ci: Limits
    p_value: float
    expected: float  # mean a period after the change, had there been none
    errors: Errors
    freedom: float | None = None  # degrees of freedom of Student's t; None: none are needed


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """How the touched moved against the compared from the first to the second half of the time before."""

    effect: float  # a period
    effect_relative: float | None
    p_value: float


class Placebo(msgspec.Struct, frozen=True, kw_only=True):
    """What the same reckoning says of dates before the change at which nothing began."""

    dates: int
    first: date
    last: date
    periods_after: int  # taken to be after each pretended date
    alarms: float  # share of the dates whose effect would be called one at 5 %
    as_large: float  # share of the dates whose effect is as large, beside its error, as the real one
    # Root mean square of their effects, each in its error, beside what chance makes it; 1: just that. Null: at none of
    # them is there an error to say it by.
    spread: float | None
    low: float | None = None  # 2.5 % and 97.5 % of the pretended effects, of what was expected
    high: float | None = None


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """One week of what was compared, for charts: a sum, or the ratio of sums."""

    start: date
    touched: float | None
    compared: float | None  # on the scale of the touched before the change; None: there is none
    expected: float | None = None  # of the touched without the change; None before it


class BeforeAfter(msgspec.Struct, frozen=True, kw_only=True):
    """Before against after. What cannot be known is null, and `refusal` says why."""

    label: str = LABEL
    method: Method
    metric: str
    kind: Literal["sum", "ratio"]
    currency: str | None = None  # null: it is no money, or nobody says of which
    at: date
    since: date | None = None
    until: date | None = None  # the first day that is not looked at any more
    returns_within: int | None = None  # days in which a return counts; null: returns change nothing
    grain: Grain
    parallel: Parallel | None = None
    periods_before: int = 0
    periods_after: int = 0
    touched: Sequence[str]
    compared: Sequence[str]
    mean_before: float | None = None
    mean_after: float | None = None
    compared_before: float | None = None
    compared_after: float | None = None
    expected: float | None = None  # mean after, had nothing changed
    effect_absolute: float | None = None  # a period
    ci_absolute: Limits | None = None
    effect_relative: float | None = None  # of what was expected
    ci_relative: Limits | None = None  # of what was expected, taken as known
    effect_total: float | None = None  # over all periods after; null for ratios
    ci_total: Limits | None = None
    p_value: float | None = None
    errors: Errors | None = None
    freedom: float | None = None
    widened: float | None = None  # by which factor pretended dates made the interval wider; 1: not at all
    drift: Drift | None = None
    placebo: Placebo | None = None
    verdict: Verdict = "not_estimable"
    reason: Reason | None = None
    needed: int | None = None  # days from which on there would be an answer
    refusal: str | None = None
    sentence: str = ""
    notes: Sequence[str] = ()
    weeks: Sequence[Week] = ()


class Unfit(msgspec.Struct, frozen=True, kw_only=True):
    """There is no answer, and why."""

    reason: Reason
    needed: int | None = None
    days: int | None = None  # that there are, or that are missing
    first: date | None = None  # of the days that are missing
    last: date | None = None  # day that may be looked at
    grain: Grain | None = None
