"""What an item is to another beside going with it: instead of it, a variant of it, the next step, what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import numpy as np

from pairwell.model.neighbours import Array, Neighbours, from_arrays, no_neighbours, to_arrays
from pairwell.records import Lag

_TOLD = {"leads": np.bool_, "foretold": np.float64, "title": np.float64, "company": np.float64}
_TIMED = {
    "followers": np.int32,
    "preceders": np.int32,
    "low": np.int32,
    "median": np.int32,
    "high": np.int32,
}


class Alternatives(msgspec.Struct, frozen=True, kw_only=True):
    """Substitutes or variants; every column beside `neighbours` has an entry for each of its pairs."""

    neighbours: Neighbours
    leads: Array  # the likest of its product: of another product's sizes and colours one is enough to show
    foretold: Array  # orders with both that chance and shared company foretell
    title: Array  # likeness of the titles, 0 to 1
    company: Array  # likeness of what both are bought with, 0 to 1

    def arrays(self, prefix: str) -> dict[str, Array]:
        """The columns, named `prefix_column`, as a model stores them."""
        return {**to_arrays(self.neighbours, prefix), **_named(self, prefix, _TOLD)}

    def shows(self, place: int) -> bool:
        """Whether a list for people holds the pair."""
        return bool(self.leads[place])

    def told(self, place: int) -> dict[str, Any]:
        """What a pair says of these relations beside its counts."""
        return {
            "foretold": float(self.foretold[place]),
            "title_likeness": float(self.title[place]),
            "company_likeness": float(self.company[place]),
        }


class FollowUps(msgspec.Struct, frozen=True, kw_only=True):
    """What the same customers buy on a later day; every column beside `neighbours` has an entry for each pair."""

    neighbours: Neighbours
    followers: Array  # customers who bought the item first and the other on a later day
    preceders: Array  # customers who did it the other way round
    low: Array  # days between the two, quartiles over the followers
    median: Array
    high: Array

    def arrays(self, prefix: str) -> dict[str, Array]:
        """The columns, named `prefix_column`, as a model stores them."""
        return {**to_arrays(self.neighbours, prefix), **_named(self, prefix, _TIMED)}

    def shows(self, place: int) -> bool:
        """Whether a list for people holds the pair."""
        return place < self.followers.size

    def told(self, place: int) -> dict[str, Any]:
        """What a pair says of these relations beside its counts."""
        lag = Lag(low=int(self.low[place]), median=int(self.median[place]), high=int(self.high[place]))
        return {"followers": int(self.followers[place]), "preceders": int(self.preceders[place]), "lag_days": lag}


class Related:
    """All of them, from the arrays of a model; one that was learned without them has none."""

    def __init__(self, arrays: Mapping[str, Array], n_items: int) -> None:
        self.substitutes = Alternatives(**_columns(arrays, "substitute", n_items, _TOLD))
        self.variants = Alternatives(**_columns(arrays, "variant", n_items, _TOLD))
        self.follow_ups = FollowUps(**_columns(arrays, "follow_up", n_items, _TIMED))
        self.requires = _neighbours(arrays, "requires", n_items)

    def stand_ins(self, code: int) -> dict[int, Literal["variant", "substitute"]]:
        """What may stand for an item: its variants and substitutes that are not bought together with it."""
        variants, substitutes = (each.neighbours for each in (self.variants, self.substitutes))
        found: dict[int, Literal["variant", "substitute"]] = {}
        for neighbours, how in ((substitutes, "substitute"), (variants, "variant")):
            row = neighbours.row(code)
            apart = neighbours.items[row][~neighbours.above_floor[row]]
            found.update(dict.fromkeys(apart.tolist(), how))
        return found


def _named(owner: msgspec.Struct, prefix: str, kinds: Mapping[str, type]) -> dict[str, Array]:
    return {f"{prefix}_{name}": np.asarray(getattr(owner, name), kind) for name, kind in kinds.items()}


def _columns(arrays: Mapping[str, Array], prefix: str, n_items: int, kinds: Mapping[str, type]) -> dict[str, Any]:
    own = {name: arrays.get(f"{prefix}_{name}", np.empty(0, kind)) for name, kind in kinds.items()}
    return {"neighbours": _neighbours(arrays, prefix, n_items), **own}


def _neighbours(arrays: Mapping[str, Array], prefix: str, n_items: int) -> Neighbours:
    known = f"{prefix}_offsets" in arrays
    return from_arrays(dict(arrays), prefix) if known else no_neighbours(n_items)
