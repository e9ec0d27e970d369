"""What follows an item in a visit, and what a visit leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from pairwell.model.neighbours import Array, Neighbours
from pairwell.records import Looked

_TYPES = {
    "offsets": np.int64,
    "items": np.int32,
    "weight": np.float64,
    "visits": np.int32,
    "occurred": np.float64,
    "seen": np.int32,
    "carted": np.int32,
}


class Followers(msgspec.Struct, frozen=True, kw_only=True):
    """Those that follow item i lie between `offsets[i]` and `offsets[i + 1]`, best first.

    `weight` is the decayed sum over visits, `visits` their plain number. By item, `occurred` is the decayed visits with
    it, `seen` their plain number, `carted` those in which it was put into the cart or bought.
    """

    offsets: Array
    items: Array
    weight: Array
    visits: Array
    occurred: Array
    seen: Array
    carted: Array

    def row(self, code: int) -> slice:
        """Where the followers of the item numbered `code` lie."""
        return slice(int(self.offsets[code]), int(self.offsets[code + 1]))

    def visits_with_both(self, code: int, follower: int) -> int:
        """Visits in which `follower` came after the item numbered `code`; 0 where that was not kept."""
        row = self.row(code)
        found = np.flatnonzero(self.items[row] == follower)
        return int(self.visits[row.start + int(found[0])]) if found.size else 0


def no_followers(n_items: int) -> Followers:
    """Of a shop that logs no events."""
    nothing: dict[str, Array] = {name: np.empty(0, dtype=kind) for name, kind in _TYPES.items()}
    nothing |= {name: np.zeros(n_items, dtype=_TYPES[name]) for name in ("occurred", "seen", "carted")}
    return Followers(**nothing | {"offsets": np.zeros(n_items + 1, dtype=np.int64)})


def followers_to_arrays(followers: Followers) -> dict[str, Array]:
    """The columns, named `session_column`, as a model stores them."""
    return {
        f"session_{name}": np.ascontiguousarray(getattr(followers, name), dtype=kind) for name, kind in _TYPES.items()
    }


def followers_from_arrays(arrays: Mapping[str, Array], n_items: int) -> Followers:
    """Undo `followers_to_arrays`; a model that was published without them has none."""
    if "session_offsets" not in arrays:
        return no_followers(n_items)
    return Followers(**{name: arrays[f"session_{name}"] for name in _TYPES})


class Onward:
    """What visits lead to, by followers and, where those say little, by what buyers take along."""

    def __init__(self, followers: Followers, orders: Orders, settings: Mapping[str, Any]) -> None:
        weights = settings.get("event_weights", _USUAL_WEIGHTS)
        self.followers = followers
        self._orders = orders
        self._prior = float(settings["prior_orders"])
        self._weights: dict[str, float] = {kind: float(weights[name]) for kind, name in _WEIGHED_AS.items()}

    def looked(self, item: int) -> Looked | None:
        """What became of looking at the item numbered so; None where nobody was seen to."""
        visits, carted = int(self.followers.seen[item]), int(self.followers.carted[item])
        if not visits:
            return None
        share = (carted + self._prior * self._usual_share) / (visits + self._prior)
        return Looked(visits=visits, carted=carted, share=share)

    @cached_property
    def _usual_share(self) -> float:
        return float(self.followers.carted.sum() / self.followers.seen.sum())

    def lead(self, visit: Sequence[tuple[str, int]], n: int) -> list[tuple[int, float]]:
        """The `n` items that a visit, (type, item number) newest last, leads to, best first, with scores.

        Each step scores its followers by `(weight + prior · share) / (occurred + prior)`, `share` being how often
        buyers of the item take the other one along: a shop without events is led by its orders alone. The last step
        counts whole, the one before it a quarter, then a ninth, and so on; of an item only its newest step does.
        What is in the cart, was bought, or is looked at last is left out; popularity fills up at score 0.
        """
        steps = _newest_of_each([(self._weights[kind], item) for kind, item in visit if kind in self._weights])
        out = _left_out(visit)
        codes, scores = self._reached(steps)
        open_ = ~np.isin(codes, np.fromiter(out, np.int64, len(out)))
        codes, scores = codes[open_], scores[open_]
        best = np.lexsort((codes, -scores))[:n]
        found = list(zip(codes[best].tolist(), scores[best].tolist(), strict=True))
        taken = out | set(codes[best].tolist())
        spare = (code for code in self._popular[: n + len(taken)].tolist() if code not in taken)
        return found + [(code, 0.0) for code, _ in zip(spare, range(n - len(found)), strict=False)]

    @cached_property
    def _popular(self) -> Array:
        """The items of most visits, then the others that were bought, most bought first."""
        visited = np.lexsort((np.arange(self.followers.occurred.size), -self.followers.occurred))
        visited = visited[self.followers.occurred[visited] > 0]
        bought = self._orders.popular
        return np.concatenate([visited, bought[self.followers.occurred[bought] == 0]])

    def _reached(self, steps: Sequence[tuple[float, int]]) -> tuple[Array, Array]:
        codes, scores = [np.empty(0, dtype=np.int32)], [np.empty(0)]
        for back, (weight, item) in enumerate(steps, start=1):
            others, shares = self._orders.taken_along(item, self._prior)
            row = self.followers.row(item)
            factor = weight / back**2 / max(float(self.followers.occurred[item]) + self._prior, _LEAST)
            codes += [self.followers.items[row], others]
            scores += [self.followers.weight[row] * factor, shares * (self._prior * factor)]
        reached, where = np.unique(np.concatenate(codes), return_inverse=True)
        return reached, np.bincount(where, weights=np.concatenate(scores), minlength=reached.size)


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What orders say, where visits say little: pairs, orders of each item, the most bought first."""

    pairs: Neighbours
    item_orders: Array
    n_orders: int
    popular: Array

    def taken_along(self, item: int, prior: float) -> tuple[Array, Array]:
        """The neighbours of an item and their shrunk confidence."""
        row = self.pairs.row(item)
        others = self.pairs.items[row]
        usual = self.item_orders[others] / max(1, self.n_orders)
        return others, (self.pairs.together[row] + prior * usual) / max(float(self.item_orders[item]) + prior, _LEAST)


def _newest_of_each(steps: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Items once each, newest first, each with the most that any of its steps weighs."""
    weights: dict[int, float] = {}
    for weight, item in reversed(steps):
        weights[item] = max(weight, weights.get(item, 0.0))
    return [(weight, item) for item, weight in weights.items()]


def _left_out(visit: Sequence[tuple[str, int]]) -> set[int]:
    """What is in the cart or was bought, and what is looked at last."""
    out: set[int] = set()
    for kind, item in visit:
        if kind in _IN:
            out.add(item)
        elif kind == "remove_from_cart":
            out.discard(item)
    return out | {item for _, item in visit[-1:]}


_IN = frozenset({"add_to_cart", "accept", "purchase"})
_WEIGHED_AS = {
    "view": "view",
    "click": "view",
    "remove_from_cart": "view",
    "add_to_cart": "add_to_cart",
    "accept": "add_to_cart",
    "purchase": "purchase",
}
_USUAL_WEIGHTS = {"view": 1, "add_to_cart": 2, "purchase": 3}  # of models published before there were visits
_LEAST = 1e-9
