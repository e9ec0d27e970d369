"""What a comparison says, in words for the owner of a shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from babel.numbers import get_decimal_symbol, get_group_symbol

from pairwell.measure.comparing.allocation import ALARM
from pairwell.measure.comparing.experiment import ArmCount, Comparison, Design, Limits, Units
from pairwell.measure.comparing.sequence import BURN_IN
from pairwell.said import Said, Speaker, joined, number, percent, phrase, phrase_count

_MOST_MISSING = 0.01
_MOST_SEVERAL = 0.01  # share of units in several arms
_CALLED: Final[Mapping[str, Said]] = {
    "revenue": phrase("revenue"),
    "margin": phrase("margin"),
    "orders": phrase("orders"),
    "declines": phrase("declines"),
    "tried": phrase("tried"),
    "others": phrase("others"),
}  # of what a shop compares; the columns and arms of a file are called as it calls them


def refusal(one: Comparison) -> str:
    """Why nothing is said, and what would help; empty where something is."""
    if one.reason == "too_few_units":
        return phrase_count(
            "The smaller arm has {count} unit; {needed} are the least.",
            "The smaller arm has {count} units; {needed} are the least.",
            min(one.n, one.n_control),
            needed=str(one.needed),
        )
    if one.reason == "too_skewed":
        return phrase_count(
            "A few very large values decide it: the smaller arm has {count} unit; {needed}. "
            "Wait for more, or give the smaller arm a larger share.",
            "A few very large values decide it: the smaller arm has {count} units; {needed}. "
            "Wait for more, or give the smaller arm a larger share.",
            min(one.n, one.n_control),
            needed=_needed(one),
        )
    return _REFUSALS[one.reason] if one.reason else ""


_REFUSALS: Final[Mapping[str, Said]] = {
    "no_spread": phrase("Every unit of both arms has the same value, so that chance cannot be told from an effect."),
    "nothing_to_divide_by": phrase("The denominators of an arm add up to 0."),
    "too_few_to_divide_by": phrase(
        "Too few units have anything to divide by, so that the ratio swings with each of them."
    ),
    "sample_ratio": phrase(
        "The arms are not of the sizes that were configured, so that they may differ in more than what is tested. "
        "Find out why before reading anything into the numbers."
    ),
}


def _needed(one: Comparison) -> Said:
    if one.needed is None:
        return phrase("how many are needed cannot be told from so few")
    return phrase("about {needed} are needed", needed=int(float(f"{one.needed:.2g}")))


def sentence(one: Comparison, *, peeking: bool = False) -> Said:
    """What was found, in one or two sentences; `peeking`: with the always-valid interval."""
    named = {"metric": _called(one.metric), "arm": _called(one.arm)}
    if one.refusal is not None:
        return phrase("{metric}, {arm}: no answer. {why}", **named, why=one.refusal)
    interval = one.always_valid_ci if peeking else one.ci_absolute
    effect = _number(one.effect_absolute, sign=True)
    what = phrase(
        "{metric}, {arm}: {mean} where {control} has {mean_control}, {effect}.",
        **named,
        mean=_number(one.mean),
        control=_called(one.control),
        mean_control=_number(one.mean_control),
        effect=effect
        if interval is None
        else phrase("{effect} ({interval})", effect=effect, interval=_range(interval)),
    )
    roughly = "" if peeking or not one.approximate else _APPROXIMATE
    return joined(what, _verdict(one, peeking=peeking), roughly, *_how(one), _guarded(one))


_APPROXIMATE: Final = phrase(
    "The difference is approximate: a few very large values weigh much in one as large as this may be, so that its "
    "interval may be right in 9 of 10 experiments only, not in 19 of 20; that of the share is surer."
)


def _verdict(one: Comparison, *, peeking: bool) -> Said:
    alone = one.ci_absolute is not None and not one.ci_absolute[0] <= 0 <= one.ci_absolute[1]
    if one.verdict == "no_difference_shown" and alone:
        return phrase("No difference is shown: looked at alone and once it would be one, but not among so many looks.")
    relative = "" if peeking else _relative(one)
    return joined(_VERDICTS[one.verdict], relative, ".", between="")


_VERDICTS = {
    "better": phrase("It is better"),
    "worse": phrase("It is worse"),
    "no_difference_shown": phrase("No difference is shown: chance alone explains as much"),
    "not_estimable": phrase("Nothing can be said"),
}


def _relative(one: Comparison) -> str:
    if one.verdict == "no_difference_shown" or one.mean == 0:
        return ""
    if one.effect_relative is None or one.ci_relative is None:
        return phrase("; by what share nobody can tell, as the control's value may be 0")
    low, high = (percent(end, sign=True) for end in one.ci_relative)
    return phrase(", by {share} ({low} to {high})", share=percent(one.effect_relative, sign=True), low=low, high=high)


def _how(one: Comparison) -> list[Said]:
    said = []
    if one.method == "equal_part":
        said.append(
            phrase(
                "The values are very uneven and the arms of very different size, so that {n} units are compared with "
                "{n_control} drawn by lot.",
                n=one.n,
                n_control=one.n_control,
            )
        )
    if one.variance_removed is not None:
        share = percent(one.variance_removed, 0)
        said.append(phrase("What was known before took away {share} of the variation.", share=share))
    return said


def _guarded(one: Comparison) -> str:
    if one.guardrail is None:
        return ""
    margin = one.guardrail.margin
    size = percent(margin, sign=True) if one.guardrail.relative else f"{margin:+g}"
    return {
        "held": phrase("Guardrail {size}: held.", size=size),
        "broken": phrase("Guardrail {size}: broken.", size=size),
        "not_shown": phrase("Guardrail {size}: not shown to be held; more units are needed.", size=size),
    }[one.guardrail.held]


def notes_on_units(units: Units) -> list[Said]:
    """What to know of how lines were put together to units."""
    said = []
    if units.copies:
        said.append(
            phrase_count(
                "{count} line equals one before in every column, and were added up all the same. If the file was "
                "exported or joined twice, take them out first.",
                "{count} lines equal one before in every column, and were added up all the same. If the file was "
                "exported or joined twice, take them out first.",
                units.copies,
            )
        )
    several = units.left_out.get("several_arms", 0)
    if several > _MOST_SEVERAL * (several + units.arm.size):
        said.append(
            phrase(
                "{share} of the units were in several arms and are left out: more than a mishap. Find out why, as "
                "those who are left may differ from the others.",
                share=percent(several / (several + units.arm.size)),
            )
        )
    return said


def notes(arms: Sequence[ArmCount], p_value: float, found: Sequence[Comparison], design: Design) -> list[Said]:
    """What to know before reading the comparisons."""
    said = []
    if p_value < ALARM and design.shares is None:
        said.append(
            phrase(
                "The arms are not equally large. If they were drawn by other shares, name them, as in --shares "
                "{shares}; if not, units were lost on the way, and nothing here holds.",
                shares=",".join(f"{one.arm}=…" for one in arms),
            )
        )
    tested = [one for one in found if one.p_value_absolute is not None]
    said += _on_looks(tested, design)
    if any(one.missing > _MOST_MISSING * (one.n + one.n_control) for one in found):
        said.append(
            phrase(
                "Units without a value are left out. If a unit without a purchase spent 0, write 0: "
                "else only buyers are compared, whom the experiment itself may have changed."
            )
        )
    return said


def _on_looks(tested: Sequence[Comparison], design: Design) -> list[Said]:
    """How many comparisons and looks the verdicts allow for."""
    said, many = [], number(len(tested))
    if len(tested) > 1 and design.peeking:
        said.append(
            phrase(
                "Each always-valid interval is right 19 times of 20; of {many}, one that is not is likelier.", many=many
            )
        )
    elif len(tested) > 1:
        said.append(
            phrase("Verdicts take into account that {many} comparisons were made (Benjamini-Hochberg).", many=many)
        )
    if design.peeking:
        said.append(phrase("Verdicts are by the always-valid interval, which may be looked at as often as you like."))
        if any(one.always_valid_ci is None for one in tested):
            said.append(phrase("It begins at {units} units an arm.", units=str(BURN_IN)))
    elif tested and not design.ended:
        said.append(phrase("Verdicts hold at the planned end. If you look before, use --peeking."))
    return said


def _called(name: str) -> str:
    return _CALLED.get(name, name)


class _Significant(msgspec.Struct, frozen=True):
    """Four digits that say something, all of those of a whole number."""

    value: float
    sign: bool

    def put(self, speaker: Speaker) -> str:
        text = f"{self.value:,.4g}" if abs(self.value) < 1000 else f"{self.value:,.0f}"  # noqa: PLR2004
        marks: dict[str, str | int | None] = {
            ",": get_group_symbol(speaker.locale),
            ".": get_decimal_symbol(speaker.locale),
        }
        return f"{'+' if self.sign and self.value > 0 else ''}{text.translate(str.maketrans(marks))}"


def _number(value: float | None, *, sign: bool = False) -> str:
    return "-" if value is None else Said(_Significant(value, sign))


def _range(interval: Limits) -> Said:
    return phrase("{low} to {high}", low=_number(interval[0]), high=_number(interval[1]))
