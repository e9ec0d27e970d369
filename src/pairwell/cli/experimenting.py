"""Commands for experiments: experiment analyze, plan, and others by their own files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli import before, trying, uplifting
from pairwell.cli.analyses import print_analysis
from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, progress

if TYPE_CHECKING:
    from pairwell.measure.comparing.experiment import Metric
    from pairwell.measure.comparing.guardrails import Margin
    from pairwell.measure.comparing.planned import Horizon, Plan, Wanted

_group = typer.Typer(help="Experiments: how long they must run, and what they showed.", no_args_is_help=True)
_POWER = (0.5, 0.999)
_GUARDRAIL = re.compile(r"([-+]\d*\.?\d+)(%?)")


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    uplifting.register(_group)
    before.register(_group)
    trying.register(_group)
    app.add_typer(_group, name="experiment")


_File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSON or Parquet; one or more lines a unit.")]
_Unit = Annotated[
    str | None, typer.Option(help="Column by which arms were drawn (the customer). Without: each line is a unit.")
]
_Metric = Annotated[
    list[str], typer.Option(help="Column, or a ratio such as spend/orders; `rows` counts lines. Repeat for more.")
]
_Control = Annotated[
    str | None, typer.Option(help="The arm to compare with; else the only one called control or the like.")
]
_Shares = Annotated[str | None, typer.Option(help="Shares as configured: control=.05,offers=.95; else equal ones.")]
_Before = Annotated[
    list[str] | None,
    typer.Option(help="METRIC=COLUMN with the same before the experiment, or one COLUMN for every mean."),
]
_Lower = Annotated[list[str] | None, typer.Option(help="A metric that should fall.")]
_Guardrail = Annotated[
    list[str] | None, typer.Option(help="METRIC=-2% (may fall so far) or METRIC=+.01 (may rise so far).")
]
_Planned = Annotated[
    int, typer.Option(min=1, help="Units for which always-valid intervals are narrowest; fix it before you look.")
]
_Peeking = Annotated[
    bool, typer.Option("--peeking", help="It still runs: verdicts that stay right however often you look.")
]

_History = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Who did what when; without one: the shop's own orders.")
]
_Holdout = Annotated[
    float | None, typer.Option(help="Share of the smaller arm; default: choice.holdout, with a file .5.")
]
_Visitors = Annotated[
    int | None, typer.Option(min=1, help="Visitors a week, buyers or not; without: very many, the worst case.")
]


@_group.command(name="analyze")
def analyze_command(
    *,
    file: _File,
    arm: Annotated[str, typer.Option(help="Column of the arms.")],
    metric: _Metric,
    unit: _Unit = None,
    control: _Control = None,
    shares: _Shares = None,
    before: _Before = None,
    lower_is_better: _Lower = None,
    guardrail: _Guardrail = None,
    planned_units: _Planned = 5_000,
    peeking: _Peeking = False,
    as_json: AsJson = False,
) -> None:
    """Analyse an experiment in a file: which arm does better, by how much, and how sure that is."""
    from pairwell.measure.comparing.experiment import Design
    from pairwell.shop.experimenting import Columns, analyze_file

    metrics = _Metrics(before or [], lower_is_better or [], guardrail or []).read(metric)
    design = Design(
        metrics=metrics, control=control, shares=_shares(shares), planned_units=planned_units, peeking=peeking
    )
    with progress(f"Reading {file.name}", file.stat().st_size if file.exists() else 1) as advance:
        found = analyze_file(file, Columns(arm=arm, unit=unit), design, advance=advance)
    if as_json:
        print_json(found)
    else:
        print_analysis(found, peeking=peeking)


@_group.command(name="plan")
def plan_command(
    *,
    file: _History = None,
    metric: Annotated[str, typer.Option(help="revenue or margin of the shop; with a file, a column.")] = "revenue",
    unit: Annotated[str | None, typer.Option(help="Column of the file by which arms will be drawn.")] = None,
    at: Annotated[str | None, typer.Option(help="Column of the file with the moment.")] = None,
    holdout: _Holdout = None,
    effect: Annotated[
        str | None, typer.Option(help="What is to be shown a unit: 5% of the mean, or 2.50 in money.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Look at this many days as well.")] = None,
    power: Annotated[float, typer.Option(help="Chance of showing an effect that is there: .5 to .999.")] = 0.8,
    visitors: _Visitors = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Plan an experiment: how many days it must run, and how small an effect it then shows."""
    from msgspec.structs import replace

    from pairwell import open as open_workspace
    from pairwell.shop.planning import Dated, plan_for_file, plan_for_shop

    if file is not None:
        wanted = _wanted(0.5 if holdout is None else holdout, power, effect)
        wanted = replace(wanted, days=days, visitors=visitors)
        columns = Dated(unit=_needed(unit, "unit"), value=metric, at=_needed(at, "at"))
        found = plan_for_file(file, columns, wanted)
    else:
        with open_workspace(workspace) as shop:
            wanted = _wanted(shop.published.settings.choice.holdout if holdout is None else holdout, power, effect)
            wanted = replace(wanted, days=days, visitors=visitors)
            found = plan_for_shop(shop, metric, wanted)
    if as_json:
        print_json(found)
    else:
        _print_plan(found, wanted)


