"""What before and after say, in sentences that the owner of a shop understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pairwell.measure.before.panel import MOST_BEFORE, Cut
from pairwell.measure.before.pretended import AS_LARGE
from pairwell.measure.before.records import BeforeAfter, Unfit
from pairwell.measure.comparing.experiment import Limits

_MOST_NAMED = 6
_PERIODS: Final = {"day": "days", "week": "weeks"}
_HAS_REASON: Final = {
    "too_few_before": "There are {days} days before {at}, and {needed} are needed to know what is usual.",
    "too_few_after": "Days from {at} on: {days}, and {needed} are needed; the last that counts is {last}.",
    "no_comparison": "No untouched group sold anything both before and after {at}: there is nothing to compare with. "
    "Name other groups, or ask for --method structural.",
    "gaps": "{days} days have no rows of one side, the first {first}: rows are missing, or it was not sold then. "
    "Bring the rows, or look at whole time by --since and --until.",
    "constant": "Before {at} {metric} of one side is the same throughout, or 0 in more than half of all {periods}, so "
    "that nothing says how far it moves by itself. Take a larger group, another metric, or --grain week.",
    "no_share": "{metric} of one side is not clearly above 0, so that nobody can say by which share it would have "
    "moved. Ask for --parallel amount.",
    "drifted_apart": "Before {at} the two sides already moved apart, {drift} from the first half of that time to the "
    "second (p {p}): what the others did does not say what would have been. Name groups that moved alike, or a later "
    "--since.",
    "placebo_alarms": "Of {dates} pretended dates before {at}, at which nothing began, {alarms} show an effect too "
    "(5 % would by chance): such movements are usual here, and the one at {at} says nothing.",
    "not_fitted": "No model fits what was before {at}. Name an untouched group, or a longer time.",
}


def refusal_of(found: BeforeAfter, unfit: Unfit) -> str:
    """Why there is no answer, and what to do."""
    drift, placebo = found.drift, found.placebo
    moved = None if drift is None else drift.effect_relative
    return _HAS_REASON[unfit.reason].format(
        at=found.at,
        metric=found.metric,
        days=unfit.days,
        needed=unfit.needed,
        first=unfit.first,
        last=unfit.last,
        periods=_PERIODS[unfit.grain or found.grain],
        drift="by " + (f"{moved:+.1%}" if moved is not None else number(drift.effect, "+") if drift else ""),
        p="" if drift is None else _p(drift.p_value),
        dates="" if placebo is None else placebo.dates,
        alarms="" if placebo is None else f"{placebo.alarms:.0%}",
    )


def sentence_of(found: BeforeAfter) -> str:
    """The verdict, in one or two sentences."""
    known = found.effect_absolute is not None and found.mean_after is not None and found.expected is not None
    if not known or found.ci_absolute is None or found.placebo is None:
        return ""
    shown = found.verdict in ("better", "worse")
    each = per(found)
    size = f"{number(found.effect_absolute, '+')}{each} ({_limits(found.ci_absolute)})"
    relative = ""
    if found.effect_relative is not None and found.ci_relative is not None:
        low, high = found.ci_relative
        relative = f", that is {found.effect_relative:+.1%} ({low:+.1%} to {high:+.1%})"
    begin = (
        f"{found.metric} from {found.at} on: {number(found.mean_after)}{each} where "
        f"{number(found.expected)} would have been expected, {size}{relative}."
    )
    placebo = (
        f"{found.placebo.as_large:.0%} of {found.placebo.dates} pretended dates before show as much"
        if found.placebo.as_large
        else f"None of {found.placebo.dates} pretended dates before shows as much"
    )
    if shown:
        return f"{begin} It is {found.verdict}. {placebo}."
    if found.p_value is not None and found.p_value < 0.05:  # noqa: PLR2004 - as in look
        return f"{begin} No difference is shown: {placebo}, and {AS_LARGE:.0%} at most may."
    return f"{begin} No difference is shown: what is usual between such weeks explains as much. {placebo}."


def notes_of(found: BeforeAfter, periods: Cut) -> Iterator[str]:
    """What to keep in mind, whatever the verdict."""
    yield (
        "Nobody drew lots: whatever else began then, or moved one side alone, counts as an effect. An experiment "
        "would tell."
    )
    if found.method == "structural" and periods.compared is None:
        yield "Nothing is compared: a holiday, a season of the year or a campaign after the date looks like an effect."
    if found.method == "structural" and periods.compared is not None:
        yield "The compared series counts as untouched: if the change moved it too, the effect is wrong."
    if periods.before * periods.days == MOST_BEFORE:
        yield f"Of the time before, the newest {MOST_BEFORE} days are looked at."
    if periods.left_out:
        yield f"Left out, as they were not there both before and after: {listed(periods.left_out)}."
    before, after = periods.empty
    if after * found.periods_before > before * found.periods_after:
        yield (
            f"On {after * periods.days} days after the date the touched have no rows, more often than before; they "
            "count as 0. Were they closed?"
        )
    if periods.closed:
        yield f"On {periods.closed * periods.days} days neither side has rows; they count as 0 for both."


def per(found: BeforeAfter) -> str:
    """Of what time a number is: a sum of each period; a ratio of none."""
    return f" a {found.grain}" if found.kind == "sum" else ""


def listed(names: Sequence[str]) -> str:
    """The first few of some names, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def number(value: float | None, sign: str = "") -> str:
    """A number as people write it: whole from 1,000 on, else with four digits."""
    if value is None:
        return "-"
    return f"{value:{sign},.0f}" if abs(value) >= 1_000 else f"{value:{sign}.4g}"  # noqa: PLR2004 - as it says


def _limits(limits: Limits) -> str:
    return f"{number(limits[0])} to {number(limits[1])}"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "below .0001"  # noqa: PLR2004 - digits shown
