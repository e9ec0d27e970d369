"""Commands for people who sell at a counter: sellers, sellers card, training, bonus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace
from pairwell.cli.reporting import Format, Language
from pairwell.cli.telling import AsFormat, Key, Out, Since, Spoken, Until, Way, find, tell

if TYPE_CHECKING:
    from pairwell.report.stores.shown import Told

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
    form: AsFormat = Format.table,
    table: Key = None,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Sellers against targets, and compared on what their customers buy: in groups, never ranked."""
    if context.invoked_subcommand is not None:
        return
    way = Way(form, language, out, table, as_json=as_json)
    _tell(find(workspace, lambda shop: shop.sellers.scoreboard(since, until)), way)


@sellers.command()
def card(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item that the customer holds.")],
    *,
    form: AsFormat = Format.table,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """A counter card: what to ask, what goes with an item, which one is better, and why."""
    way = Way(form, language, out, as_json=as_json)
    _tell(find(workspace, lambda shop: shop.sellers.card(item)), way)


@sellers.command()
def training(
    category: Annotated[str, typer.Argument(metavar="CATEGORY", help="A category, or its last part.")],
    *,
    since: Since = None,
    until: Until = None,
    form: AsFormat = Format.table,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """A training sheet: what to ask, why the better is better, objections, and what others add."""
    way = Way(form, language, out, as_json=as_json)
    _tell(find(workspace, lambda shop: shop.sellers.training(category, since, until)), way)


@sellers.command()
def bonus(
    *,
    since: Since = None,
    until: Until = None,
    form: AsFormat = Format.table,
    table: Key = None,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """What each seller gets by the rule under [bonus], line by line."""
    way = Way(form, language, out, table, as_json=as_json)
    _tell(find(workspace, lambda shop: shop.sellers.bonus(since, until)), way)


def _tell(found: Told, way: Way) -> None:
    from pairwell.report.stores.shown import as_report

    tell(found, way, as_report)
