"""What stands in where an item has too few orders of its own, and on what ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import msgspec
import numpy as np

from pairwell.model.neighbours import Array
from pairwell.records import BackoffLevel, Borrowed

GroupLevel = Literal["family", "category", "brand"]
ENOUGH = 5  # add-ons above the evidence floor with which an item needs no group to speak for it
LEVELS: tuple[BackoffLevel, ...] = get_args(BackoffLevel)
_BY_ITEMS = ("alike_anchor", "alike_item")
_TYPES = {
    "offsets": np.int64,
    "items": np.int32,
    "level": np.int8,
    "anchor_by": np.int32,
    "item_by": np.int32,
    "together": np.int32,
    "anchor_orders": np.int32,
    "item_orders": np.int32,
    "score": np.float64,
    "confidence": np.float64,
    "lift": np.float64,
    "effect": np.float64,
    "p_adjusted": np.float64,
}
_TOLD = (
    "together", "anchor_orders", "item_orders", "score", "confidence", "lift", "effect", "p_adjusted",
)  # fmt: skip


class BackoffRows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of add-ons, those of item i between `offsets[i]` and `offsets[i + 1]`, best first.

    `anchor_by` and `item_by` say who speaks for the anchor and for the add-on: the number of an item at the levels of
    likeness, else the number of a name. Names are UTF-8 in `names`, each ending where `name_ends` says.
    """

    offsets: Array
    items: Array
    level: Array  # place in LEVELS
    anchor_by: Array
    item_by: Array
    together: Array  # orders with both who speak for them
    anchor_orders: Array
    item_orders: Array
    score: Array
    confidence: Array
    lift: Array
    effect: Array
    p_adjusted: Array
    names: Array
    name_ends: Array


def make_rows(names: Sequence[str], **columns: Array) -> BackoffRows:
    """Rows of the given columns in their stored types."""
    texts = [name.encode() for name in names]
    typed = {name: np.ascontiguousarray(columns[name], dtype=kind) for name, kind in _TYPES.items()}
    return BackoffRows(
        **typed,
        names=np.frombuffer(b"".join(texts), dtype=np.uint8),
        name_ends=np.cumsum([len(text) for text in texts], dtype=np.int64),
    )


def no_rows(n_items: int) -> BackoffRows:
    """Rows of `n_items` items for none of which anything stands in."""
    nothing = {name: np.empty(0) for name in _TYPES if name != "offsets"}
    return make_rows([], offsets=np.zeros(n_items + 1), **nothing)


def backoff_arrays(rows: BackoffRows) -> dict[str, Array]:
    """The columns as a model stores them."""
    return {f"backoff_{name}": getattr(rows, name) for name in BackoffRows.__struct_fields__}


class Backoff:
    """Answers what stands in for an item; a model that was made without it has none."""

    def __init__(self, arrays: Mapping[str, Array], item_ids: Sequence[str], titles: Sequence[str | None]) -> None:
        self._item_ids, self._titles = item_ids, titles
        self._rows = no_rows(len(item_ids)) if "backoff_offsets" not in arrays else _rows_of(arrays)

    def of(self, code: int, *, n: int) -> list[Borrowed]:
        """Up to `n` add-ons of the item numbered `code`, best first."""
        rows = self._rows
        first, last = int(rows.offsets[code]), int(rows.offsets[code + 1])
        return [self._borrowed(place) for place in range(first, min(last, first + n))]

    def _borrowed(self, place: int) -> Borrowed:
        rows, item = self._rows, int(self._rows.items[place])
        level = LEVELS[rows.level[place]]
        return Borrowed(
            item_id=self._item_ids[item],
            title=self._titles[item],
            level=level,
            anchor_by=self._name(level, int(rows.anchor_by[place])),
            item_by=self._name(level, int(rows.item_by[place])),
            anchor_by_title=self._title(level, int(rows.anchor_by[place])),
            item_by_title=self._title(level, int(rows.item_by[place])),
            **{name: getattr(rows, name)[place].item() for name in _TOLD},
        )

    def _title(self, level: BackoffLevel, number: int) -> str | None:
        return self._titles[number] if level in _BY_ITEMS else None

    def _name(self, level: BackoffLevel, number: int) -> str:
        if level in _BY_ITEMS:
            return self._item_ids[number]
        start = int(self._rows.name_ends[number - 1]) if number else 0
        return bytes(self._rows.names[start : int(self._rows.name_ends[number])]).decode()


def _rows_of(arrays: Mapping[str, Array]) -> BackoffRows:
    return BackoffRows(**{name: arrays[f"backoff_{name}"] for name in BackoffRows.__struct_fields__})
