"""The command that says what is in and where it came from: data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, when
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.shop.held import Held


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(data)


def data(*, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Say what was taken in from where, which mappings are kept, and what was refused and why."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.held()
    print_json(found) if as_json else _print(found)


def _print(found: Held) -> None:
    tables = [(name, f"{rows:,}") for name, rows in found.holdings.tables.items() if rows]
    print_table(("table", "rows"), tables, numeric=(1,))
    print_lines([""])
    rows = [(when(one.at), one.name, _counts(one.rows)) for one in found.taken]
    print_table(("taken in (UTC)", "from", "new or changed"), rows)
    if found.taken_more:
        print_lines([f"and {found.taken_more:,} before"])
    print_lines(["", *(f"Mapping: {one.name}" for one in found.mappings)])
    for one in found.refused:
        print_lines([f"Refused: {one.name}, {counted(one.rows, 'row')} ({_counts(one.reasons)})"])


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in rows.items() if number) or "nothing"
