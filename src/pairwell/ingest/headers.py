"""Whether the first row of a file names its columns."""

from __future__ import annotations

from collections.abc import Sequence

from pairwell.ingest.cells import CellKind, cell_kind
from pairwell.ingest.naming import is_known

_TYPED: frozenset[CellKind] = frozenset({"integer", "decimal", "moment", "clock"})
_MOSTLY = 0.8


def is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether `first` names the columns of `body`: it differs from what stands below it, or speaks of columns."""
    kinds = [cell_kind(cell) for cell in first]
    if all(kind == "empty" for kind in kinds):
        return False
    score = sum(
        _vote(cell, kind, [row[place] for row in body if place < len(row)])
        for place, (cell, kind) in enumerate(zip(first, kinds, strict=True))
    )
    return score > 0


def _vote(cell: str, kind: CellKind, below: list[str]) -> float:
    """Above 0: this cell is a name; below: it is content."""
    if kind in _TYPED:
        return -2.0
    if kind == "empty":
        return -0.2
    known = 0.6 if is_known(cell) else 0.0
    filled = [value.strip() for value in below if value.strip()]
    if not filled:
        return known
    typed = sum(cell_kind(value) in _TYPED for value in filled) / len(filled)
    if typed >= _MOSTLY:
        return 2.0
    if cell.strip() in filled:
        return -1.0
    return known + 0.05
