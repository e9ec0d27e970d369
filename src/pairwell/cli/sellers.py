"""Commands for people who sell at a counter: sellers, sellers card, training, bonus."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, as_json_text, print_json
from pairwell.cli.reporting import Format, Language, check_asked, give_report, write_files

if TYPE_CHECKING:
    from pairwell.report.stores.shown import Told

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
Since = Annotated[
    datetime | None, typer.Option(formats=_MOMENTS, help="Orders from this day or moment on, in the shop's time.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=_MOMENTS, help="Orders before this day or moment, in the shop's time.")
]
Form = Annotated[Format, typer.Option("--format", help="What to write.")]
Spoken = Annotated[Language, typer.Option(help="What a table or a page is written in.")]
Key = Annotated[str | None, typer.Option(metavar="KEY", help="With csv: only this table, on stdout.")]
Out = Annotated[Path | None, typer.Option(help="File to write it to; with csv and several tables a folder.")]

sellers = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(sellers, name="sellers")


@sellers.callback()
def scoreboard(
    context: typer.Context,
    *,
    since: Since = None,
    until: Until = None,
    form: Form = Format.table,
    table: Key = None,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Sellers against targets, and compared on what their customers buy: in groups, never ranked."""
    if context.invoked_subcommand is not None:
        return
    from pairwell import open as open_workspace

    chosen = check_asked(Format.json if as_json else form, language, table)
    with open_workspace(workspace) as shop:
        found = shop.sellers.scoreboard(since, until)
    _give(found, chosen, language, table, out)


@sellers.command()
def card(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item that the customer holds.")],
    *,
    form: Form = Format.table,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """A counter card: what to ask, what goes with an item, which one is better, and why."""
    from pairwell import open as open_workspace

    chosen = check_asked(Format.json if as_json else form, language)
    with open_workspace(workspace) as shop:
        found = shop.sellers.card(item)
    _give(found, chosen, language, None, out)


@sellers.command()
def training(
    category: Annotated[str, typer.Argument(metavar="CATEGORY", help="A category, or its last part.")],
    *,
    since: Since = None,
    until: Until = None,
    form: Form = Format.table,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """A training sheet: what to ask, why the better is better, objections, and what others add."""
    from pairwell import open as open_workspace

    chosen = check_asked(Format.json if as_json else form, language)
    with open_workspace(workspace) as shop:
        found = shop.sellers.training(category, since, until)
    _give(found, chosen, language, None, out)


@sellers.command()
def bonus(
    *,
    since: Since = None,
    until: Until = None,
    form: Form = Format.table,
    table: Key = None,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """What each seller gets by the rule under [bonus], line by line."""
    from pairwell import open as open_workspace

    chosen = check_asked(Format.json if as_json else form, language, table)
    with open_workspace(workspace) as shop:
        found = shop.sellers.bonus(since, until)
    _give(found, chosen, language, table, out)


def _give(found: Told, chosen: Format, language: Language, table: str | None, out: Path | None) -> None:
    from pairwell.report.stores.shown import as_report

    if chosen is not Format.json:
        give_report(as_report(found), chosen, language, table, out)
    elif out is None:
        print_json(found)
    else:
        write_files({out: as_json_text(found)})
