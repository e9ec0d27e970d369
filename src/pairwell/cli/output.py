"""How findings are printed: a table for people, one JSON document for machines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from pairwell.config.progress import Advance, BytesRead, unheard

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
InWorkspace = Annotated[
    Path | None, typer.Option("--workspace", help="Workspace to use; else PAIRWELL_WORKSPACE, else this folder.")
]
_WIDE = 400


def print_json(finding: object) -> None:
    """Print `finding` as one indented JSON document."""
    sys.stdout.write(as_json_text(finding))


def as_json_text(finding: object) -> str:
    """One indented JSON document, with a line end."""
    from pairwell.said import plain

    return msgspec.json.format(msgspec.json.encode(finding, enc_hook=plain), indent=2).decode() + "\n"


def print_lines(lines: Iterable[str]) -> None:
    """Print plain lines."""
    for line in lines:
        typer.echo(line)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Sequence[int] = ()) -> None:
    """Print a table; the columns in `numeric` are aligned right."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, header in enumerate(headers):
        table.add_column(header, justify="right" if place in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    # Into a pipe or a file nothing is folded: whoever reads it there has room.
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDE)
    with console.capture() as capture:
        console.print(table)
    print_lines(line.rstrip() for line in capture.get().splitlines())


def when(moment: datetime) -> str:
    """A moment up to the minute; "undated" where orders carry no date but their place in a file."""
    from pairwell.dataset.tables import DATED_FROM

    return "undated" if moment < DATED_FROM else f"{moment:%Y-%m-%d %H:%M}"


def as_of_words(moment: datetime) -> str:
    """As of when something was learned, in words."""
    said = when(moment)
    return said if said == "undated" else f"as of {said}"


def amount(minor: int, currency: str) -> str:
    """Minor units as a number of the currency's major unit, with as many decimals as that currency has."""
    from babel.numbers import get_currency_precision

    decimals = get_currency_precision(currency)
    return f"{minor / 10**decimals:,.{decimals}f}"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4f}" if abs(value) < 1 else f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


@contextmanager
def progress(title: str, total: int) -> Iterator[BytesRead]:
    """A progress bar on stderr, where that is a terminal; the function it gives hears bytes read, of `total`."""
    with _bar(title, total) as move:
        yield move


@contextmanager
def progress_share(title: str) -> Iterator[Advance]:
    """As `progress`, where the share that is done is told."""
    with _bar(title, 1) as move:
        yield _Done(move)


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[float], None]]:
    if not sys.stderr.isatty():
        yield unheard
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda step: bar.advance(task, step)


class _Done:
    """Turns the share that is done into steps of a progress bar."""

    def __init__(self, move: Callable[[float], None]) -> None:
        self._move = move
        self._done = 0.0

    def __call__(self, share: float) -> None:
        self._move(share - self._done)
        self._done = share
