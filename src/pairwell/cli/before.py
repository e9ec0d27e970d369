"""The command that compares before with after where nobody drew lots: experiment before-after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, progress

if TYPE_CHECKING:
    from pairwell.measure.before.records import BeforeAfter, Change
    from pairwell.measure.before.rows import Who
    from pairwell.shop.before import Columns

_LINE = 26  # weeks of a sparkline, before the change and after it
_DAY = ["%Y-%m-%d"]


class _Method(StrEnum):
    did = "did"
    structural = "structural"


class _Grain(StrEnum):
    day = "day"
    week = "week"


class _Parallel(StrEnum):
    share = "share"
    amount = "amount"


_File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="What came about when; without one: the shop's own orders.")
]
_At = Annotated[datetime, typer.Option(formats=_DAY, help="The first day with the change, as 2026-03-01.")]
_Metric = Annotated[
    str, typer.Option(help="Of the shop: revenue, orders, aov, items_per_order, margin …; of a file: a column, or A/B.")
]
_Date = Annotated[str | None, typer.Option(help="Column of the file with the day or moment.")]
_Group = Annotated[
    str | None,
    typer.Option(help="Segment of the shop (channel, seller, category, an attribute), or a column of the file."),
]
_Touched = Annotated[list[str] | None, typer.Option(help="Its value that the change touched. Repeat for more.")]
_Compare = Annotated[
    list[str] | None,
    typer.Option(help="Its value that the change did not touch. Repeat for more; else all the others."),
]
_Control = Annotated[str | None, typer.Option(help="Column of the file with a series that the change did not touch.")]


_How = Annotated[_Method | None, typer.Option(help="Else did where there is a group, structural without.")]
_By = Annotated[_Grain | None, typer.Option(help="Else days; weeks where many days are empty.")]
_Alike = Annotated[
    _Parallel, typer.Option(help="Without the change both would have moved by the same share, or amount.")
]
_Since = Annotated[datetime | None, typer.Option(formats=_DAY, help="The first day that is looked at.")]
_Until = Annotated[datetime | None, typer.Option(formats=_DAY, help="The first day that no longer is.")]
_Returns = Annotated[
    int,
    typer.Option(min=1, max=365, help="Of the shop's margins and returns: days after its order in which one counts."),
]


def register(group: typer.Typer) -> None:
    """Add this file's command to the group of experiments."""
    group.command(name="before-after")(before_after)


