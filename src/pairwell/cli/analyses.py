"""How an experiment that was analysed is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwell.cli.output import print_lines, print_table
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.measure.comparing.experiment import Analysis, Comparison, Limits

_LEFT_OUT = {
    "no_unit": "lines without a unit",
    "no_arm": "lines without an arm",
    "several_arms": "units that were in several arms",
    "holdout": "units of the holdout, which get no offers by either",
    "merged": "units that had the lots of two names",
}
_VERDICTS = {"no_difference_shown": "no difference shown", "not_estimable": "no answer"}


def print_analysis(found: Analysis, *, peeking: bool) -> None:
    """The whole of it; `peeking`: with intervals that hold at every look, and nothing that does not."""
    units = counted(found.units, "unit") if found.unit is None else f"{found.units:,} of {found.unit!r}"
    print_lines([f"{counted(found.rows, 'line')}, {units}, control {found.control!r}"])
    print_comparisons(found, peeking=peeking)


def print_comparisons(found: Analysis, *, peeking: bool) -> None:
    """Who was left out, the sizes of the arms, and every metric."""
    print_lines(f"  left out: {count:,} {_LEFT_OUT[why]}" for why, count in found.left_out.items())
    expected = "equal ones, as no shares were named" if found.shares_assumed else "as configured"
    expected = f"p {_p(found.srm_p_value)} against {expected}"
    print_lines(
        ["", f"Sizes of the arms: {_sizes(found)} ({expected})"]
        + [f"  {one.arm}: {one.units:,} of {one.expected:,.0f} expected" for one in found.arms]
        + [""]
    )
    interval = ("always valid",) if peeking else ("95 % interval", "relative", "adjusted p")
    header = ("metric", "arm", "units", "value", found.control, "difference", *interval, "verdict")
    print_table(
        header, [_row(one, peeking=peeking) for one in found.comparisons], numeric=(2, 3, 4, 5, 8)[: 5 - peeking]
    )
    print_lines(["", *(one.sentence for one in found.comparisons)])
    print_lines(["", *found.notes] if found.notes else [])


def _sizes(found: Analysis) -> str:
    from pairwell.measure.comparing.allocation import ALARM

    if found.srm_p_value < ALARM:
        return "NOT as expected"
    return (
        "fine" if found.srm_tells else "too few units to tell, as an arm that lost half of its units would look alike"
    )


def _row(one: Comparison, *, peeking: bool) -> tuple[object, ...]:
    verdict = _VERDICTS.get(one.verdict, one.verdict)
    if one.approximate and not peeking:
        verdict += ", approximate"
    sure = (_interval(one.always_valid_ci),) if peeking else _at_one_look(one)
    return (one.metric, one.arm, one.n, one.mean, one.mean_control, one.effect_absolute, *sure, verdict)


def _at_one_look(one: Comparison) -> tuple[str, ...]:
    relative = "-" if one.ci_relative is None else f"{one.ci_relative[0]:+.1%} .. {one.ci_relative[1]:+.1%}"
    p_value = one.p_value_absolute if one.p_value_adjusted is None else one.p_value_adjusted
    return _interval(one.ci_absolute), relative, "-" if p_value is None else _p(p_value)


def _interval(limits: Limits | None) -> str:
    return "-" if limits is None else f"{limits[0]:,.4g} .. {limits[1]:,.4g}"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "< .0001"  # noqa: PLR2004 - digits shown
