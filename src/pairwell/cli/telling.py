"""The shape that commands which tell something share: of which days, in which form and language, and where to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pairwell.cli.output import as_json_text, print_json
from pairwell.cli.reporting import MOMENTS, Format, Language, check_asked, give_report, write_files

if TYPE_CHECKING:
    from pairwell.report.record import Report
    from pairwell.shop.face import Shop

Since = Annotated[
    datetime | None, typer.Option(formats=MOMENTS, help="Orders from this day or moment on, in the shop's time.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=MOMENTS, help="Orders before this day or moment, in the shop's time.")
]
AsFormat = Annotated[Format, typer.Option("--format", help="What to write.")]
Spoken = Annotated[Language, typer.Option(help="What a table or a page is written in.")]
Key = Annotated[str | None, typer.Option(metavar="KEY", help="With csv: only this table, on stdout.")]
Out = Annotated[Path | None, typer.Option(help="File to write it to; with csv and several tables a folder.")]
T = TypeVar("T")


class Way:
    """How a record is to be told. Raises `RequestError` where what was asked does not go together."""

    def __init__(
        self, form: Format, language: Language, out: Path | None, table: str | None = None, *, as_json: bool
    ) -> None:
        self.form = check_asked(Format.json if as_json else form, language, table)
        self.language = language
        self.table = table
        self.out = out


def find(workspace: Path | None, look: Callable[[Shop], T]) -> T:
    """What `look` finds in a workspace."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        return look(shop)


def tell(found: T, way: Way, as_report: Callable[[T], Report]) -> None:
    """Print a record, or write it; for people it is shown as a report."""
    if way.form is not Format.json:
        give_report(as_report(found), way.form, way.language, way.table, way.out)
    elif way.out is None:
        print_json(found)
    else:
        write_files({way.out: as_json_text(found)})