def before_after(
    *,
    file: _File = None,
    at: _At,
    metric: _Metric = "revenue",
    date: _Date = None,
    group: _Group = None,
    touched: _Touched = None,
    compare: _Compare = None,
    control: _Control = None,
    method: _How = None,
    grain: _By = None,
    parallel: _Alike = _Parallel.share,
    since: _Since = None,
    until: _Until = None,
    returns_within: _Returns = 30,
    lower_is_better: Annotated[bool, typer.Option("--lower-is-better", help="Less of it is better.")] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Compare before with after where nobody drew lots: approximate, with pretended dates as a check."""
    from pairwell.measure.before.records import Change
    from pairwell.measure.before.rows import Who

    change = Change(
        at=at.date(),
        metric=metric,
        method=None if method is None else method.value,
        grain=None if grain is None else grain.value,
        parallel=parallel.value,
        lower_is_better=lower_is_better,
        since=_day(since),
        until=_day(until),
        returns_within=returns_within,
    )
    who = Who(group=group, touched=touched or [], compare=compare)
    asked = (change, who)
    found = _of_shop(workspace, *asked) if file is None else _of_file(file, _columns(metric, date, control), *asked)
    print_json(found) if as_json else _print(found)


def _of_shop(workspace: Path | None, change: Change, who: Who) -> BeforeAfter:
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        return shop.before_after(change, who)


def _of_file(file: Path, columns: Columns, change: Change, who: Who) -> BeforeAfter:
    from pairwell.shop.before import before_after_of_file

    with progress(f"Reading {file.name}", file.stat().st_size if file.exists() else 1) as advance:
        return before_after_of_file(file, columns, change, who, advance=advance)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _columns(metric: str, at: str | None, control: str | None) -> Columns:
    from pairwell.errors import RequestError
    from pairwell.shop.before import Columns

    if at is None:
        raise RequestError(
            "A file needs --date, the column of its days.",
            hint="For example: pairwell experiment before-after sales.csv --date day --metric revenue --at 2026-03-01",
            field="date",
        )
    above, _, below = (part.strip() for part in metric.partition("/"))
    if not above or ("/" in metric and not below):
        raise RequestError(f"{metric!r} is no metric.", hint="Write a column, or two with / between.", field="metric")
    return Columns(at=at, above=above, below=below or None, control=control)


def _print(found: BeforeAfter) -> None:
    from pairwell.measure.before.telling import per

    print_lines(_head(found))
    if found.mean_before is not None:
        print_lines([""])
        print_table(("", f"before{per(found)}", "after", "change"), _means(found), numeric=(1, 2, 3))
    if found.weeks:
        print_lines(["", *_lines(found)])
    print_lines(["", found.sentence, *_checks(found), "", *found.notes])


def _head(found: BeforeAfter) -> Iterator[str]:
    from pairwell.measure.before.telling import listed

    currency = "" if found.currency is None else f" in {found.currency}"
    yield f"{found.metric}{currency}, before and after {found.at}: {found.label.upper()}"
    how = "a structural model of the series" if found.method == "structural" else "difference-in-differences"
    beside = f", beside {listed(found.compared)}" if found.compared else ""
    yield f"  {listed(found.touched)}{beside}, by {how}"
    if found.since is not None and found.until is not None:
        before, after = found.periods_before, found.periods_after
        yield f"  {before} {found.grain}s before (from {found.since}), {after} after (up to before {found.until})"


def _means(found: BeforeAfter) -> Iterator[tuple[object, ...]]:
    yield ("touched", *_moved(found.mean_before, found.mean_after))
    if found.compared_before is not None:
        yield ("compared", *_moved(found.compared_before, found.compared_after))
    if found.expected is not None:
        yield ("expected without the change", *_moved(found.mean_before, found.expected))


def _moved(before: float | None, after: float | None) -> tuple[object, ...]:
    known = before is not None and after is not None and before > 0
    return (before, after, f"{after / before - 1:+.1%}" if known and before and after is not None else None)


def _lines(found: BeforeAfter) -> Iterator[str]:
    """A sparkline a series, all on one scale, with a bar where the change is."""
    from pairwell.report.shown.text import sparkline

    change = sum(week.start < found.at for week in found.weeks)
    weeks = found.weeks[max(0, change - _LINE) : change + _LINE]
    change = min(change, _LINE)
    beside = [week.compared if week.expected is None else week.expected for week in weeks]
    series = {"touched": [week.touched for week in weeks]}
    if any(value is not None for value in beside):
        series["compared" if found.expected is None else "expected"] = beside
    drawn = sparkline([value for values in series.values() for value in values])
    for place, name in enumerate(series):
        line = drawn[place * len(weeks) : (place + 1) * len(weeks)]
        yield f"  {name:<9} {line[:change]}|{line[change:]}"
    yield f"  weeks, the first from {weeks[0].start}, the last from {weeks[-1].start}; | is {found.at}"


def _checks(found: BeforeAfter) -> Iterator[str]:
    from pairwell.measure.before.telling import number

    if found.effect_total is not None and found.ci_total is not None and found.verdict != "not_estimable":
        low, high = found.ci_total
        yield f"Over all {found.periods_after} {found.grain}s: {found.effect_total:+,.0f} ({low:,.0f} to {high:,.0f})."
    if found.drift is not None:
        moved = found.drift.effect_relative
        size = number(found.drift.effect, "+") if moved is None else f"{moved:+.1%}"
        yield f"Moved apart before the date, second half against first: {size} (p {found.drift.p_value:.3f})."
    placebo = found.placebo
    if placebo is not None and placebo.low is not None and placebo.high is not None:
        yield (
            f"Pretended dates ({placebo.dates}, {placebo.first} to {placebo.last}, {placebo.periods_after} "
            f"{found.grain}s after each): effects of {placebo.low:+.1%} to {placebo.high:+.1%}, "
            f"alarms at {placebo.alarms:.0%} of them."
        )
    if found.widened is not None and found.widened > 1 and found.verdict != "not_estimable":
        yield f"They stray more than errors say: the interval was made {found.widened:.2f} times as wide."
