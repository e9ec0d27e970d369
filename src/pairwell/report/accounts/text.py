"""A sheet as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from pairwell.report.accounts.sheet import Line, Part, Sheet
from pairwell.report.shown.cells import Cells
from pairwell.report.shown.text import table_lines
from pairwell.said import ENGLISH, phrase

_WIDTH = 100


def render_text(sheet: Sheet, *, width: int | None = None, language: str = ENGLISH, sources: bool = False) -> list[str]:
    """The lines of a sheet; `sources`: with what its numbers come from."""
    cells = Cells(sheet.currency, language)
    lines = [cells.say(sheet.title), cells.say(sheet.subtitle)]
    for part in sheet.parts:
        lines += ["", *_part(part, cells, width, sources=sources)]
    if sources and sheet.sources:
        lines += ["", cells.say(phrase("Where the numbers come from"))]
        lines += [
            f"  [{number}] {one.table}: {cells.say(one.rows)}. {cells.say(one.said)}"
            for number, one in enumerate(sheet.sources, 1)
        ]
    return lines


def _part(part: Part, cells: Cells, width: int | None, *, sources: bool) -> Iterator[str]:
    if part.table is not None:
        yield from table_lines(part.table, cells, width)
    else:
        yield cells.say(part.title)
    for line in part.lines:
        yield from _wrapped(_said(line, cells, sources=sources), width or _WIDTH)


def _said(line: Line, cells: Cells, *, sources: bool) -> str:
    head = f"{cells.say(line.head)}: " if line.head else ""
    numbers = "".join(f" [{number}]" for number in line.sources) if sources else ""
    return f"{head}{cells.say(line.text)}{numbers}"


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, max(width, 40), initial_indent="  * ", subsequent_indent="    ", break_long_words=False)
