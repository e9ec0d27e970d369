"""Commands for what was learned: learn, model, pairs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from pairwell.cli.outcomes import outcome_lines
from pairwell.cli.output import (
    AsJson,
    InWorkspace,
    as_of_words,
    print_json,
    print_lines,
    print_table,
    progress_share,
    when,
)
from pairwell.cli.pairs import pairs
from pairwell.errors import RequestError
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.learn.fit import Learned
    from pairwell.model.store import ListedModel

models = typer.Typer(help="List the models, or choose the one that is live.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(learn)
    app.command()(pairs)
    app.add_typer(models, name="model")


def learn(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            help="Only from what had happened by then (UTC); a look back behind the live model is kept, not live."
        ),
    ] = None,
    retune: Annotated[
        bool,
        typer.Option(
            "--retune", help="First search for settings of the score that suit this shop better, and publish them."
        ),
    ] = False,
    offers: Annotated[
        bool, typer.Option("--offers", help="Only from the outcomes of offers; fast enough for every hour.")
    ] = False,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Learn what goes with what and publish it as a model; what each customer buys next; what came of offers."""
    from pairwell import open as open_workspace
    from pairwell.shop.status import unpublished_changes

    if offers:
        _learn_offers(workspace, as_json=as_json, alone=as_of is None and not retune)
        return
    with open_workspace(workspace) as shop, progress_share("Learning") as advance:
        learned = shop.learn(as_of, retune=retune, advance=advance)
        outcomes = shop.learn_offers() if as_of is None else None  # who looks back does not mean to sell by it
        unpublished = unpublished_changes(shop.workspace)
    if as_json:
        print_json({**msgspec.to_builtins(learned), "offers": outcomes})
    else:
        print_lines(_learned_lines(learned, unpublished=bool(unpublished)))
        print_lines(outcome_lines(outcomes) if outcomes else ())


def _learn_offers(workspace: Path | None, *, as_json: bool, alone: bool) -> None:
    from pairwell import open as open_workspace

    if not alone:
        raise RequestError(
            "--offers learns from all outcomes that are known now; --as-of and --retune are about the model.",
            hint="Leave one of them out.",
        )
    with open_workspace(workspace) as shop:
        found = shop.learn_offers()
    if as_json:
        print_json(found)
    else:
        print_lines(outcome_lines(found))


def _learned_lines(learned: Learned, *, unpublished: bool) -> Iterator[str]:
    yield f"Learned model {learned.model}, {as_of_words(learned.as_of)}."
    yield f"  {counted(learned.orders, 'order')}, {counted(learned.items, 'item')}, {counted(learned.pairs, 'pair')}"
    yield f"  {learned.seconds:.1f} s, {learned.peak_memory_mb:,.0f} MB at most"
    if not learned.live:
        yield "  kept, not live: the live model knows of a later moment, and customers' tastes are those of its run"
        yield f"  `pairwell model publish {learned.model}` makes it live all the same"
    yield from _retuning(learned)
    if unpublished:
        yield "  with the live settings: what pairwell.toml says otherwise counts after `pairwell publish`"
    if learned.validation:
        hit = learned.validation["hr@10"]
        low, high = hit["ci"]
        interval = f"95 % interval {low:.3f} to {high:.3f}"
        yield f"  on the newest orders, held out: hit rate at 10 is {hit['value']:.3f} ({interval})"


def _retuning(learned: Learned) -> list[str]:
    gain = learned.gain
    if learned.retuned is None or gain is None:
        return []
    low, high = gain.ci
    found = (
        f"{gain.value:+.4f} (95 % interval {low:+.4f} to {high:+.4f}) on {counted(gain.cases, 'order')} not tuned on"
    )
    if not learned.retuned:
        better = "would gain" if gain.value > 0 else "is no better:"
        return [f"  settings stay as they are: the best found {better} {found}"]
    changes = (f"    learn.{name}: {old:g} -> {new:g}" for name, (old, new) in learned.retuned.items())
    return [f"  settings changed in pairwell.toml and published; hit rate at 10 gains {found}", *changes]


@models.command("list")
def list_models(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """List the models, newest first, and say which is live."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.models()
    if as_json:
        print_json(found)
        return
    print_table(
        ("model", "as of", "orders", "items", "pairs", "live"),
        [_model_row(listed) for listed in found],
        numeric=(2, 3, 4),
    )


def _model_row(listed: ListedModel) -> tuple[object, ...]:
    model = listed.manifest
    live = "live" if listed.current else ""
    if model is None:
        return (listed.id, "broken", None, None, None, live)
    return (model.id, when(model.as_of), model.orders, model.items, model.pairs, live)


@models.command("publish")
def publish_model(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id of a learned model.")], workspace: InWorkspace = None
) -> None:
    """Make a learned model live."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        print_lines([f"Live: model {shop.use_model(model)}."])


@models.command("rollback")
def roll_back(workspace: InWorkspace = None) -> None:
    """Make the model live that was live before."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        print_lines([f"Live: model {shop.roll_back_model()}."])
