"""A sheet as Markdown, to paste into a note or a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pairwell.report.accounts.sheet import Line, Part, Sheet
from pairwell.report.record import Table
from pairwell.report.shown.cells import NOTHING, Cells, is_numeric
from pairwell.said import ENGLISH

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def render_markdown(sheet: Sheet, language: str = ENGLISH, *, sources: bool = True) -> str:
    """The whole of it; its sources are footnotes."""
    cells = Cells(sheet.currency, language)
    lines = [f"# {_plain(cells.say(sheet.title))}", "", _plain(cells.say(sheet.subtitle)), ""]
    for part in sheet.parts:
        lines += [*_part(part, cells, sources=sources), ""]
    if sources:
        lines += [
            f"[^{number}]: `{one.table}`: {_plain(cells.say(one.rows))}. {_plain(cells.say(one.said))}"
            for number, one in enumerate(sheet.sources, 1)
        ]
    return "\n".join(lines).rstrip() + "\n"


def _part(part: Part, cells: Cells, *, sources: bool) -> Iterator[str]:
    yield f"## {_plain(cells.say(part.title))}"
    yield ""
    if part.table is not None:
        yield from _table(part.table, cells)
        yield ""
    for line in part.lines:
        yield f"* {_said(line, cells, sources=sources)}"


def _said(line: Line, cells: Cells, *, sources: bool) -> str:
    head = f"**{_plain(cells.say(line.head))}**: " if line.head else ""
    return f"{head}{_plain(cells.say(line.text))}{''.join(f'[^{one}]' for one in line.sources) if sources else ''}"


def _table(table: Table, cells: Cells) -> Iterator[str]:
    if not table.rows:
        yield _plain(cells.say(table.note or NOTHING))
        return
    yield f"| {' | '.join(_plain(cells.heading(column)) for column in table.columns)} |"
    yield f"|{'|'.join('---:' if is_numeric(column.unit) else '---' for column in table.columns)}|"
    for row in table.rows:
        values = [cells.value(row.get(column.key), column.unit) for column in table.columns]
        yield f"| {' | '.join(map(_plain, values))} |"
    if table.note:
        yield ""
        yield _plain(cells.say(table.note))


def _plain(text: str) -> str:
    """Letters that Markdown reads as marks stand for themselves, and a line stays one."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