def _needed(column: str | None, option: str) -> str:
    from pairwell.errors import RequestError

    if column is None:
        raise RequestError(
            f"A file needs --{option}, the column of its {'units' if option == 'unit' else 'moments'}.",
            hint="For example: pairwell experiment plan orders.csv --unit customer_id --metric revenue --at date",
            field=option,
        )
    return column


def _wanted(holdout: float, power: float, effect: str | None) -> Wanted:
    from pairwell.errors import RequestError
    from pairwell.measure.comparing.planned import Wanted

    if not 0 < holdout < 1:
        raise RequestError(f"--holdout is {holdout:g}.", hint="Write a share above 0 and below 1.", field="holdout")
    if not _POWER[0] <= power <= _POWER[1]:
        raise RequestError(
            f"--power is {power:g}; it must be .5 to .999.",
            hint="Write .8, or .9 to be surer; below .5 the experiment would rather miss the effect than show it.",
            field="power",
        )
    relative = effect is not None and effect.strip().endswith("%")
    try:
        size = None if effect is None else float(effect.strip().rstrip("%"))
    except ValueError:
        size = 0.0
    if size is not None and not 0 < size < float("inf"):
        raise RequestError(f"{effect!r} is no effect.", hint="Write 5% or 2.50, above 0.", field="effect")
    return Wanted(
        holdout=holdout,
        power=power,
        effect=None if size is None else size / (100 if relative else 1),
        relative=relative,
    )


