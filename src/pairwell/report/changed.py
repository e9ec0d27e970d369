"""What changed against the period before, as far as that can be told from chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pairwell.measure.sales.changes import Change
from pairwell.report.record import Cell, Column, Figure, Table, Unit
from pairwell.report.sales import change_cells, judged
from pairwell.report.shown.cells import NO_DIFFERENCE
from pairwell.said import amount, joined, number, percent, phrase, phrase_count

_WATCHED: Final = (
    "orders",
    "buyers",
    "revenue",
    "aov",
    "items_per_order",
    "attach_rate",
    "margin",
    "return_rate",
    "visits",
    "conversion",
)  # the others say the same in other words
_NOTHING: Final = phrase("Nothing is shown to have changed: all of it may be chance.")
_RELATIVE: Final = phrase("Changes are in per cent of what was before, shares too.")


def changed_table(figures: Sequence[Figure], changes: Mapping[str, Change], currency: str) -> Table | None:
    """The figures whose change is shown, surest first; None where none of them stands beside the period before.

    Shown is what stands out among all of these changes (Benjamini and Hochberg, 5 %).
    """
    told = {one.key: one for one in figures if one.key in _WATCHED and one.key in changes and _is_beside(one)}
    if not told:
        return None
    verdicts = judged({key: changes[key] for key in told})
    shown = [key for key, verdict in verdicts.items() if verdict != NO_DIFFERENCE]
    shown.sort(key=lambda key: changes[key].p_value)
    among = phrase_count(
        "Corrected for having looked at {count} figure.", "Corrected for having looked at {count} figures.", len(told)
    )
    return Table(
        key="changed",
        title=phrase("What changed"),
        columns=[
            Column(key="figure", title=phrase("Figure"), unit="text"),
            Column(key="before", title=phrase("Before"), unit="text"),
            Column(key="now", title=phrase("Now"), unit="text"),
            Column(key="change", title=phrase("Change"), unit="share", interval=True),
        ],
        rows=[_row(told[key], changes[key], currency) for key in shown],
        note=joined(_RELATIVE, among) if shown else joined(_NOTHING, among),
    )


def _is_beside(figure: Figure) -> bool:
    return isinstance(figure.value, int | float) and isinstance(figure.previous, int | float) and figure.previous > 0


def _row(figure: Figure, change: Change, currency: str) -> dict[str, Cell]:
    return {
        "figure": figure.title,
        "before": _said(figure.previous, figure.unit, currency),
        "now": _said(figure.value, figure.unit, currency),
        **change_cells("change", figure.value, figure.previous, change),
    }


def _said(value: Cell, unit: Unit, currency: str) -> str:
    """A number by its unit: one column holds several of them."""
    if not isinstance(value, int | float):
        raise TypeError(value)
    if unit == "money":
        return amount(value, currency, symbol=True)
    return percent(value) if unit == "share" else number(value, 0 if unit == "count" else 2)
