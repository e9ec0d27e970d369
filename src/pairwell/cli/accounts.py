"""Commands for people who look after accounts: whitespace, bill."""

from __future__ import annotations

import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, as_json_text, print_json, print_lines
from pairwell.cli.reporting import Language, write_files

if TYPE_CHECKING:
    from pairwell.report.accounts.shown import Told


class Form(StrEnum):
    """What a sheet is written as."""

    text = "text"
    markdown = "markdown"
    html = "html"
    json = "json"


AsForm = Annotated[Form, typer.Option("--format", help="What to write.")]
Spoken = Annotated[Language, typer.Option(help="What it is written in; JSON is in English.")]
Out = Annotated[Path | None, typer.Option(help="File to write it to.")]
Traced = Annotated[bool, typer.Option("--sources", help="With what each number comes from.")]
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account, by its id.")]

accounts = typer.Typer(no_args_is_help=True, help="What to say to which customer firm, and whom to leave alone.")


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(accounts, name="accounts")


@accounts.command()
def whitespace(
    *,
    account: Annotated[str | None, typer.Option(metavar="ACCOUNT", help="Only this account.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Also how well it finds what was hidden from it.")] = False,
    form: AsForm = Form.text,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """What accounts hold, and what similar ones hold that they do not."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.accounts.whitespace(account, check=check)
    _give(found, Form.json if as_json else form, language, out)


@accounts.command()
def bill(
    account: Account,
    *,
    form: AsForm = Form.text,
    language: Spoken = Language.en,
    sources: Traced = False,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """What the last months cost, and would have cost on every other plan, line by line."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.accounts.bills(account)
    _give(found, Form.json if as_json else form, language, out, sources=sources)


def _give(found: Told, form: Form, language: Language, out: Path | None, *, sources: bool = False) -> None:
    """Print a sheet, or write it."""
    if out is not None:
        write_files({out: _whole(found, form, language, sources=sources)})
    elif form is Form.json:
        print_json(found)
    elif form is Form.text:
        print_lines(_lines(found, language, sources=sources))
    else:
        sys.stdout.write(_whole(found, form, language, sources=sources))


def _lines(found: Told, language: Language, *, sources: bool) -> list[str]:
    from pairwell.report.accounts.shown import as_sheet
    from pairwell.report.accounts.text import render_text

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return render_text(as_sheet(found), width=width, language=language.value, sources=sources)


def _whole(found: Told, form: Form, language: Language, *, sources: bool) -> str:
    """The sheet as one text."""
    from pairwell.report.accounts.markdown import render_markdown
    from pairwell.report.accounts.page import render_page
    from pairwell.report.accounts.shown import as_sheet

    if form is Form.json:
        return as_json_text(found)
    if form is Form.html:
        return render_page(as_sheet(found), language.value, sources=sources)
    if form is Form.markdown:
        return render_markdown(as_sheet(found), language.value, sources=sources)
    return "\n".join([*_lines(found, language, sources=sources), ""])
