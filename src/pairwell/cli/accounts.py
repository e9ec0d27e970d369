"""Commands for people who look after accounts: worklist, brief, bill, whitespace, outcome."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, as_json_text, print_json, print_lines
from pairwell.cli.reporting import Language, write_files
from pairwell.cli.telling import find
from pairwell.errors import RequestError
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.advise.answers import Outcome
    from pairwell.advise.working import WorkSheet
    from pairwell.report.accounts.shown import Told
    from pairwell.triggers.records import Sent


class Form(StrEnum):
    """What a sheet is written as."""

    text = "text"
    markdown = "markdown"
    html = "html"
    json = "json"


class ListForm(StrEnum):
    """What a work list is written as."""

    table = "table"
    markdown = "markdown"
    html = "html"
    json = "json"
    csv = "csv"


class System(StrEnum):
    """Whose tasks."""

    pairwell = "pairwell"
    hubspot = "hubspot"
    salesforce = "salesforce"
    bitrix24 = "bitrix24"
    amocrm = "amocrm"


_FORMS = {
    ListForm.table: Form.text,
    ListForm.markdown: Form.markdown,
    ListForm.html: Form.html,
    ListForm.json: Form.json,
}
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
    found = find(workspace, lambda shop: shop.accounts.whitespace(account, check=check))
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
    found = find(workspace, lambda shop: shop.accounts.bills(account))
    _give(found, Form.json if as_json else form, language, out, sources=sources)


@accounts.command()
def worklist(
    *,
    owner: Annotated[str | None, typer.Option(metavar="OWNER", help="Only the accounts of this owner.")] = None,
    capacity_minutes: Annotated[int | None, typer.Option(min=1, help="Minutes there are for talks.")] = None,
    form: Annotated[
        ListForm, typer.Option("--format", help="What to write; csv and json with --for: tasks.")
    ] = ListForm.table,
    crm: Annotated[
        System | None, typer.Option("--for", help="Tasks in the column names of this CRM, as csv or json.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send the talks to the receivers of [[tasks]]; none is told twice.")
    ] = False,
    language: Spoken = Language.en,
    sources: Traced = False,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Whom to talk to, about what, why and when, the most worth a minute first; and whom to leave alone."""
    chosen = ListForm.json if as_json else form
    if crm is not None and chosen not in {ListForm.csv, ListForm.json}:
        raise RequestError("Tasks for a CRM are CSV or JSON.", hint="Add `--format csv`.", field="for")
    if send:
        _give_sent(find(workspace, lambda shop: shop.triggers.send_worklist(owner, capacity_minutes)), as_json=as_json)
        return
    found = find(workspace, lambda shop: shop.accounts.worklist(owner, capacity_minutes))
    if crm is not None or chosen is ListForm.csv:
        _give_tasks(found, chosen, (crm or System.pairwell, language), out)
    else:
        _give(found, _FORMS[chosen], language, out, sources=sources)


def _give_sent(found: Sequence[Sent], *, as_json: bool) -> None:
    if as_json:
        print_json({"sent": found})
    else:
        print_lines(line for one in found for line in _sent_lines(one))


def _sent_lines(one: Sent) -> Iterator[str]:
    yield f"{one.name}: {counted(one.tasks, 'task')} on the list, {one.new:,} new, {one.before:,} told before."
    yield f"  {one.delivered:,} delivered, {one.failed:,} failed, {one.silent:,} held back by what speaks against it."
    if one.failed:
        yield "  What failed is tried again by `pairwell serve`, or `pairwell triggers run --once`."


def _give_tasks(found: WorkSheet, form: ListForm, to: tuple[System, Language], out: Path | None) -> None:
    from pairwell.report.accounts.tasks import make_tasks, render_tasks

    tasks = make_tasks(found, to[0].value, to[1].value)
    text = as_json_text(tasks) if form is ListForm.json else render_tasks(tasks, to[0].value)
    if out is None:
        sys.stdout.write(text)
    else:
        write_files({out: text})


@accounts.command()
def brief(
    account: Account,
    *,
    form: AsForm = Form.text,
    language: Spoken = Language.en,
    sources: Traced = False,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """One page for a quarterly review: use, value, risks, bills, openings and next steps."""
    found = find(workspace, lambda shop: shop.accounts.brief(account, language.value))
    _give(found, Form.json if as_json else form, language, out, sources=sources)


@accounts.command()
def outcome(
    account: Account,
    answer: Annotated[str, typer.Argument(metavar="accept|later|no", help="What they said.")],
    *,
    move: Annotated[
        str | None, typer.Option(metavar="PLAN", help="The plan or add-on it was about; else the best move.")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="With later: the day to ask again, of the shop's time."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="REASON", help="With no: have_it, too_dear or not_for_me.")
    ] = None,
    words: Annotated[str | None, typer.Option(help="What they said, in their words.")] = None,
    by: Annotated[str | None, typer.Option(metavar="SELLER", help="Who talked to them.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Tell what an account answered: it silences, parks and teaches."""
    from pairwell.advise.answers import Told as Answered

    told = Answered(answer=answer, move=move, until=until, reason=reason, words=words, by=by)
    found = find(workspace, lambda shop: shop.accounts.outcome(account, told))
    if as_json:
        print_json(found)
    else:
        print_lines(_outcome_lines(found))


def _outcome_lines(found: Outcome) -> Iterator[str]:
    news = "" if found.is_new else " It was told today already, and counts once."
    yield f"Noted: {found.account_id} said {found.answer} to {found.move}.{news}"
    if found.alone_until is not None:
        yield f"Nothing is pitched to them until {found.alone_until:%Y-%m-%d}."
    if found.silent_until is not None:
        yield f"{found.move} is offered to them nowhere until {found.silent_until:%Y-%m-%d}."


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
