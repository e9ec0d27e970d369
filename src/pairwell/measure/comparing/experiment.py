"""What an experiment is asked and what it answers: records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.measure.comparing.guardrails import Guardrail, Margin
from pairwell.measure.comparing.moments import Values
from pairwell.measure.comparing.sequence import PLANNED_UNITS
from pairwell.measure.comparing.skewed import Reason
from pairwell.measure.interval import Interval

Kind = Literal["mean", "proportion", "ratio"]
Verdict = Literal["better", "worse", "no_difference_shown", "not_estimable"]
Method = Literal["all_units", "equal_part"]
Limits = tuple[float, float]  # low and high of a 95 % interval
ROWS = "rows"  # in place of a column: how many rows a unit has


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of a file, by names of columns."""

    name: str  # as it was asked for
    above: str
    below: str | None = None  # the denominator of a ratio
    lower_is_better: bool = False
    before: str | None = None  # the same thing before the experiment, for CUPED
    guardrail: Margin | None = None


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """How an experiment was laid out."""

    metrics: Sequence[Metric]
    control: str | None = None  # None: the one arm that is called so
    shares: Mapping[str, float] | None = None  # of units by arm, as configured; None: equal ones
    planned_units: int = PLANNED_UNITS  # for which always-valid intervals are narrowest
    peeking: bool = False  # it still runs: verdicts by the always-valid interval
    ended: bool = False  # it is at its planned end


class Units(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a unit of randomisation, in the order of their names."""

    arms: Sequence[str]  # by number
    arm: NDArray[Any]  # number of each unit's arm
    rows: NDArray[Any]  # lines of each unit
    values: Mapping[str, Values]  # sums by column; NaN where nothing is known of a unit
    lots: Values | None = None  # of `skewed.lots_of`; None: by place
    read: int  # lines in all
    left_out: Mapping[str, int]  # "no_unit", "no_arm": lines; "several_arms": units
    copies: int = 0  # lines that equal one before them in every column of the file, and are added up


class ArmCount(msgspec.Struct, frozen=True, kw_only=True):
    """The units of one arm, and how many there should be."""

    arm: str
    units: int
    expected: float


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of one arm against the control. What cannot be known is null, and `refusal` says why."""

    arm: str
    control: str
    metric: str
    kind: Kind
    n: int  # units compared
    n_control: int
    missing: int  # units of both arms of which nothing is known
    mean: float | None = None
    mean_control: float | None = None
    effect_absolute: float | None = None
    ci_absolute: Limits | None = None
    p_value_absolute: float | None = None
    p_value_adjusted: float | None = None  # over all comparisons of the analysis (Benjamini-Hochberg)
    effect_relative: float | None = None
    ci_relative: Limits | None = None  # Fieller; null where the control's mean may be 0
    ci_relative_delta: Limits | None = None
    p_value_relative: float | None = None  # of the delta method
    always_valid_ci: Limits | None = None  # of the absolute effect
    method: Method | None = None
    variance_removed: float | None = None  # by what was known before (CUPED)
    guardrail: Guardrail | None = None
    verdict: Verdict = "not_estimable"
    approximate: bool = False  # the intervals of one look cover less than 95 %, as the effect is large and money uneven
    reason: Reason | Literal["sample_ratio"] | None = None
    needed: int | None = None  # units of the smaller arm from which on there would be an answer
    refusal: str | None = None
    sentence: str = ""


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment analysed."""

    unit: str | None
    control: str
    rows: int
    units: int
    left_out: Mapping[str, int]
    copies: int  # lines that equal one before them in every column, and were added up
    arms: Sequence[ArmCount]
    srm_p_value: float
    srm_tells: bool  # whether there are units enough to notice that the smallest arm lost half of them
    shares_assumed: bool  # equal ones, as nobody stated any
    comparisons: Sequence[Comparison]
    notes: Sequence[str]


def limits(interval: Interval | None) -> Limits | None:
    """As a pair, for JSON."""
    return None if interval is None else (interval.low, interval.high)


def known(values: Values) -> NDArray[np.bool_]:
    """Where something is known."""
    return ~np.isnan(values)
