"""The command that measures: report."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines
from pairwell.errors import RequestError, StorageError

if TYPE_CHECKING:
    from pairwell.report.record import Report

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class Language(StrEnum):
    """What a report for people is written in."""

    en = "en"
    ru = "ru"
    pl = "pl"


class Format(StrEnum):
    """What a report is written as."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(report)


def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which report; a wrong name lists those there are.")],
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="Orders from this day or moment on, in the shop's time.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="Orders before this day or moment, in the shop's time.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="SEGMENT", help="Slice by this; a wrong one lists those there are.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.table,
    table: Annotated[str | None, typer.Option(metavar="KEY", help="With csv: only this table, on stdout.")] = None,
    language: Annotated[Language, typer.Option(help="What a table or a page is written in.")] = Language.en,
    out: Annotated[Path | None, typer.Option(help="File to write it to; with csv and several tables a folder.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show a report: how much is sold, what with what, to whom, and how that changes."""
    from pairwell import open as open_workspace

    chosen = check_asked(Format.json if as_json else form, language, table)
    with open_workspace(workspace) as shop:
        found = shop.report(name, since=since, until=until, by=by)
    give_report(found, chosen, language, table, out)


def check_asked(chosen: Format, language: Language, table: str | None = None) -> Format:
    """The format itself. Raises `RequestError` where the language or the table does not go with it."""
    if table is not None and chosen is not Format.csv:
        raise RequestError("`--table` chooses a table of CSV.", hint="Add `--format csv`.", field="table")
    if language is not Language.en and chosen in {Format.csv, Format.json}:
        raise RequestError(
            "CSV and JSON are for programs, and in English.",
            hint="Leave `--language` out, or add `--format html`.",
            field="language",
        )
    return chosen


def give_report(found: Report, chosen: Format, language: Language, table: str | None, out: Path | None) -> None:
    """Print a report, or write it."""
    if chosen is Format.csv:
        _give_csv(found, table, out)
    elif out is not None:
        write_files({out: _whole(found, chosen, language)})
    elif chosen is Format.json:
        print_json(found)
    elif chosen is Format.html:
        sys.stdout.write(_whole(found, chosen, language))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print_lines(_lines(found, language, width))


def _lines(found: Report, language: Language, width: int | None = None) -> list[str]:
    from pairwell.report.shown.text import render_text

    return render_text(found, width=width, language=language.value)


def _whole(found: Report, chosen: Format, language: Language) -> str:
    """The report as one text."""
    from pairwell.report.shown.json import render_json
    from pairwell.report.shown.page import render_page

    if chosen is Format.html:
        return render_page(found, language.value)
    return render_json(found) if chosen is Format.json else "\n".join([*_lines(found, language), ""])


def _give_csv(found: Report, table: str | None, out: Path | None) -> None:
    """One table on stdout or in a file; several in a folder, a file each."""
    from pairwell.report.shown.csv import choose_table, render_csv

    files = render_csv(found)
    if table is not None:
        _give(choose_table(files, table), out)
    elif len(files) <= 1:
        _give("".join(files.values()), out)
    elif out is None:
        raise RequestError(
            f"This report has {len(files)} tables: {', '.join(files)}.",
            hint="Name one with `--table KEY`, or a folder for all of them with `--out FOLDER`.",
            field="table",
        )
    else:
        write_files({out / f"{key}.csv": text for key, text in files.items()})


def _give(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
    else:
        write_files({out: text})


def write_files(files: dict[Path, str]) -> None:
    """Write texts to files, in folders that are made. Raises `StorageError`."""
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(
                f"{os.fspath(path)} cannot be written: {error.strerror or error}.",
                hint="Name another place with --out.",
            ) from error
    print_lines(f"Wrote {path}." for path in files)
