"""Rows of neighbours in flat arrays: those of item i lie between `offsets[i]` and `offsets[i + 1]`, best first."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_TYPES = {
    "offsets": np.int64,
    "items": np.int32,
    "score": np.float64,
    "together": np.int32,
    "effect": np.float64,
    "p_adjusted": np.float64,
    "above_floor": np.bool_,
    "share": np.float64,
}


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of every directed pair; the other numbers follow from the counts.

    `share` is the shrunk share of orders that took the target: of pairs it is empty, as their confidence follows
    from the counts.
    """

    offsets: Array
    items: Array
    score: Array
    together: Array
    effect: Array
    p_adjusted: Array
    above_floor: Array
    share: Array

    def row(self, code: int) -> slice:
        """Where the neighbours of the item numbered `code` lie."""
        return slice(int(self.offsets[code]), int(self.offsets[code + 1]))

    def place(self, code: int, neighbour: int) -> int | None:
        """Where the pair `code` → `neighbour` lies, or None where it was not kept."""
        row = self.row(code)
        found = np.flatnonzero(self.items[row] == neighbour)
        return row.start + int(found[0]) if found.size else None


def make_neighbours(**columns: Array) -> Neighbours:
    """Neighbours of the given columns in their stored types; `share` may be left out."""
    columns.setdefault("share", np.empty(0))
    return Neighbours(**{name: _stored(columns[name], kind) for name, kind in _TYPES.items()})


def _stored(column: Array, kind: type) -> Array:
    # One number said of all pairs stays one number: it is only read.
    alike = column.dtype == kind and column.strides == (0,)
    return column if alike else np.ascontiguousarray(column, dtype=kind)


def no_neighbours(n_items: int) -> Neighbours:
    """Neighbours of `n_items` items that have none."""
    nothing = {name: np.empty(0) for name in _TYPES if name != "offsets"}
    return make_neighbours(offsets=np.zeros(n_items + 1), **nothing)


def to_arrays(neighbours: Neighbours, prefix: str) -> dict[str, Array]:
    """The columns, named `prefix_column`, as a model stores them."""
    return {f"{prefix}_{name}": getattr(neighbours, name) for name in _TYPES}


def from_arrays(arrays: dict[str, Array], prefix: str) -> Neighbours:
    """Undo `to_arrays`; raises `KeyError` where a column is missing."""
    return Neighbours(**{name: arrays[f"{prefix}_{name}"] for name in _TYPES})
