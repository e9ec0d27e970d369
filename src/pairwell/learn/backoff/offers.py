"""Add-ons that others speak for, as parallel arrays."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.learn.baskets import Array
from pairwell.model.backoff import LEVELS
from pairwell.records import BackoffLevel


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """Directed pairs anchor → item; each has who speaks for both, and what their orders say."""

    anchors: Array
    items: Array
    level: Array
    anchor_by: Array
    item_by: Array
    together: Array
    anchor_orders: Array
    item_orders: Array
    lift: Array
    p_adjusted: Array
    expected: Array  # P(item | anchor) before the pair's own orders are counted
    effect: Array
    speakers: Array  # how many items and groups speak for the pair

    def only(self, chosen: Array) -> Offers:
        """The pairs at `chosen`: places, or a mark for each."""
        return Offers(**{name: getattr(self, name)[chosen] for name in self.__struct_fields__})


def join(found: Sequence[Offers]) -> Offers:
    """All of `found`, one after the other."""
    return Offers(
        **{name: np.concatenate([getattr(part, name) for part in found]) for name in Offers.__struct_fields__}
    )


def no_offers() -> Offers:
    """No pairs at all."""
    real = {"lift", "p_adjusted", "expected", "effect"}
    return Offers(**{name: np.empty(0, float if name in real else np.int64) for name in Offers.__struct_fields__})


def level_number(level: BackoffLevel) -> int:
    """The place of a level in the order in which they are asked."""
    return LEVELS.index(level)


def spread(rows: Array, offsets: Array) -> tuple[Array, Array]:
    """For each of `rows` every place between its offsets: the numbers of the rows, and the places."""
    sizes = offsets[rows + 1] - offsets[rows]
    of = np.repeat(np.arange(rows.size), sizes)
    starts = np.cumsum(sizes) - sizes
    return of, np.arange(of.size) - starts[of] + offsets[rows][of]


def first_of_each(keys: Array, n: int = 1) -> Array:
    """Marks the first `n` of every run of equal `keys`."""
    begins = np.concatenate(([True], keys[1:] != keys[:-1])) if keys.size else np.empty(0, dtype=bool)
    places = np.arange(keys.size)
    marked: Array = places - np.maximum.accumulate(np.where(begins, places, 0)) < n
    return marked
