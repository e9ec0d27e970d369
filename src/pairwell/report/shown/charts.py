"""Charts of a table as SVG that stands in a page: no script, colours by the page's own style.

Each figure tells its numbers beside it, for a page that has a script which draws them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Literal, NamedTuple

import msgspec

from pairwell.report.record import Cell, Column, Table, Unit
from pairwell.report.shown.cells import Cells, is_numeric
from pairwell.said import phrase

_WIDTH, _HEIGHT, _MARGIN = 440, 140, 24  # narrow, so that letters stay readable on a telephone
_ROW, _LABEL, _ROOM = 22, 170, 104
_MOST_BARS, _MOST_LINES, _LETTERS = 20, 4, 23


class Drawing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers of a chart: one for each name, money in whole units, None where nobody can tell."""

    kind: Literal["lines", "bars"]
    name: str  # of a file that holds it
    title: str
    of: str  # what the names are
    unit: Unit
    names: Sequence[str]
    values: Sequence[float | None]
    shown: Sequence[str]  # the values as people read them
    low: Sequence[float | None] | None = None  # ends of their 95 % intervals
    high: Sequence[float | None] | None = None


class Heat(NamedTuple):
    """What cells are shaded, and the lowest and the highest of them."""

    unit: Unit
    lowest: float
    highest: float

    def share(self, value: float) -> float:
        """How far up the scale a value is."""
        return (value - self.lowest) / (self.highest - self.lowest) if self.highest > self.lowest else 0.5


def draw_chart(table: Table, cells: Cells) -> str:
    """The chart of a table; nothing where it has none or no number to draw."""
    if table.chart == "bars":
        return _bars(table, cells)
    if table.chart == "lines":
        return "".join(_lines(table, cells))
    return ""


def heat_of(table: Table) -> Heat | None:
    """The scale of a table that is shown as a map of heat: that of its last column, as shares and counts share none."""
    if table.chart != "heat":
        return None
    unit = table.columns[-1].unit
    names = [column.key for column in table.columns[1:] if column.unit == unit and is_numeric(unit)]
    known = [value for row in table.rows for name in names if isinstance(value := row.get(name), int | float)]
    return Heat(unit, min(known), max(known)) if known else None


def _bars(table: Table, cells: Cells) -> str:
    column = next((one for one in table.columns[1:] if is_numeric(one.unit)), None)
    if column is None or not table.rows:
        return ""
    rows = table.rows[:_MOST_BARS]
    values = [value if isinstance(value := row.get(column.key), int | float) else 0 for row in rows]
    longest = max(*values, 0) or 1
    parts = [
        _bar(place, _name(row, table, cells), value / longest, cells.value(row.get(column.key), column.unit))
        for place, (row, value) in enumerate(zip(rows, values, strict=True))
    ]
    caption = cells.heading(column)
    if len(rows) < len(table.rows):
        caption = cells.say(phrase("{caption}, the first {shown}", caption=caption, shown=len(rows)))
    drawing = _drawing(msgspec.structs.replace(table, rows=rows), column, cells)
    return _figure(caption, _svg(f"{cells.say(table.title)}: {caption}", _ROW * len(rows) + 4, "".join(parts)), drawing)


def _name(row: Mapping[str, Cell], table: Table, cells: Cells) -> str:
    """What people call a row: its title, where one stands beside the id."""
    called = next((one for one in table.columns[:2] if one.key == "title" and row.get("title")), table.columns[0])
    return cells.name(row, called)


def _bar(place: int, name: str, share: float, value: str) -> str:
    top, length = place * _ROW + 2, max(0.0, share) * (_WIDTH - _LABEL - _ROOM)
    short = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    return (
        f'<text class="label" x="{_LABEL - 8}" y="{top + 14}" text-anchor="end">{escape(short)}</text>'
        f'<rect x="{_LABEL}" y="{top + 2}" width="{length:.1f}" height="{_ROW - 6}" rx="2"/>'
        f'<text class="label" x="{_LABEL + length + 6:.1f}" y="{top + 14}">{escape(value)}</text>'
    )


def _lines(table: Table, cells: Cells) -> Iterator[str]:
    """A chart for each of the first columns of numbers: their units differ."""
    names = [_name(row, table, cells) for row in table.rows]
    for column in [one for one in table.columns[1:] if is_numeric(one.unit)][:_MOST_LINES]:
        values = [row.get(column.key) for row in table.rows]
        if any(isinstance(value, int | float) for value in values):
            title = cells.heading(column)
            drawing = _drawing(table, column, cells)
            yield _figure(title, _svg(title, _HEIGHT, _line(names, values, column, cells)), drawing)


def _line(names: Sequence[str], values: Sequence[Cell], column: Column, cells: Cells) -> str:
    known = [value for value in values if isinstance(value, int | float)]
    lowest, highest = min(*known, 0), max(*known, 0)
    span = highest - lowest or 1
    across = (_WIDTH - _MARGIN) / max(1, len(values) - 1)
    down = _HEIGHT - 2 * _MARGIN
    points = [
        (_MARGIN / 2 + place * across, _MARGIN + down * (1 - (value - lowest) / span))
        if isinstance(value, int | float)
        else None
        for place, value in enumerate(values)
    ]
    zero, end = _MARGIN + down * (1 - (0 - lowest) / span), _WIDTH - _MARGIN / 2
    return "".join(
        [
            f'<line class="axis" x1="{_MARGIN / 2}" x2="{end}" y1="{zero:.1f}" y2="{zero:.1f}"/>',
            f'<text class="label" x="{_MARGIN / 2}" y="14">{escape(cells.value(highest, column.unit))}</text>',
            *(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}"/>' for run in _runs(points)),
            f'<text class="label" x="{_MARGIN / 2}" y="{_HEIGHT - 6}">{escape(names[0])}</text>',
            f'<text class="label" x="{end}" y="{_HEIGHT - 6}" text-anchor="end">{escape(names[-1])}</text>',
        ]
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """Points without a gap between them; a single one is drawn as a short line."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run if len(run) > 1 else [run[0], (run[0][0] + 2, run[0][1])]
            run = []


def _svg(title: str, height: int, content: str) -> str:
    head = f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return f"{head}<title>{escape(title)}</title>{content}</svg>"


def _drawing(table: Table, column: Column, cells: Cells) -> Drawing:
    def values(key: str) -> list[float | None]:
        found = [row.get(key) for row in table.rows]
        return [float(cells.plain(one, column.unit)) if isinstance(one, int | float) else None for one in found]

    first, interval = table.columns[0], column.interval and table.chart == "lines"
    return Drawing(
        kind="bars" if table.chart == "bars" else "lines",
        name=f"{table.key}-{column.key}".replace("_", "-"),
        title=f"{cells.say(table.title)}: {cells.heading(column)}",
        of=cells.say(first.title),
        unit=column.unit,
        names=[_name(row, table, cells) for row in table.rows],
        values=values(column.key),
        shown=[cells.value(row.get(column.key), column.unit) for row in table.rows],
        low=values(f"{column.key}_low") if interval else None,
        high=values(f"{column.key}_high") if interval else None,
    )


def _figure(title: str, drawing: str, numbers: Drawing) -> str:
    told = escape(msgspec.json.encode(numbers).decode())
    return f'<figure data-chart="{told}"><figcaption>{escape(title)}</figcaption>{drawing}</figure>'
