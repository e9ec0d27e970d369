"""A report as lines of a terminal: aligned tables, bars and sparklines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len, set_cell_size

from pairwell.report.record import Cell, Column, Figure, Report, Table
from pairwell.report.shown.cells import ALL_METRICS, NOTHING, Cells, is_numeric, period_words, verdict
from pairwell.said import ENGLISH, phrase

_BLOCKS = "▁▂▃▄▅▆▇█"
_GAP = "  "
_BAR = 12
_NARROWEST = 8
_LINE = 60
_INTERVAL = phrase("95 % interval")


def render_text(report: Report, *, width: int | None = None, language: str = ENGLISH) -> list[str]:
    """The lines of a report; texts are cut, with an ellipsis, where `width` columns do not hold a row."""
    cells = Cells(report.currency, language)
    lines = [cells.say(report.title), cells.say(period_words(report))]
    first, others = report.grouped
    if first:
        lines += ["", *_figures(first, cells, width)]
    for table in report.tables:
        lines += ["", *table_lines(table, cells, width)]
    if others:
        lines += ["", cells.say(ALL_METRICS), *_figures(others, cells, width)]
    if report.notes:
        lines += ["", *(f"* {cells.say(note)}" for note in report.notes)]
    return lines


def sparkline(values: Sequence[Cell]) -> str:
    """One character a value, from the lowest to the highest of them; a blank where a value is unknown."""
    known = [value for value in values if isinstance(value, int | float)]
    if not known:
        return ""
    lowest, span = min(known), max(known) - min(known)
    steps = len(_BLOCKS) - 1
    return "".join(
        _BLOCKS[round((value - lowest) / span * steps) if span else steps // 2]
        if isinstance(value, int | float)
        else " "
        for value in values
    )


def _figures(figures: Sequence[Figure], cells: Cells, width: int | None) -> Iterator[str]:
    told = [figure for figure in figures if figure.refusal is None]
    columns = [("", False), ("", True), ("", False), (cells.say(_INTERVAL), True), (cells.say(phrase("before")), True)]
    columns += [(cells.say(phrase("change")), True), (cells.say(phrase("its 95 % interval")), True), ("", False)]
    rows = [
        [
            cells.say(figure.title),
            cells.value(figure.value, figure.unit),
            cells.unit(figure.unit),
            cells.interval(figure.low, figure.high, figure.unit),
            "" if figure.previous is None else cells.value(figure.previous, figure.unit),
            cells.change(figure),
            cells.change_interval(figure),
            cells.say(verdict(figure.change_low, figure.change_high)),
        ]
        for figure in told
    ]
    yield from _aligned(columns, rows, width)
    between = [""] if rows else []
    refused = [_about(figure, figure.refusal, cells) for figure in figures if figure.refusal is not None]
    noted = [_about(figure, figure.note, cells) for figure in told if figure.note is not None]
    if refused or noted:
        yield from [*between, *refused, *noted]


def _about(figure: Figure, text: str, cells: Cells) -> str:
    return f"{cells.say(figure.title)}: {cells.say(text)}"


def table_lines(table: Table, cells: Cells, width: int | None) -> Iterator[str]:
    """One table under its title."""
    yield cells.say(table.title)
    if not table.rows:
        yield cells.say(table.note) if table.note else f"  {cells.say(NOTHING)}"
        return
    if table.chart == "lines":
        yield from _sparklines(table, cells)
    headings: list[tuple[str, bool]] = []
    for column in table.columns:
        headings += [(cells.heading(column), is_numeric(column.unit))]
        headings += [(cells.say(_INTERVAL), True)] if column.interval else []
    rows = [_row(table.columns, row, cells) for row in table.rows]
    if table.chart == "bars":
        headings.append(("", False))
        rows = [[*row, bar] for row, bar in zip(rows, _bars(table), strict=True)]
    yield from _aligned(headings, rows, width)
    if table.note:
        yield cells.say(table.note)


def _row(columns: Sequence[Column], row: Mapping[str, Cell], cells: Cells) -> list[str]:
    found: list[str] = []
    for column in columns:
        found.append(cells.value(row.get(column.key), column.unit))
        if column.interval:
            found.append(cells.interval(row.get(f"{column.key}_low"), row.get(f"{column.key}_high"), column.unit))
    return found


def _sparklines(table: Table, cells: Cells) -> Iterator[str]:
    """A sparkline for every column of numbers, with its lowest and highest value."""
    charted = [column for column in table.columns[1:] if is_numeric(column.unit)]
    rows = []
    for column in charted:
        values = [row.get(column.key) for row in table.rows]
        known = [value for value in values if isinstance(value, int | float)]
        if known:
            ends = cells.span(cells.value(min(known), column.unit), cells.value(max(known), column.unit))
            rows.append([f"  {cells.heading(column)}", sparkline(values[-_LINE:]), ends])
    yield from _aligned([("", False), ("", False), ("", False)], rows, None)
    yield ""


def _bars(table: Table) -> list[str]:
    """A bar for every row, by the first column of numbers; none for what is not above nothing."""
    column = charted_column(table)
    if column is None:
        return [""] * len(table.rows)
    values = [row.get(column.key) for row in table.rows]
    longest = max((value for value in values if isinstance(value, int | float)), default=0)
    return [
        "█" * max(1, round(value / longest * _BAR)) if isinstance(value, int | float) and value > 0 else ""
        for value in values
    ]


def charted_column(table: Table) -> Column | None:
    """What bars show: the first column of numbers after the name of the row."""
    return next((column for column in table.columns[1:] if is_numeric(column.unit)), None)


def _aligned(headings: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]], width: int | None) -> Iterator[str]:
    """Rows under their headings; a heading is its title and whether it stands at the right."""
    body = [list(row) for row in rows]
    if not body:
        return
    headings = [
        (title if any(row[place] for row in body) else "", is_right) for place, (title, is_right) in enumerate(headings)
    ]
    titled = [[title for title, _ in headings], *body] if any(title for title, _ in headings) else body
    sizes = [max((cell_len(row[place]) for row in titled), default=0) for place in range(len(headings))]
    kept = [place for place, size in enumerate(sizes) if size]
    fitted = _fitted([sizes[place] for place in kept], [headings[place][1] for place in kept], width)
    for row in titled:
        parts = [_set(row[place], size, right=headings[place][1]) for place, size in zip(kept, fitted, strict=True)]
        yield _GAP.join(parts).rstrip()


def _fitted(sizes: list[int], right: list[bool], width: int | None) -> list[int]:
    """The sizes of columns; where they are too wide, texts are made narrower, the widest first."""
    found = list(sizes)
    texts = [place for place, is_right in enumerate(right) if not is_right]
    over = 0 if width is None else sum(found) + len(_GAP) * (len(found) - 1) - width
    while over > 0 and texts:
        widest = max(texts, key=lambda place: found[place])
        if found[widest] <= _NARROWEST:
            break
        found[widest] -= 1
        over -= 1
    return found


def _set(text: str, size: int, *, right: bool) -> str:
    length = cell_len(text)
    if length > size:
        return set_cell_size(text, size - 1) + "…"
    return " " * (size - length) + text if right else text + " " * (size - length)