class _Metrics:
    """Metrics from what stands on the command line."""

    def __init__(self, before: Sequence[str], lower: Sequence[str], guardrails: Sequence[str]) -> None:
        self._before = before
        self._lower = lower
        self._guardrails = guardrails

    def read(self, names: Sequence[str]) -> list[Metric]:
        """Raises `RequestError` where an option names a metric that is not asked for, or is written wrongly."""
        wanted = list(dict.fromkeys(names))
        before, margins = self._befores(wanted), self._margins(wanted)
        for name in self._lower:
            _check_named(name, wanted, "lower_is_better")
        return [self._metric(name, before.get(name), margins.get(name)) for name in wanted]

    def _metric(self, name: str, before: str | None, margin: Margin | None) -> Metric:
        from pairwell.errors import RequestError
        from pairwell.measure.comparing.experiment import Metric

        above, _, below = (part.strip() for part in name.partition("/"))
        if not above or ("/" in name and not below):
            raise RequestError(f"{name!r} is no metric.", hint="Write a column, or two with / between.", field="metric")
        return Metric(
            name=name,
            above=above,
            below=below or None,
            before=before,
            lower_is_better=name in self._lower,
            guardrail=margin,
        )

    def _befores(self, wanted: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        means = [name for name in wanted if "/" not in name]
        for text in self._before:
            name, equals, column = text.rpartition("=")
            if equals:
                _check_named(name, wanted, "before")
            _check_mean([name] if equals else wanted)
            found.update({name: column} if equals else dict.fromkeys(means, column))
        return found

    def _margins(self, wanted: Sequence[str]) -> dict[str, Margin]:
        from pairwell.errors import RequestError
        from pairwell.measure.comparing.guardrails import Margin

        found = {}
        for text in self._guardrails:
            name, _, size = text.rpartition("=")
            match = _GUARDRAIL.fullmatch(size.strip())
            if match is None:
                raise RequestError(
                    f"{text!r} is no guardrail.",
                    hint="Write METRIC=-2% where it may fall by 2 %, METRIC=+.01 where it may rise by .01.",
                    field="guardrail",
                )
            _check_named(name, wanted, "guardrail")
            if name in found:
                raise RequestError(
                    f"There are two guardrails of {name!r}, and a metric has one.",
                    hint="Keep the side that hurts: -2% where it may not fall, +2% where it may not rise.",
                    field="guardrail",
                )
            relative = match[2] == "%"
            found[name] = Margin(margin=float(match[1]) / (100 if relative else 1), relative=relative)
        return found


def _check_mean(names: Sequence[str]) -> None:
    from pairwell.errors import RequestError

    if all("/" in name for name in names):
        raise RequestError(
            f"What was before is taken out of means alone, and {', '.join(names)} is a ratio.",
            hint="Add the numerator as a metric of its own, and name it: --before METRIC=COLUMN.",
            field="before",
        )


def _check_named(name: str, wanted: Sequence[str], field: str) -> None:
    from pairwell.errors import RequestError

    if name not in wanted:
        raise RequestError(
            f"--{field.replace('_', '-')} names {name!r}, which is none of the metrics asked for: {', '.join(wanted)}.",
            hint=f"Add --metric {name}, or mend the name.",
            field=field,
        )


def _shares(text: str | None) -> dict[str, float] | None:
    from pairwell.errors import RequestError

    if text is None:
        return None
    found = dict[str, float]()
    for part in text.split(","):
        name, _, share = part.rpartition("=")
        arm = name.strip()
        if arm and arm in found:
            raise RequestError(
                f"{text!r} names {arm!r} twice.", hint="Write every arm once, with its share.", field="shares"
            )
        try:
            found[arm] = float(share)
        except ValueError:
            found[""] = 0.0
    if not all(arm and 0 < share < float("inf") for arm, share in found.items()):
        raise RequestError(
            f"{text!r} are no shares.", hint="Write every arm with its share: control=.05,offers=.95", field="shares"
        )
    return found


def _print_plan(found: Plan, wanted: Wanted) -> None:
    money = "" if found.currency is None else f" {found.currency}"
    print_lines(
        [
            f"{found.metric} a unit, history {found.since:%Y-%m-%d} .. {found.until:%Y-%m-%d}",
            _units(found),
            f"Held out: {found.holdout:.0%}. Shown: what {found.power:.0%} of such experiments would show.",
            "",
        ]
    )
    header = ("days", "units", "held out", f"mean{money}", f"smallest effect{money}", "of the mean")
    print_table(header, [_horizon_row(one) for one in found.horizons], numeric=(0, 1, 2, 3, 4))
    print_lines(["", *_plan_sentences(found, wanted, money)])


def _units(found: Plan) -> str:
    if found.visitors is None:
        return (
            f"Units: who buys, {found.units_a_week:,} in the newest week; beside them very many who buy nothing, "
            "the worst case (--visitors N says how many come a week)."
        )
    return f"Units: visitors, {found.visitors:,} a week, each week's taken for new ones; who buys nothing counts 0."


def _horizon_row(one: Horizon) -> tuple[object, ...]:
    if one.smallest_effect is None:
        return (one.days, one.units, one.units_holdout, f"{one.mean:,.2f}", "-", _why_not(one))
    share = "-" if one.smallest_effect_relative is None else f"{one.smallest_effect_relative:.1%}"
    note = ", against an equal part" if one.equal_part else ""
    return (one.days, one.units, one.units_holdout, f"{one.mean:,.2f}", f"{one.smallest_effect:,.2f}", share + note)


def _why_not(one: Horizon) -> str:
    return "too few" if one.needed is None else f"no answer: {one.needed:,} must be held out"


def _plan_sentences(found: Plan, wanted: Wanted, money: str) -> list[str]:
    said = []
    if wanted.effect is not None:
        size = f"{wanted.effect:.1%}" if wanted.relative else f"{wanted.effect:,.2f}{money}"
        said.append(
            f"An effect of {size} a unit is not shown within this history: {_more(found)}."
            if found.days is None
            else f"An effect of {size} a unit needs {found.days} days."
        )
    shown = [one for one in found.horizons if one.smallest_effect is not None]
    if not shown:
        return [*said, "No time in this history is enough: hold out more units."]
    best = shown[-1]
    total = (best.smallest_effect or 0.0) * (best.units - best.units_holdout)
    said.append(
        f"After {best.days} days {best.smallest_effect:,.2f}{money} a unit or more would be shown, "
        f"{total:,.0f}{money} in all."
    )
    if any(one.equal_part for one in shown):
        said.append("The values are so uneven that the smaller arm is compared with an equal random part of the other.")
    return [*said, "Draw arms for everybody, and count who bought nothing as 0."]


def _more(found: Plan) -> str:
    even = 0.5
    return "only a larger one is" if found.holdout == even else "hold out more, or look for a larger one"
