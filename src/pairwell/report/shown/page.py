"""A report as one HTML page that needs nothing beside itself: no script, no font, no other address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.shown.cells import ALL_METRICS, NOTHING, NUMBERS, Cells, is_numeric, period_words, verdict
from pairwell.report.shown.charts import Heat, draw_chart, heat_of
from pairwell.report.shown.style import STYLE
from pairwell.said import ENGLISH, joined, phrase, spoken

_BEFORE_READING: Final = phrase("What to know before reading")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(report: Report, language: str = ENGLISH) -> str:
    """The page in a language, light or dark as its reader likes it."""
    return "".join(
        [
            f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(spoken(report.title, language))}</title><style>{STYLE}</style></head><body><main>",
            render_body(report, language),
            "</main></body></html>\n",
        ]
    )


def render_body(report: Report, language: str = ENGLISH, beside: str = "") -> str:
    """What stands in the page, for another one that has the same style; `beside`: HTML after the first figures."""
    cells = Cells(report.currency, language)
    first, others = report.grouped
    return "".join(
        [
            f"<h1>{_said(cells, report.title)}</h1>",
            f'<p class="period">{_said(cells, period_words(report))}</p>',
            *_figures(first, cells, "figures lead" if report.lead else "figures"),
            beside,
            *(render_table(table, cells) for table in report.tables),
            *_folded(others, cells),
            *_notes(report, cells),
        ]
    )


def _figures(figures: Sequence[Figure], cells: Cells, kind: str = "figures") -> Iterator[str]:
    if figures:
        yield f'<section class="{kind}">'
        yield from (_card(figure, cells) for figure in figures)
        yield "</section>"


def _folded(figures: Sequence[Figure], cells: Cells) -> Iterator[str]:
    if figures:
        yield f'<details class="more" id="figures"><summary>{_said(cells, ALL_METRICS)}</summary>'
        yield from _figures(figures, cells)
        yield "</details>"


def _card(figure: Figure, cells: Cells) -> str:
    title = f"<h2>{_said(cells, figure.title)}</h2>"
    if figure.refusal is not None:
        return f'<article class="refused">{title}<p>{escape(_sentence(cells.say(figure.refusal)))}</p></article>'
    unit = cells.unit(figure.unit)
    value = f"{escape(cells.value(figure.value, figure.unit))}{f' <small>{escape(unit)}</small>' if unit else ''}"
    said = [f'<p class="value">{value}</p>']
    if interval := cells.interval(figure.low, figure.high, figure.unit):
        told = phrase("95 %: {interval}", interval=interval)
        said.append(f'<p class="interval">{_said(cells, told)}</p>')
    if figure.previous is not None:
        change = cells.change(figure)
        before = phrase("before: {value}", value=cells.value(figure.previous, figure.unit))
        said.append(f'<p class="before">{_said(cells, before)}{f" ({escape(change)})" if change else ""}</p>')
        if ends := cells.change_interval(figure):
            told = joined(
                phrase("change, 95 %: {interval}", interval=ends),
                verdict(figure.change_low, figure.change_high),
                between=", ",
            )
            said.append(f'<p class="interval">{_said(cells, told)}</p>')
    if figure.note is not None:
        said.append(f'<p class="note">{_said(cells, figure.note)}</p>')
    return f"<article>{title}{''.join(said)}</article>"


def render_table(table: Table, cells: Cells) -> str:
    """One table in a section of its own, with its chart."""
    note = f'<p class="note">{_said(cells, table.note)}</p>' if table.note else ""
    title = f"<h2>{_said(cells, table.title)}</h2>"
    if not table.rows:
        return f"<section>{title}{note or f'<p>{_said(cells, NOTHING)}</p>'}</section>"
    head = "".join(_heading(column, cells) for column in table.columns)
    heat = heat_of(table)
    body = "".join(f"<tr>{_row(table, row, cells, heat)}</tr>" for row in table.rows)
    wide = (
        f'<div class="wide" tabindex="0" role="group" aria-label="{_said(cells, table.title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"
    )
    chart = draw_chart(table, cells)
    if chart and table.chart == "lines":
        wide = f'<details class="numbers"><summary>{_said(cells, NUMBERS)}</summary>{wide}</details>'
    return f"<section>{title}{chart}{wide}</section>"


def _heading(column: Column, cells: Cells) -> str:
    kind = ' class="number"' if is_numeric(column.unit) else ""
    return f'<th scope="col"{kind}>{escape(cells.heading(column))}</th>'


def _row(table: Table, row: Mapping[str, Cell], cells: Cells, heat: Heat | None) -> str:
    return "".join(_cell(place, column, row, cells, heat) for place, column in enumerate(table.columns))


def _said(cells: Cells, text: str) -> str:
    return escape(cells.say(text))


def _sentence(text: str) -> str:
    """With a capital letter, where it was the end of one."""
    return text[:1].upper() + text[1:]


def _cell(place: int, column: Column, row: Mapping[str, Cell], cells: Cells, heat: Heat | None) -> str:
    value = row.get(column.key)
    shown = escape(cells.value(value, column.unit))
    interval = ""
    if column.interval:
        interval = cells.interval(row.get(f"{column.key}_low"), row.get(f"{column.key}_high"), column.unit)
    if interval:
        shown += f" <small>{escape(interval)}</small>"
    if place == 0:
        return f'<th scope="row">{shown}</th>'
    if not is_numeric(column.unit):
        return f"<td>{shown}</td>"
    return f'<td class="number"{_warmth(value, column, heat)}>{shown}</td>'


def _warmth(value: Cell, column: Column, heat: Heat | None) -> str:
    if heat is None or column.unit != heat.unit or not isinstance(value, int | float):
        return ""
    return f' style="--heat: {heat.share(value) * 60:.0f}%"'


def _notes(report: Report, cells: Cells) -> Iterator[str]:
    if report.notes:
        yield f'<section class="notes"><h2>{_said(cells, _BEFORE_READING)}</h2><ul>'
        yield from (f"<li>{_said(cells, note)}</li>" for note in report.notes)
        yield "</ul></section>"
