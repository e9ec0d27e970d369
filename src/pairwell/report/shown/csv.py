"""A report as tables of comma-separated values, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from pairwell.errors import NotFoundError
from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.shown.cells import Cells
from pairwell.wording import plain_cell

FIGURES = "figures"


def render_csv(report: Report) -> dict[str, str]:
    """A file for the figures and one for every table, by key. Money stands in whole units, shares in 0..1."""
    cells = Cells(report.currency)
    found = {FIGURES: _figures(report, cells)} if report.figures else {}
    return found | {table.key: _table(table, cells) for table in report.tables}


def choose_table(files: Mapping[str, str], key: str) -> str:
    """The file of one table. Raises `NotFoundError` naming those there are."""
    if key not in files:
        raise NotFoundError(
            f"This report has no table {key!r}.", hint=f"Tables: {', '.join(files) or 'none'}.", field="table"
        )
    return files[key]


def _figures(report: Report, cells: Cells) -> str:
    header = [
        "key",
        "title",
        "unit",
        "value",
        "low",
        "high",
        "previous",
        "change_low",
        "change_high",
        "refusal",
        "note",
    ]
    return _written([header, *(_figure(figure, cells) for figure in report.figures)])


def _figure(figure: Figure, cells: Cells) -> list[str]:
    unit = cells.currency if figure.unit == "money" else figure.unit
    values = (figure.value, figure.low, figure.high, figure.previous, figure.change_low, figure.change_high)
    shown = [cells.plain(value, figure.unit) for value in values]
    return [figure.key, figure.title, unit, *shown, figure.refusal or "", figure.note or ""]


def _table(table: Table, cells: Cells) -> str:
    columns = [(name, column) for column in table.columns for name in _names(column)]
    rows = [[cells.plain(row.get(name), column.unit) for name, column in columns] for row in table.rows]
    return _written([[name for name, _ in columns], *rows])


def _names(column: Column) -> list[str]:
    return [column.key, *([f"{column.key}_low", f"{column.key}_high"] if column.interval else [])]


def _written(rows: Sequence[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[plain_cell(cell) for cell in row] for row in rows])
    return text.getvalue()
