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
from pairwell.cli.rollout import Author, Share, Why, author_of, percent, print_log
from pairwell.cli.shadowing import print_shadow
from pairwell.errors import RequestError
from pairwell.said import plain
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.config.standing import Standing
    from pairwell.learn.fit import Learned
    from pairwell.model.store import ListedModel

Model = Annotated[str, typer.Argument(metavar="MODEL", help="Id of a learned model.")]
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
        print_json({**msgspec.to_builtins(learned, enc_hook=plain), "offers": outcomes})
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
    yield from _not_live(learned)
    yield from _retuning(learned)
    if unpublished:
        yield "  with the live settings: what pairwell.toml says otherwise counts after `pairwell publish`"
    if learned.validation:
        hit = learned.validation["hr@10"]
        low, high = hit["ci"]
        interval = f"95 % interval {low:.3f} to {high:.3f}"
        yield f"  on the newest orders, held out: hit rate at 10 is {hit['value']:.3f} ({interval})"


def _not_live(learned: Learned) -> Iterator[str]:
    admission = learned.admission
    if not learned.live:
        why = "the live model knows of a later moment" if admission is None else admission.why
        yield f"  kept, not live: {why}"
        yield "  customers' tastes stay those of the live model's run"
        yield f"  `pairwell model publish {learned.model}{' --anyway' if admission else ''}` makes it live all the same"
    elif admission is not None and admission.verdict == "not_comparable":
        yield f"  live without a comparison: {admission.why}"


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
    live = "live" if listed.current else "" if listed.first_share is None else f"for {percent(listed.first_share)}"
    if model is None:
        return (listed.id, "broken", None, None, None, live)
    return (model.id, when(model.as_of), model.orders, model.items, model.pairs, live)


@models.command("publish")
def publish_model(
    model: Model,
    *,
    share: Share = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where it is surely worse than the live one on held-out orders.")
    ] = False,
    author: Author = None,
    reason: Why = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Make a learned model live: for everybody, or for a share of the customers first."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        placed = shop.use_model(model, share, anyway=anyway, author=author_of(author), reason=reason)
    if as_json:
        print_json(placed)
        return
    whom = "" if placed.share >= 1 else f", for {percent(placed.share)} of the customers"
    print_lines([f"Live: model {placed.model}{whom}."])
    if placed.admission.live is not None:
        untold = "without a comparison: " if placed.admission.verdict == "not_comparable" else ""
        print_lines([f"  {untold}{placed.admission.why}"])
    if placed.share < 1:
        finish = f"`pairwell model publish {placed.model}` makes it everybody's"
        print_lines([f"  {finish}, `pairwell model withdraw` ends it"])


@models.command("withdraw")
def withdraw(author: Author = None, reason: Why = None, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """End a roll-out: everybody has the live model again."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        _tell_live(shop.rollout.withdraw_model(author_of(author), reason), as_json)


@models.command("rollback")
def roll_back(
    author: Author = None, reason: Why = None, workspace: InWorkspace = None, as_json: AsJson = False
) -> None:
    """Make the model live that was live before."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        _tell_live(shop.rollout.roll_back_model(author_of(author), reason), as_json)


@models.command("shadow")
def shadow(
    model: Model,
    newest: Annotated[int, typer.Option("-n", min=1, help="How many of the newest logged requests.")] = 1_000,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Decide logged requests by a model in the live one's shadow: what would change. Nobody sees anything of it."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop, progress_share("Deciding again") as advance:
        found = shop.shadow(model, newest, advance=advance)
        currency = shop.published.settings.shop.currency
    print_json(found) if as_json else print_shadow(found, currency)


@models.command("log")
def log(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Say which models were made live, when, for whom, by whom and why; newest first."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.rollout.log("models")
    print_json(found) if as_json else print_log(found, "model")


def _tell_live(stands: Standing, as_json: bool) -> None:
    print_json(stands) if as_json else print_lines([f"Live: model {stands.live}, for everybody."])
