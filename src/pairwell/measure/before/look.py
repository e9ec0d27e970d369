"""Before against after: cut, reckoned, checked and judged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from pairwell.measure.before.differences import scale_of
from pairwell.measure.before.longrun import Floats
from pairwell.measure.before.panel import WEEK, Cut, Panel, cut, surely_above_nothing
from pairwell.measure.before.pretended import ALARMING, AS_LARGE, pretend, widen
from pairwell.measure.before.reckon import ByComparison, ByModel, Reckoning, model_of
from pairwell.measure.before.records import BeforeAfter, Change, Drift, Estimate, Method, Reason, Unfit, Week
from pairwell.measure.before.telling import notes_of, refusal_of, sentence_of
from pairwell.measure.comparing.experiment import Verdict

_ALPHA = 0.05
_UNKNOWN = (
    "expected",
    "effect_absolute",
    "ci_absolute",
    "effect_relative",
    "ci_relative",
    "effect_total",
    "ci_total",
    "p_value",
    "errors",
    "freedom",
    "widened",
)  # where there is no answer


def look(panel: Panel, change: Change) -> BeforeAfter:
    """Whether the touched groups of a panel changed at a date, and by how much.

    A verdict needs an interval without 0, groups that did not drift apart before (`did`), and pretended dates that
    seldom show as much. Raises `MissingExtraError` where a model is asked for without statsmodels.
    """
    method = change.method or ("structural" if panel.touched.all() else "did")
    asked = BeforeAfter(
        method=method,
        metric=change.metric,
        kind="sum" if panel.below is None else "ratio",
        currency=change.currency,
        at=change.at,
        grain=change.grain or "day",
        parallel=change.parallel if method == "did" else None,
        touched=_names(panel, side=True),
        compared=_names(panel, side=False),
    )
    periods = cut(panel, change, method)
    if isinstance(periods, Unfit):
        return _refused(asked, periods)
    told = _told(asked, periods)
    reckoning = _reckoning(periods, change, method)
    if isinstance(reckoning, Unfit):
        return _refused(told, reckoning)
    return _judged(told, periods, reckoning, change)


def _names(panel: Panel, *, side: bool) -> list[str]:
    return [name for name, touched in zip(panel.names, panel.touched, strict=True) if bool(touched) == side]


def _refused(found: BeforeAfter, unfit: Unfit) -> BeforeAfter:
    """Without the numbers that nobody can know; what was seen, and what the checks said, stays."""
    refusal = refusal_of(found, unfit)
    return replace(
        found,
        **dict.fromkeys(_UNKNOWN),
        reason=unfit.reason,
        needed=unfit.needed,
        refusal=refusal,
        sentence=refusal,
        weeks=[replace(week, expected=None) for week in found.weeks],
    )


def _told(asked: BeforeAfter, periods: Cut) -> BeforeAfter:
    before = periods.before
    after = periods.touched.size - before
    compared = periods.compared
    told = replace(
        asked,
        since=periods.start,
        until=periods.date_of(before + after),
        grain=periods.grain,
        periods_before=before,
        periods_after=after,
        compared=[name for name in asked.compared if name not in periods.left_out],
        mean_before=float(np.nanmean(periods.touched[:before])),
        mean_after=float(periods.touched[before:].mean()),
        compared_before=None if compared is None else float(compared[:before].mean()),
        compared_after=None if compared is None else float(compared[before:].mean()),
    )
    return replace(told, notes=list(notes_of(told, periods)))


def _reckoning(periods: Cut, change: Change, method: Method) -> Reckoning | Unfit:
    if method == "structural":
        return model_of(periods) or Unfit(reason="not_fitted")
    if change.parallel == "share":
        before, compared = periods.before, periods.compared
        parts = [periods.touched[:before], *([] if compared is None else [compared[:before], compared[before:]])]
        if not all(surely_above_nothing(part) for part in parts):
            return Unfit(reason="no_share")
    return ByComparison(periods=periods, parallel=change.parallel)


def _judged(told: BeforeAfter, periods: Cut, reckoning: Reckoning, change: Change) -> BeforeAfter:
    end = periods.touched.size
    real = reckoning.estimate(0, periods.before, end)
    drift = _drift(periods, reckoning) if isinstance(reckoning, ByComparison) else None
    placebo = pretend(periods, reckoning, real)
    sure = real if placebo is None else widen(real, placebo)
    found = _with_estimate(told, sure)
    found = replace(found, widened=sure.error / real.error if real.error > 0 else None, drift=drift, placebo=placebo)
    found = replace(found, weeks=list(_weeks(periods, reckoning, found)))
    if placebo is None:
        return _refused(found, Unfit(reason="too_few_before", days=periods.before * periods.days))
    failed: Reason | None = None
    if drift is not None and drift.p_value < _ALPHA:
        failed = "drifted_apart"
    elif placebo.alarms > ALARMING:
        failed = "placebo_alarms"
    if failed:
        return _refused(found, Unfit(reason=failed))
    shown = sure.p_value < _ALPHA and placebo.as_large <= AS_LARGE
    better: Verdict = "better" if (real.effect > 0) != change.lower_is_better else "worse"
    judged = replace(found, verdict=better if shown else "no_difference_shown")
    return replace(judged, sentence=sentence_of(judged))


def _drift(periods: Cut, reckoning: ByComparison) -> Drift:
    """The second half of the time before against the first, whole weeks each."""
    whole = WEEK if periods.grain == "day" else 1
    half = periods.before // 2 // whole * whole
    found = reckoning.estimate(periods.before - 2 * half, periods.before - half, periods.before)
    return Drift(effect=found.effect, effect_relative=_share(found.effect, found.expected), p_value=found.p_value)


def _share(value: float, of: float) -> float | None:
    return value / of if of > 0 else None


def _with_estimate(told: BeforeAfter, real: Estimate) -> BeforeAfter:
    low, high = real.ci
    positive, is_sum, after = real.expected > 0, told.kind == "sum", told.periods_after
    return replace(
        told,
        expected=real.expected,
        effect_absolute=real.effect,
        ci_absolute=real.ci,
        effect_relative=_share(real.effect, real.expected),
        ci_relative=(low / real.expected, high / real.expected) if positive else None,
        effect_total=real.effect * after if is_sum else None,
        ci_total=(low * after, high * after) if is_sum else None,
        p_value=real.p_value,
        errors=real.errors,
        freedom=real.freedom,
    )


def _weeks(periods: Cut, reckoning: Reckoning, found: BeforeAfter) -> Iterator[Week]:
    """Weekly sums (of a ratio: the ratio), the compared on the scale of the touched before."""
    size = WEEK // periods.days
    expected = np.full(periods.touched.size, np.nan)
    compared = None
    if periods.compared is not None:
        before = periods.before
        groups = 1.0 if periods.touched_groups is None else periods.groups[0] / periods.groups[1]
        known = np.nan_to_num(periods.touched[:before], nan=float(np.nanmean(periods.touched[:before])))
        compared = periods.compared * scale_of(known, periods.compared[:before], found.parallel or "share", groups)
    if isinstance(reckoning, ByModel):
        expected[periods.before :] = reckoning.expected()
    elif compared is not None and found.expected is not None:
        after = compared[periods.before :]
        expected[periods.before :] = after + found.expected - after.mean()
    for start in range(0, periods.touched.size, size):
        part = slice(start, start + size)
        yield Week(
            start=periods.date_of(start),
            touched=_known(periods.touched[part]),
            compared=None if compared is None else _known(compared[part]),
            expected=_known(expected[part]),
        )


def _known(values: Floats) -> float | None:
    total = float(values.sum())
    return None if np.isnan(total) else total
