"""The command that says whom an offer changes: experiment uplift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, print_json, print_lines, print_table, progress

if TYPE_CHECKING:
    from pairwell.measure.comparing.uplift import Uplift

_ADVICE = {
    "everyone": "Treat everyone: it {pays}, and leaving anybody out is not shown to be better.",
    "no_one": "Treat no one yet: that it {pays} is not shown, on everybody together or on the 70 % first.",
    "leave_out_last": "Leave out the 30 % who are expected to gain least: on them it {loses}, on the others it {pays}.",
}
_POLICIES = {"everyone": "everyone", "leave_out_last": "all but the last 30 %", "no_one": "no one"}


def register(group: typer.Typer) -> None:
    """Add this file's command to the group of experiments."""
    group.command(name="uplift")(uplift)


def uplift(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An experiment, as `experiment analyze` reads it.")],
    arm: Annotated[str, typer.Option(help="Column of the arms.")],
    treated: Annotated[str, typer.Option(help="The arm with the offer.")],
    control: Annotated[str, typer.Option(help="The arm without it.")],
    metric: Annotated[str, typer.Option(help="Column; more of it is better.")],
    by: Annotated[list[str], typer.Option(help="Column known before the experiment. Repeat it for more.")],
    unit: Annotated[str | None, typer.Option(help="Column by which arms were drawn; else each line is a unit.")] = None,
    cost: Annotated[
        float, typer.Option(help="What treating one unit costs, in the metric's unit: money where that is money.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Find out whom an offer changes, and whether that is worth knowing."""
    from pairwell.shop.experimenting import Columns
    from pairwell.shop.uplifting import Question, uplift_of_file

    asked = Question(treated=treated, control=control, metric=metric, by=by, cost=cost)
    with progress(f"Reading {file.name}", file.stat().st_size if file.exists() else 1) as advance:
        found = uplift_of_file(file, Columns(arm=arm, unit=unit), asked, advance=advance)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: Uplift) -> None:
    print_lines(
        [
            f"{found.metric}, {found.treated} against {found.control}: {found.units:,} units",
            f"  effect on everybody {found.effect:+.4g} ({found.ci[0]:+.4g} to {found.ci[1]:+.4g})",
            f"  Qini {found.qini:.3f} (about {found.qini_ci[0]:.3f} to {found.qini_ci[1]:.3f}), 0 being a lot's",
            "",
        ]
    )
    rows = []
    for place, group in enumerate(found.groups, 1):
        interval = "too few" if group.ci is None else f"{group.ci[0]:+.4g} .. {group.ci[1]:+.4g}"
        rows.append((place, group.units, "-" if group.effect is None else f"{group.effect:+.4g}", interval))
    print_table(("tenth", "units", "effect", "95 % interval"), rows, numeric=(0, 1, 2))
    if found.cost:
        _print_prices(found)
    print_lines(["", _advice(found)])
    if found.qini_ci[0] > 0:
        print_lines(
            ["It seems to change some more than others, which matters where an offer costs something (--cost)."]
        )


def _print_prices(found: Uplift) -> None:
    print_lines(["", f"At a cost of {found.cost:g} for each who is treated, in {found.metric} a unit of all:"])
    rows = []
    for one in found.priced:
        interval = "too few" if one.ci is None else f"{one.ci[0]:+.4g} .. {one.ci[1]:+.4g}"
        rows.append((_POLICIES[one.who], "-" if one.net is None else f"{one.net:+.4g}", interval))
    print_table(("treated", "net", "95 % interval"), rows, numeric=(1,))


def _advice(found: Uplift) -> str:
    if found.advice == "no_one" and found.ci[1] < found.cost:
        return "Treat no one: it costs more than it brings." if found.cost else "Treat no one: it does harm."
    pays, loses = ("brings more than it costs", "brings less") if found.cost else ("does good", "does harm")
    return _ADVICE[found.advice].format(pays=pays, loses=loses)
