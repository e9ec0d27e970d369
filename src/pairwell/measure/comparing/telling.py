"""What a comparison says, in words for the owner of a shop."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.measure.comparing.allocation import ALARM
from pairwell.measure.comparing.experiment import ArmCount, Comparison, Design, Limits, Units
from pairwell.measure.comparing.sequence import BURN_IN
from pairwell.wording import counted

_MOST_MISSING = 0.01
_MOST_SEVERAL = 0.01  # share of units in several arms


def refusal(one: Comparison) -> str:
    """Why nothing is said, and what would help."""
    smaller = min(one.n, one.n_control)
    unforeseen = "; how many are needed cannot be told from so few"
    needed = unforeseen if one.needed is None else f"; about {int(float(f'{one.needed:.2g}')):,} are needed"
    return {
        "too_few_units": f"The smaller arm has {counted(smaller, 'unit')}; {one.needed} are the least.",
        "too_skewed": f"A few very large values decide it: the smaller arm has {counted(smaller, 'unit')}{needed}. "
        "Wait for more, or give the smaller arm a larger share.",
        "no_spread": "Every unit of both arms has the same value, so that chance cannot be told from an effect.",
        "nothing_to_divide_by": "The denominators of an arm add up to 0.",
        "too_few_to_divide_by": "Too few units have anything to divide by, so that the ratio swings with each of them.",
        "sample_ratio": "The arms are not of the sizes that were configured, so that they may differ in more than "
        "what is tested. Find out why before reading anything into the numbers.",
        None: "",
    }[one.reason]


def sentence(one: Comparison, *, peeking: bool = False) -> str:
    """What was found, in one or two sentences; `peeking`: with the always-valid interval."""
    if one.refusal is not None:
        return f"{one.metric}, {one.arm}: no answer. {one.refusal}"
    what = f"{one.metric}, {one.arm}: {_number(one.mean)} where {one.control} has {_number(one.mean_control)}"
    interval = one.always_valid_ci if peeking else one.ci_absolute
    sure = f", {_signed(one.effect_absolute)}{'' if interval is None else f' ({_range(interval)})'}"
    relative = "." if peeking else _relative(one)
    roughly = "" if peeking or not one.approximate else _APPROXIMATE
    return f"{what}{sure}. {_verdict(one)}{relative}{roughly}{_how(one)}{_guarded(one)}"


_APPROXIMATE = (
    " The difference is approximate: a few very large values weigh much in one as large as this may be, so that its "
    "interval may be right in 9 of 10 experiments only, not in 19 of 20; that of the share is surer."
)


def _verdict(one: Comparison) -> str:
    alone = one.ci_absolute is not None and not one.ci_absolute[0] <= 0 <= one.ci_absolute[1]
    if one.verdict == "no_difference_shown" and alone:
        return "No difference is shown: looked at alone and once it would be one, but not among so many looks"
    return _VERDICTS[one.verdict]


_VERDICTS = {
    "better": "It is better",
    "worse": "It is worse",
    "no_difference_shown": "No difference is shown: chance alone explains as much",
    "not_estimable": "Nothing can be said",
}


def _relative(one: Comparison) -> str:
    if one.verdict == "no_difference_shown" or one.mean == 0:
        return "."
    if one.effect_relative is None or one.ci_relative is None:
        return "; by what share nobody can tell, as the control's value may be 0."
    low, high = one.ci_relative
    return f", by {one.effect_relative:+.1%} ({low:+.1%} to {high:+.1%})."


def _how(one: Comparison) -> str:
    said = ""
    if one.method == "equal_part":
        said += (
            f" The values are very uneven and the arms of very different size, so that {one.n:,} units are compared "
            f"with {one.n_control:,} drawn by lot."
        )
    if one.variance_removed is not None:
        said += f" What was known before took away {one.variance_removed:.0%} of the variation."
    return said


def _guarded(one: Comparison) -> str:
    if one.guardrail is None:
        return ""
    size = f"{one.guardrail.margin:+.1%}" if one.guardrail.relative else f"{one.guardrail.margin:+g}"
    return {
        "held": f" Guardrail {size}: held.",
        "broken": f" Guardrail {size}: broken.",
        "not_shown": f" Guardrail {size}: not shown to be held; more units are needed.",
    }[one.guardrail.held]


def notes_on_units(units: Units) -> list[str]:
    """What to know of how lines were put together to units."""
    said = []
    if units.copies:
        said.append(
            f"{counted(units.copies, 'line')} equal{'s' if units.copies == 1 else ''} one before in every column, and "
            "were added up all the same. If the file was exported or joined twice, take them out first."
        )
    several = units.left_out.get("several_arms", 0)
    if several > _MOST_SEVERAL * (several + units.arm.size):
        said.append(
            f"{several / (several + units.arm.size):.1%} of the units were in several arms and are left out: more than "
            "a mishap. Find out why, as those who are left may differ from the others."
        )
    return said


def notes(arms: Sequence[ArmCount], p_value: float, found: Sequence[Comparison], design: Design) -> list[str]:
    """What to know before reading the comparisons."""
    said = []
    if p_value < ALARM and design.shares is None:
        said.append(
            "The arms are not equally large. If they were drawn by other shares, name them, as in --shares "
            f"{','.join(f'{one.arm}=…' for one in arms)}; if not, units were lost on the way, and nothing here holds."
        )
    tested = [one for one in found if one.p_value_absolute is not None]
    if len(tested) > 1 and design.peeking:
        said.append(
            f"Each always-valid interval is right 19 times of 20; of {len(tested)}, one that is not is likelier."
        )
    elif len(tested) > 1:
        said.append(f"Verdicts take into account that {len(tested)} comparisons were made (Benjamini-Hochberg).")
    if design.peeking:
        said.append("Verdicts are by the always-valid interval, which may be looked at as often as you like.")
        if any(one.always_valid_ci is None for one in tested):
            said.append(f"It begins at {BURN_IN} units an arm.")
    elif tested and not design.ended:
        said.append("Verdicts hold at the planned end. If you look before, use --peeking.")
    if any(one.missing > _MOST_MISSING * (one.n + one.n_control) for one in found):
        said.append(
            "Units without a value are left out. If a unit without a purchase spent 0, write 0: "
            "else only buyers are compared, whom the experiment itself may have changed."
        )
    return said


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004


def _signed(value: float | None) -> str:
    return "-" if value is None else ("+" if value > 0 else "") + _number(value)


def _range(interval: Limits) -> str:
    return f"{_number(interval[0])} to {_number(interval[1])}"
