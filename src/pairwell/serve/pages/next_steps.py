"""The first findings, each with the page where it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec

from pairwell.serve.pages.views.all import VIEWS

if TYPE_CHECKING:
    from pairwell.report.record import Cell, Report, Table
    from pairwell.report.shown.cells import Cells

OF: Final = "findings"  # the report that tells them
MOST: Final = 3
_ITEM, _TRIAL = "/item", "/playground"
_LIMITS, _SETTINGS, _DATA, _PAIRS = "/limits", "/settings", "/data", "/pairs"
PLACES: Final[Mapping[str, str]] = {
    "coming_back": _LIMITS,
    "costing_placements": _SETTINGS,
    "declined_offers": _LIMITS,
    "declined_placements": _SETTINGS,
    "declining_segments": _LIMITS,
    "hardly_taken": _LIMITS,
    "hardly_taken_kinds": _SETTINGS,
    "limits": _LIMITS,
    "never_offered": _PAIRS,
    "silenced": _SETTINGS,
    "small_holdout": _SETTINGS,
    "unknown_costs": _DATA,
}
"""Paths of pages, by the key of a finding's table."""


_OFF: Final[Mapping[str, str]] = {"[[rules]]": "rule_off", "[[caps]]": "cap_off"}  # parameters of the playground


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do."""

    title: str
    costs: str  # in the period, in the shop's money; empty where nobody can tell
    interval: str
    path: str  # of the page where it is done
    address: str  # the same with what it is about filled in
    label: str  # of that page


def first_steps(report: Report, language: str) -> list[Step]:
    """The dearest findings of the report of findings, at most three; none where nothing stands out."""
    from pairwell.report.shown.cells import Cells

    if not report.tables or report.tables[0].key != OF:
        return []
    cells = Cells(report.currency, language)
    rows, details = report.tables[0].rows[:MOST], report.tables[1 : MOST + 1]
    return [_step(row, cells, table) for row, table in zip(rows, details, strict=True)]


def _step(row: Mapping[str, Cell], cells: Cells, table: Table) -> Step:
    path = PLACES.get(table.key, _SETTINGS)
    way, asked = _address(table, str(row.get("setting") or "")) or (path, {})
    costs = row.get("money")
    return Step(
        title=cells.value(row["finding"], "text"),
        costs="" if costs is None else f"{cells.value(costs, 'money')} {cells.currency}",
        interval=cells.interval(row.get("money_low"), row.get("money_high"), "money"),
        path=path,
        address=f"{way}?{urlencode(asked)}" if asked else way,
        label=next(view.label for view in VIEWS if view.path == way),
    )


def _address(table: Table, setting: str) -> tuple[str, dict[str, str]] | None:
    """The page of the very item, or a trial of another value; None where there is nothing to fill in."""
    first = table.rows[0] if table.rows else {}
    if items := first.get("items"):
        return _ITEM, {"id": str(items).partition(", ")[0]}
    if (item_id := first.get("item_id")) and table.key == "never_offered":
        return _ITEM, {"id": str(item_id), "other": str(first["with_id"])}
    if place := first.get("placement"):
        return _TRIAL, {"placement": str(place)}
    kind, _, name = setting.partition(" ")
    if kind in _OFF:
        return _TRIAL, {_OFF[kind]: name}
    return (_TRIAL, {f"guards.{name}": str(first["looser"])}) if kind == "[guards]" and "looser" in first else None
