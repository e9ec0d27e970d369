"""A sheet as one HTML page that needs nothing beside itself and prints to A4: no script, no font, no other address."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from pairwell.report.accounts.sheet import Line, Part, Sheet
from pairwell.report.shown.cells import Cells
from pairwell.report.shown.page import render_table
from pairwell.report.shown.style import STYLE
from pairwell.said import ENGLISH, phrase

SHEET_STYLE: Final = """
.sheet { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4px 28px; align-items: start; }
.sheet > section { margin: 10px 0 0; }
.sheet > .whole { grid-column: 1 / -1; }
.sheet h2 { font-size: 15px; margin: 0 0 4px; }
.sheet ul { margin: 0; padding-left: 18px; }
.sheet li { margin: 2px 0; }
.sheet sup { color: var(--soft); font-size: 10px; }
.sheet section section { margin: 0; display: flex; flex-wrap: wrap; gap: 0 24px; align-items: start; }
.sheet section section > figure { flex: 1 1 200px; max-width: 340px; } .sheet details { flex: 1 0 100%; }
.sheet section section > h2 { display: none; }
.sheet figure { margin: 0 0 4px; }
.sources { color: var(--soft); font-size: 12px; }
@media (max-width: 700px) { .sheet { grid-template-columns: minmax(0, 1fr); } }
"""
_PRINTED: Final = """
@media print { @page { size: A4; margin: 8mm 10mm; } :root { color-scheme: light; } main { padding: 0; }
  body { font-size: 9.2px; line-height: 1.25; } h1 { font-size: 16px; } .period { margin: 0; }
  .sheet { gap: 0 18px; grid-template-columns: repeat(2, minmax(0, 1fr)); } .sheet > section { margin-top: 5px; }
  .sheet h2 { font-size: 10.5px; margin-bottom: 1px; } .sheet ul { padding-left: 12px; } .sheet li { margin: 0; }
  .sheet > .whole > ul { columns: 2; column-gap: 18px; }
  .sheet th, .sheet td { padding: 1px 8px 1px 0; font-size: 8.6px; min-width: 0; } .sheet figure { margin: 0; }
  .sheet section section { flex-wrap: nowrap; } .sheet section section > figure { flex: 0 1 165px; }
  .sheet section section > .wide { flex: 1 1 0; } .sheet svg .label { font-size: 17px; }
  .sheet figcaption { font-size: 8.6px; } .sheet sup { display: none; } .sources { display: none; }
  .sheet details.numbers { display: none; } .wide { overflow: visible; } }
"""
_WITH_SOURCES: Final = (
    "@media print { .sources { display: block; break-before: page; font-size: 8.6px; }"
    " .sheet sup { display: inline; font-size: 6px; } }"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(sheet: Sheet, language: str = ENGLISH, *, sources: bool = False) -> str:
    """The page in a language, light or dark as its reader likes it; `sources`: printed, too, on another page."""
    printed = _WITH_SOURCES if sources else ""
    return "".join(
        [
            f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(Cells(sheet.currency, language).say(sheet.title))}</title>",
            f"<style>{STYLE}{SHEET_STYLE}{_PRINTED}{printed}</style></head><body><main>",
            render_sheet(sheet, language),
            "</main></body></html>\n",
        ]
    )


def render_sheet(sheet: Sheet, language: str = ENGLISH) -> str:
    """What stands in the page, for another one that has the same style."""
    cells = Cells(sheet.currency, language)
    return "".join(
        [
            f"<h1>{_said(cells, sheet.title)}</h1>",
            f'<p class="period">{_said(cells, sheet.subtitle)}</p>',
            '<div class="sheet">',
            *(_part(part, cells, sheet.name) for part in sheet.parts),
            "</div>",
            *_sources(sheet, cells),
        ]
    )


def _part(part: Part, cells: Cells, name: str) -> str:
    kind = ' class="whole"' if part.width == "whole" else ""
    table = render_table(part.table, cells) if part.table is not None else ""
    lines = "".join(_line(line, cells, name) for line in part.lines)
    return f"<section{kind}><h2>{_said(cells, part.title)}</h2>{table}{f'<ul>{lines}</ul>' if lines else ''}</section>"


def _line(line: Line, cells: Cells, name: str) -> str:
    head = f"<b>{_said(cells, line.head)}:</b> " if line.head else ""
    numbers = "".join(f'<sup><a href="#{name}-source-{one}">{one}</a></sup> ' for one in line.sources)
    return f"<li>{head}{_said(cells, line.text)}{numbers}</li>"


def _sources(sheet: Sheet, cells: Cells) -> Iterator[str]:
    if not sheet.sources:
        return
    yield f'<section class="sources"><h2>{_said(cells, phrase("Where the numbers come from"))}</h2><ol>'
    for number, one in enumerate(sheet.sources, 1):
        told = f"{escape(one.table)}: {_said(cells, one.rows)}. {_said(cells, one.said)}"
        yield f'<li id="{sheet.name}-source-{number}">{told}</li>'
    yield "</ol></section>"


def _said(cells: Cells, text: str) -> str:
    return escape(cells.say(text))
