"""An experiment analysed: the sample ratio, then each metric of each arm against the control."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.comparing import telling
from pairwell.measure.comparing.allocation import ALARM, sample_ratio_p_value, tells_sample_ratio
from pairwell.measure.comparing.compare import Arm, Compared, compare
from pairwell.measure.comparing.earlier import adjust_by_earlier
from pairwell.measure.comparing.experiment import (
    ROWS,
    Analysis,
    ArmCount,
    Comparison,
    Design,
    Metric,
    Units,
    Verdict,
    known,
    limits,
)
from pairwell.measure.comparing.guardrails import Margin, check_side, judge_guardrail, judge_guardrail_at_any_look
from pairwell.measure.comparing.moments import Values
from pairwell.measure.comparing.skewed import Unfit
from pairwell.measure.interval import Interval
from pairwell.several import adjust

MOST_ARMS = 20
_ALPHA = 0.05
_ALL_OF_IT = 1 - 1e-9  # of the variance: nothing known before takes away as much
# Words with no letter on either side: "no_offers" and "Control (5 %)", but not "offers". What "A" and "0" are the first
# of is compared with them by custom; "off" and the like say it alone only, as "20 % off" is an offer.
_CONTROL = re.compile(
    r"(?<![^\W\d_])(control|contr|ctrl|hold[\W_]?out|held[\W_]out|placebo|baseline|untreated|kontrola|контроль)(?![^\W\d_])"
    r"|^[\W_]*(no|not|without)[\W_]+[^\W\d_]"
    r"|^[\W_]*(a|0|no|none|nothing|without|off|false|base|standard)[\W_]*$",
    re.IGNORECASE,
)


def analyze(units: Units, design: Design, *, unit: str | None = None) -> Analysis:
    """Analyse an experiment of which one row a unit is given.

    Raises `EvidenceError` where there is nothing to compare, `RequestError` where an arm is named wrongly.
    """
    for metric in design.metrics:
        if metric.guardrail is not None:
            check_side(metric.name, metric.guardrail, lower_is_better=metric.lower_is_better)
    names = _arms(units, design)
    control = _control(names, design.control)
    counts = _counts(units, names, design)
    expected = [one.expected for one in counts]
    p_value = sample_ratio_p_value([one.units for one in counts], expected)
    alarmed = design.shares is not None and p_value < ALARM
    found = [
        _compare_metric(units, (arm, control), metric, design)
        for metric in design.metrics
        for arm in names
        if arm != control
    ]
    judged = [_without_verdict(one) for one in found] if alarmed else _judge(found, design)
    return Analysis(
        unit=unit,
        control=control,
        rows=units.read,
        units=units.arm.size,
        left_out=units.left_out,
        copies=units.copies,
        arms=counts,
        srm_p_value=p_value,
        srm_tells=tells_sample_ratio(units.arm.size, expected),
        shares_assumed=design.shares is None,
        comparisons=[
            msgspec.structs.replace(one, sentence=telling.sentence(one, peeking=design.peeking)) for one in judged
        ],
        notes=[*telling.notes_on_units(units), *telling.notes(counts, p_value, judged, design)],
    )


def _arms(units: Units, design: Design) -> list[str]:
    """Every arm of the file and of the configured shares."""
    if not units.arm.size:
        raise EvidenceError("No row names both a unit and an arm.", hint="Check the columns of --unit and --arm.")
    shares = design.shares
    if shares is not None and (unknown := [arm for arm in units.arms if arm not in shares]):
        raise RequestError(
            f"The arms {_listed(unknown)} have no share; --shares names {_listed(shares)}.",
            hint="Name every arm of the file, as --shares control=.5,offers=.5",
            field="shares",
        )
    names = sorted({*units.arms, *(shares or ())})
    if len(names) > MOST_ARMS:
        raise RequestError(
            f"The column of arms holds {len(names):,} different values, for example {_listed(names[:3])}.",
            hint=f"An experiment has {MOST_ARMS} arms at most: is another column the arm?",
            field="arm",
        )
    if len(names) < 2:  # noqa: PLR2004 - two make a comparison
        raise EvidenceError(
            f"There is one arm only, {names[0]!r}: nothing to compare it with.",
            hint="Export the units of the control as well, those who bought nothing included.",
        )
    return names


def _control(names: Sequence[str], asked: str | None) -> str:
    if asked is None:
        called = [name for name in names if _CONTROL.search(name)]
        if len(called) == 1:
            return called[0]
        raise RequestError(
            f"Which arm is the control? {'Several are' if called else 'None is'} called so; they are {_listed(names)}.",
            hint=f"Name it, as --control {shlex.quote((called or names)[0])}",
            field="control",
        )
    if asked not in names:
        raise RequestError(
            f"No unit is in an arm called {asked!r}; the arms are {_listed(names)}.",
            hint="Name one of them by --control.",
            field="control",
        )
    return asked


def _counts(units: Units, names: Sequence[str], design: Design) -> list[ArmCount]:
    shares = design.shares or dict.fromkeys(names, 1.0)
    whole, total = sum(shares.values()), units.arm.size
    number = np.bincount(units.arm, minlength=len(units.arms))
    counts = {arm: int(count) for arm, count in zip(units.arms, number, strict=True)}
    return [ArmCount(arm=arm, units=counts.get(arm, 0), expected=total * shares[arm] / whole) for arm in names]


def _compare_metric(units: Units, pair: tuple[str, str], metric: Metric, design: Design) -> Comparison:
    above, below, removed = _values(units, metric)
    raw = None if removed is None else _column(units, metric.above)
    there = known(above) if below is None else known(above) & known(below)
    places = [units.arm == (units.arms.index(name) if name in units.arms else -1) for name in pair]
    treated, control = (
        Arm(
            above=above[place & there],
            below=None if below is None else below[place & there],
            raw=None if raw is None else raw[place & there],
            lots=None if units.lots is None else units.lots[place & there],
        )
        for place in places
    )
    base = Comparison(
        arm=pair[0],
        control=pair[1],
        metric=metric.name,
        kind="mean" if below is None else "ratio",
        n=treated.above.size,
        n_control=control.above.size,
        missing=int(sum((place & ~there).sum() for place in places)),
        variance_removed=removed,
    )
    found = compare(treated, control, planned=design.planned_units)
    return _guard(_with(base, found), found, metric.guardrail, design)


def _values(units: Units, metric: Metric) -> tuple[Values, Values | None, float | None]:
    """Numerators, denominators, and the share of the variance that CUPED took away."""
    above = _column(units, metric.above)
    if metric.below is not None:
        return above, _column(units, metric.below), None
    if metric.before is None:
        return above, None, None
    if metric.before == metric.above:
        raise _not_before(metric.above, metric.name)
    there = known(above)
    adjusted = adjust_by_earlier(above[there], _column(units, metric.before)[there], units.arm[there])
    if adjusted is None:
        return above, None, 0.0
    if adjusted.variance_removed > _ALL_OF_IT:
        raise _not_before(metric.before, metric.name)
    all_of_them = np.full(above.size, np.nan)
    all_of_them[there] = adjusted.values
    return all_of_them, None, adjusted.variance_removed


def _not_before(column: str, metric: str) -> RequestError:
    return RequestError(
        f"{column!r} tells all of {metric!r}: it is the same thing, not what was before the experiment.",
        hint="Name by --before a column from before the first unit was assigned, or leave it out.",
        field="before",
    )


def _column(units: Units, name: str) -> Values:
    return units.rows.astype(np.float64) if name == ROWS else units.values[name]


def _guard(one: Comparison, found: Compared | Unfit, margin: Margin | None, design: Design) -> Comparison:
    if margin is None:
        return one
    if isinstance(found, Unfit):
        judged = judge_guardrail(margin, None)
    elif design.peeking:
        judged = judge_guardrail_at_any_look(margin, found.treated, found.control, planned=design.planned_units)
    else:
        judged = judge_guardrail(margin, found.fieller if margin.relative else found.absolute.interval)
    return msgspec.structs.replace(one, guardrail=judged)


def _with(base: Comparison, found: Compared | Unfit) -> Comparison:
    if isinstance(found, Unfit):
        reasoned = msgspec.structs.replace(base, reason=found.reason, needed=found.needed)
        return msgspec.structs.replace(reasoned, refusal=telling.refusal(reasoned))
    relative = found.relative
    return msgspec.structs.replace(
        base,
        kind=found.kind,
        n=found.treated.n,
        n_control=found.control.n,
        mean=found.treated.value,
        mean_control=found.control.value,
        effect_absolute=found.absolute.value,
        ci_absolute=limits(found.absolute.interval),
        p_value_absolute=found.absolute.p_value,
        effect_relative=None if relative is None else relative.value,
        ci_relative=limits(found.fieller),
        ci_relative_delta=None if relative is None else limits(relative.interval),
        p_value_relative=None if relative is None else relative.p_value,
        always_valid_ci=limits(found.always_valid),
        method=found.method,
        approximate=found.approximate,
        verdict="no_difference_shown",
    )


def _judge(found: Sequence[Comparison], design: Design) -> list[Comparison]:
    """Verdicts by the absolute test, its p-values corrected for how many there are."""
    tested = [one for one in found if one.p_value_absolute is not None]
    corrected = iter(adjust([one.p_value_absolute or 0.0 for one in tested]))
    lower = {metric.name for metric in design.metrics if metric.lower_is_better}
    judged = []
    for one in found:
        if one.p_value_absolute is None:
            judged.append(one)
            continue
        p_value = next(corrected)
        verdict = _verdict(one, _differs(one, p_value, design), lower_is_better=one.metric in lower)
        judged.append(msgspec.structs.replace(one, p_value_adjusted=p_value, verdict=verdict))
    return judged


def _differs(one: Comparison, p_value: float, design: Design) -> bool:
    if not design.peeking:
        return p_value < _ALPHA
    return one.always_valid_ci is not None and not _holds_zero(Interval(*one.always_valid_ci))


def _holds_zero(interval: Interval) -> bool:
    return interval.low <= 0 <= interval.high


def _verdict(one: Comparison, differs: bool, *, lower_is_better: bool) -> Verdict:
    if not differs:
        return "no_difference_shown"
    return "better" if ((one.effect_absolute or 0.0) > 0) != lower_is_better else "worse"


def _without_verdict(one: Comparison) -> Comparison:
    """The numbers stand; nothing follows from them where the arms are not what they were meant to be."""
    guardrail = None if one.guardrail is None else msgspec.structs.replace(one.guardrail, held="not_shown")
    reason = one.reason or "sample_ratio"
    bare = msgspec.structs.replace(one, verdict="not_estimable", reason=reason, guardrail=guardrail)
    return msgspec.structs.replace(bare, refusal=one.refusal or telling.refusal(bare))


def _listed(names: object) -> str:
    assert isinstance(names, (list, tuple, dict)) or hasattr(names, "__iter__")
    return ", ".join(repr(name) for name in names)
