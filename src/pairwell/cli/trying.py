"""Commands for experiments of the shop itself: experiment start, stop, list, read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.analyses import print_comparisons
from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, when
from pairwell.cli.rollout import Author, Why, author_of, percent

if TYPE_CHECKING:
    from pairwell.shop.runs import Effect, Reading, Run

_Name = Annotated[str, typer.Argument(help="What the experiment is called.")]


def register(group: typer.Typer) -> None:
    """Add this file's commands to the group of experiments."""
    group.command(name="start")(start)
    group.command(name="stop")(stop)
    group.command(name="list")(list_command)
    group.command(name="read")(read)


def start(
    *,
    name: _Name,
    settings: Annotated[Path, typer.Option(help="TOML with what is tried; the rest is as it is live.")],
    share: Annotated[float, typer.Option(help="Share of the customers who get it.")] = 0.5,
    days: Annotated[int | None, typer.Option(help="Planned length, as `experiment plan` says.")] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="Only revenue, margin, orders or declines. Repeat for more.")
    ] = None,
    author: Author = None,
    reason: Why = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Try other settings on a share of the customers, and compare them with the others."""
    from pairwell import open as open_workspace
    from pairwell.shop.rollout import Said
    from pairwell.shop.runs import METRIC_NAMES, Plan

    plan = Plan(share=share, days=days, metrics=metric or METRIC_NAMES)
    with open_workspace(workspace) as shop:
        run = shop.experiments.start(name, settings, plan, Said(author=author_of(author), reason=reason))
    print_json(run) if as_json else print_lines(_started(run))


def stop(
    *,
    name: _Name,
    adopt: Annotated[bool, typer.Option("--adopt", help="Make what it tried everybody's.")] = False,
    author: Author = None,
    reason: Why = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """End an experiment of the shop: what it tried is nobody's any more, or everybody's."""
    from pairwell import open as open_workspace
    from pairwell.shop.rollout import Said

    with open_workspace(workspace) as shop:
        run = shop.experiments.stop(name, adopt=adopt, said=Said(author=author_of(author), reason=reason))
    print_json(run) if as_json else print_lines(_stopped(run))


def list_command(*, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """List the experiments of the shop, newest first."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        runs = shop.experiments.all()[::-1]
    if as_json:
        print_json(runs)
    elif runs:
        header = ("experiment", "state", "since (UTC)", "until", "planned end", "share", "control", "tried", "by")
        print_table(header, [_listed(run) for run in runs])
    else:
        print_lines(["There was no experiment yet.", "  pairwell experiment start NAME --settings FILE"])


def read(*, name: _Name, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Read what an experiment of the shop shows so far, or showed."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.experiments.read(name)
    if as_json:
        print_json(found)
    else:
        print_lines(_head(found))
        print_comparisons(found.analysis, peeking=not found.fixed)
        _print_looks(found)


def _started(run: Run) -> Iterator[str]:
    until = "" if run.ends is None else f", until {when(run.ends)} UTC as planned"
    yield f"Experiment {run.name}: settings {run.tried} for {percent(run.share)} of the customers{until}."
    yield f"  `pairwell experiment read {run.name}` says what it shows, `pairwell experiment stop {run.name}` ends it"


def _stopped(run: Run) -> Iterator[str]:
    if run.outcome == "adopted":
        yield f"Experiment {run.name} is over: settings {run.tried} are everybody's."
        yield "  pairwell.toml does not say so by itself: write there what was tried, before the next publish"
    else:
        yield f"Experiment {run.name} is over: everybody has settings {run.control}."
    yield f"  `pairwell experiment read {run.name}` still says what it showed"


def _listed(run: Run) -> tuple[object, ...]:
    until, ends = (None if moment is None else when(moment) for moment in (run.until, run.ends))
    return (run.name, run.outcome, when(run.since), until, ends, percent(run.share), run.control, run.tried, run.author)


def _head(found: Reading) -> Iterator[str]:
    run = found.run
    yield f"Experiment {run.name} ({run.outcome}): {when(run.since)} .. {when(found.until)} UTC"
    yield f"  control {run.control}, tried {run.tried} for {percent(run.share)} of the customers"
    yield (
        f"{found.analysis.units:,} customers and visitors, each from the first decision since the start; money in "
        f"{found.currency}, net, after returns."
    )
    yield "  all with a decision count: whom the other settings would have offered something nobody knows"


def _print_looks(found: Reading) -> None:
    if len(found.looks) > 1:
        print_lines(["", "Had you looked before (difference, and the always-valid interval):", ""])
        rows = [(when(one.at), f"{one.units:,}", *map(_effect, one.effects)) for one in found.looks]
        print_table(("until (UTC)", "units", *found.run.metrics), rows, numeric=(1,))


def _effect(one: Effect) -> str | None:
    if one.effect is None or one.interval is None:
        return None
    return f"{one.effect:,.4g} ({one.interval[0]:,.4g} .. {one.interval[1]:,.4g})"
