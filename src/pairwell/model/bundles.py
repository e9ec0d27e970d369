"""Sets of two to four items that are bought together, as a model holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_TYPES = {
    "offsets": np.int64,
    "items": np.int32,
    "products": np.int32,
    "together": np.int64,
    "ordinary": np.int64,
    "expected": np.float64,
}


class LearnedBundle(msgspec.Struct, frozen=True, kw_only=True):
    """Items bought together; what they cost is no matter of learning."""

    item_ids: list[str]
    products: list[int]  # of each item; variants are one product
    together: int  # orders with all of them
    ordinary: int  # of these, ordinary ones, which alone are evidence
    expected: float  # ordinary orders that the best of its parts and chance foretell


class Bundles:
    """Bundles from the arrays of a model; one that was learned without them has none."""

    def __init__(self, arrays: Mapping[str, Array], item_ids: Sequence[str]) -> None:
        named = {name: f"bundle_{name}" for name in _TYPES}
        known = all(name in arrays for name in named.values())
        self._arrays = {name: arrays[stored] for name, stored in named.items()} if known else {}
        self._item_ids = item_ids

    def holding(self, code: int, n: int) -> Iterator[LearnedBundle]:
        """The first `n` that hold the item of that number."""
        if not self._arrays:
            return
        offsets = self._arrays["offsets"]
        places = np.flatnonzero(self._arrays["items"] == code)
        for number in (np.searchsorted(offsets, places, side="right") - 1)[:n].tolist():
            yield self._one(number, slice(int(offsets[number]), int(offsets[number + 1])))

    def _one(self, number: int, row: slice) -> LearnedBundle:
        arrays = self._arrays
        return LearnedBundle(
            item_ids=[self._item_ids[item] for item in arrays["items"][row].tolist()],
            products=arrays["products"][row].tolist(),
            together=int(arrays["together"][number]),
            ordinary=int(arrays["ordinary"][number]),
            expected=float(arrays["expected"][number]),
        )

    def __iter__(self) -> Iterator[LearnedBundle]:
        columns = {name: column.tolist() for name, column in self._arrays.items()}
        for number, (start, stop) in enumerate(pairwise(columns.get("offsets", ()))):
            yield LearnedBundle(
                item_ids=[self._item_ids[item] for item in columns["items"][start:stop]],
                products=columns["products"][start:stop],
                together=columns["together"][number],
                ordinary=columns["ordinary"][number],
                expected=columns["expected"][number],
            )


def bundle_arrays(**columns: Array) -> dict[str, Array]:
    """The columns in their stored types, named as a model stores them."""
    return {f"bundle_{name}": np.ascontiguousarray(columns[name], dtype=kind) for name, kind in _TYPES.items()}


def no_bundles() -> dict[str, Array]:
    """The arrays of a model without bundles."""
    nothing = {name: np.empty(0) for name in _TYPES if name != "offsets"}
    return bundle_arrays(offsets=np.zeros(1), **nothing)
