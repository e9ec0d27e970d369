"""Commands on what is set: settings show, list, set, held-back, try; model overview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.learning import models
from pairwell.cli.output import AsJson, InWorkspace, amount, print_json, print_lines, print_table, when
from pairwell.cli.rollout import Author, author_of, off_lines, percent, print_log, rollout_lines, told_by
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.backtest.whatif.brief import Left
    from pairwell.shop.held_back import HeldBack
    from pairwell.shop.kept_models import KeptModel
    from pairwell.shop.setup import Differs, Setup
    from pairwell.shop.trying_draft import DraftTried

_group = typer.Typer(
    help="Say what is set, what it held back lately, and what the draft would change.", no_args_is_help=True
)
_LEFT = {
    "out_of_time": "there was no more time",
    "another_version": "made by another version of pairwell",
    "offers_off": "every offer was switched off",
    "no_such_placement": "their placement is not in the draft",
    "not_repeated": "computed again they differ",
    "gone": "their model, settings or facts are gone",
}
Newest = Annotated[int, typer.Option("-n", "--newest", min=1, help="How many of the newest decisions.")]
Seconds = Annotated[float, typer.Option(min=0.0, help="Seconds after which those that are left are left out.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(_group, name="settings")


@_group.command("show")
def show(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Say what is live and for whom, what pairwell.toml would change, and how that came about."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.setup()
    if as_json:
        print_json(found)
        return
    print_lines(_setup_lines(found))
    print_lines([""])
    print_log(found.log[::-1], "settings")


@_group.command("list")
def list_settings(
    find: Annotated[list[str] | None, typer.Argument(metavar="[WORD]...", help="Words of a name or purpose.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """List settings with what is live, what pairwell.toml says, and what each is for."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.list_settings(" ".join(find or []))
    if as_json:
        print_json(found)
        return
    if found.problem is not None:
        print_lines([f"Draft: {found.problem}", ""])
    rows = [(one.name, one.live, "" if one.draft == one.live else one.draft, one.about) for one in found.settings]
    print_table(("setting", "live", "draft", "what it is for"), rows)
    print_lines(["", f"In pairwell.toml alone: {', '.join(found.in_file_alone)}, and tables of names."])


@_group.command("set")
def set_one(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A setting, such as guards.add_on_price_share.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="As pairwell.toml writes it; 25% is 0.25.")],
    author: Author = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Write another value into pairwell.toml and leave all else in it as it is; it counts once it is published."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        made = shop.change_setting(name, value, author=author_of(author) or "")
    if as_json:
        print_json(made)
        return
    print_lines([f"{made.name} = {made.draft} in pairwell.toml; live: {made.live}. `pairwell publish` makes it live."])


@_group.command("held-back")
def held_back(
    newest: Newest = 100, seconds: Seconds = 60.0, workspace: InWorkspace = None, as_json: AsJson = False
) -> None:
    """Count what rules, guards, caps and all else held back in the newest decisions."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.held_back(newest, seconds=seconds)
    if as_json:
        print_json(found)
        return
    print_lines([f"{counted(found.decisions, 'decision')}, {found.offered:,} with offers.", *_left(found.unread), ""])
    print_table(("what", "name", "candidates held back", "in decisions"), list(_held_rows(found)), numeric=(2, 3))


@_group.command("try")
def try_draft(
    newest: Newest = 100, seconds: Seconds = 60.0, workspace: InWorkspace = None, as_json: AsJson = False
) -> None:
    """Decide the newest requests by pairwell.toml; `simulate` tries any file, and says what it would have earned."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.try_draft(newest, seconds=seconds)
    print_json(found) if as_json else print_lines(_tried_lines(found))


@models.command("overview")
def overview(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Say how well each model finds an item hidden from an order, and which is live for whom."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.kept_models()
    if as_json:
        print_json(found)
        return
    print_table(
        ("model", "as of", "orders", "hit rate at 10", "95 %", "for"),
        [_model_row(one) for one in found.models],
        numeric=(2, 3),
    )
    print_lines([""])
    print_log(found.log[::-1], "model")


def _model_row(one: KeptModel) -> tuple[object, ...]:
    rate = None if one.hit_rate is None else f"{one.hit_rate:.3f}"
    interval = None if one.hit_rate_ci is None else f"{one.hit_rate_ci[0]:.3f} to {one.hit_rate_ci[1]:.3f}"
    whom = "everybody" if one.live else None if one.first_share is None else percent(one.first_share)
    return one.id, None if one.as_of is None else when(one.as_of), one.orders, rate, interval, whom


def _setup_lines(found: Setup) -> Iterator[str]:
    by = "" if found.made_live is None else told_by(found.made_live)
    yield f"Live: settings {found.live}, for everybody{by}."
    first = None if found.underway is None else found.underway.said
    yield from rollout_lines(first, "settings", "pairwell publish", "pairwell publish --withdraw")
    if found.draft.problem is not None:
        yield f"Draft: {found.draft.problem}"
    elif found.draft.changes:
        yield f"Draft: {counted(len(found.draft.changes), 'setting')} would change:"
        yield from _changes(found.draft.changes)
    else:
        yield "Draft: pairwell.toml says what is live."
    if found.draft.unfair:
        number = counted(len(found.draft.unfair), "dark pattern")
        yield f"Draft: {number}; `pairwell publish` refuses it, `pairwell fairness` says why."
    yield from off_lines(found.offers_off)


def _changes(changes: list[Differs]) -> Iterator[str]:
    return (f"  {one.name}: {one.before} -> {one.after}" for one in changes)


def _left(left: Mapping[Left, int]) -> Iterator[str]:
    return (f"Left out: {counted(number, 'decision')}, {_LEFT[reason]}." for reason, number in left.items())


def _held_rows(found: HeldBack) -> Iterator[tuple[object, ...]]:
    yield from (("rule", one.rule.name, one.candidates, one.decisions) for one in found.rules)
    yield from (("guard", one.name, one.candidates, one.decisions) for one in found.guards)
    yield from (("cap", one.cap.name, one.candidates, one.decisions) for one in found.caps)
    yield from ((one.stage, one.said, one.candidates, one.decisions) for one in found.others)


def _tried_lines(found: DraftTried) -> Iterator[str]:
    if not found.changes:
        yield "Nothing to try: pairwell.toml says what is live."
        return
    yield from _changes(found.changes)
    yield from _left(found.left)
    tried = found.counted
    if tried is None:
        yield "No decision could be tried."
        return
    yield f"{counted(tried.requests, 'request')} decided again: {percent(tried.same / tried.requests)} the same."
    yield f"  with offers: {tried.before.slates:,} -> {tried.after.slates:,}"
    before, after = (amount(round(side.worth_minor), found.currency) for side in (tried.before, tried.after))
    yield f"  expected to add, {found.currency}: {before} -> {after}"
    yield from (
        f"  held back: {found.reasons[one.reason]}: {one.before:,} -> {one.after:,}"
        for one in tried.held
        if one.before != one.after
    )
