"""Ways of offering that are held against each other: no offers, anything, best sellers, a greedy counter, an oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
from msgspec.structs import replace

from pairwell.simulate.arrays import Floats, Ints
from pairwell.simulate.history import history
from pairwell.simulate.oracle import Showable, best_slate
from pairwell.simulate.responses import Response
from pairwell.simulate.visits import Shown, Visit
from pairwell.simulate.world import World

_START_WEIGHT = 10.0  # exposures that a rate counts as before anything was shown
_UPGRADE_START = 0.05  # rate of an upgrade that was never shown


class Turn(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A visit that may be offered something; only an oracle may look at the fatigue."""

    visit: Visit
    showable: Showable
    fatigue: float


class Policy(Protocol):
    """Offers on each visit in order of time, and hears what came of it."""

    def offer(self, turn: Turn) -> list[Shown]: ...

    def hear(self, turn: Turn, slate: Sequence[Shown], response: Response) -> None: ...


class Nobody:
    """Shows nothing."""

    def offer(self, turn: Turn) -> list[Shown]:  # noqa: ARG002 - whatever is asked
        return []

    def hear(self, turn: Turn, slate: Sequence[Shown], response: Response) -> None:
        """Learns nothing."""


class Anything(Nobody):
    """Fills the slots with whatever may be shown, by lot."""

    def __init__(self, world: World) -> None:
        self._world, self._rng = world, np.random.default_rng(world.seed)

    def offer(self, turn: Turn) -> list[Shown]:
        order = self._rng.permutation(len(turn.showable.items))
        return _fill(self._world, turn.showable, order)


class BestSellers(Nobody):
    """Fills the slots with the best sellers of the history that may be added."""

    def __init__(self, world: World) -> None:
        self._world, self._sold = world, _sold(world)

    def offer(self, turn: Turn) -> list[Shown]:
        adds = turn.showable.only(turn.showable.olds < 0)
        return _fill(self._world, adds, np.argsort(-self._sold[adds.items], kind="stable"))


class AttributedGreedy:
    """Always fills the slots with what earns most by its own count: share of exposures accepted, times price.

    A rate starts at the share of the anchor's orders that hold the item. Sales that would have come anyway count as
    its own, and nobody is ever spared.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        together, orders = _together(world)
        start = np.stack([together / orders[:, None], np.full_like(together, _UPGRADE_START)])
        self._start = start  # [upgrade, anchor, item], as what follows
        self._shown, self._accepted = np.zeros_like(start), np.zeros_like(start)

    def offer(self, turn: Turn) -> list[Shown]:
        market, day, items = self._world.ground.market, turn.visit.hidden.day, turn.showable.items
        key = self._keys(turn, items, turn.showable.olds)
        rate = (self._accepted[key] + _START_WEIGHT * self._start[key]) / (self._shown[key] + _START_WEIGHT)
        price = market.price[day, items] - market.discount[day, items]
        return _fill(self._world, turn.showable, np.argsort(-rate * price, kind="stable"))

    def hear(self, turn: Turn, slate: Sequence[Shown], response: Response) -> None:
        if not slate:
            return
        index = self._world.ground.catalogue.index
        items = np.array([index[shown.item_id] for shown in slate])
        olds = np.array([index.get(shown.replaces or "", -1) for shown in slate])
        key = self._keys(turn, items, olds)
        np.add.at(self._shown, key, 1.0)
        np.add.at(self._accepted, key, np.isin(np.arange(len(slate)), response.accepted).astype(np.float64))

    def _keys(self, turn: Turn, items: Ints, olds: Ints) -> tuple[Ints, Ints, Ints]:
        """Upgrade or not, anchor, item; the anchor of an add-on is the line that it goes with most."""
        lines = np.array([self._world.ground.catalogue.index[line.item_id] for line in turn.visit.cart])
        anchor = lines[np.argmax(self._start[0][lines[:, None], items], axis=0)]
        return (olds >= 0).astype(np.int64), np.where(olds < 0, anchor, olds), items


class Oracle(Nobody):
    """Shows what truly adds most to this visit."""

    def __init__(self, world: World) -> None:
        self._world = world

    def offer(self, turn: Turn) -> list[Shown]:
        return best_slate(self._world, turn.visit, turn.showable, fatigue=turn.fatigue)


class Impersonal(Nobody):
    """An oracle to whom all customers are alike in how offers work on them: what can be had without telling them apart.

    It knows the true chances of buying unasked, and the laws; but of every customer the mean persuasion, the mean
    touchiness and no fatigue.
    """

    def __init__(self, world: World) -> None:
        crowd = world.ground.crowd
        alike = replace(
            crowd,
            suggestible=np.full_like(crowd.suggestible, crowd.suggestible.mean()),
            touchy=np.full_like(crowd.touchy, crowd.touchy.mean()),
        )
        self._world = replace(world, ground=replace(world.ground, crowd=alike))

    def offer(self, turn: Turn) -> list[Shown]:
        return best_slate(self._world, turn.visit, turn.showable)


class Told(Nobody):
    """Shows what was decided elsewhere, by visit."""

    def __init__(self, slates: dict[str, list[Shown]]) -> None:
        self._slates = slates

    def offer(self, turn: Turn) -> list[Shown]:
        return self._slates[turn.visit.visit_id]


def hand_made(world: World) -> dict[str, Policy]:
    """The policies that need no workspace, by name, each untaught."""
    return {
        "nobody": Nobody(),
        "random": Anything(world),
        "popular": BestSellers(world),
        "attributed-greedy": AttributedGreedy(world),
        "impersonal": Impersonal(world),
        "oracle": Oracle(world),
    }


def _fill(world: World, showable: Showable, order: Ints) -> list[Shown]:
    """The first offers in this order, an item once and an upgrade a line at most, until the slots are full."""
    slate: list[Shown] = []
    taken: set[tuple[str, int]] = set()
    for place in order.tolist():
        if len(slate) == showable.slots:
            break
        item, old = int(showable.items[place]), int(showable.olds[place])
        spots = {("item", item)} if old < 0 else {("item", item), ("line", old)}
        if not spots & taken:
            taken |= spots
            slate.append(showable.shown(world, place))
    return slate


def _sold(world: World) -> Floats:
    """Orders of the history that hold each item."""
    return _together(world)[1]


def _together(world: World) -> tuple[Floats, Floats]:
    """Orders of the history with both items, as [anchor, item], and with each; one more of each, so that none is 0."""
    lines, n, index = history(world), len(world.items), world.ground.catalogue.index
    orders: defaultdict[str, set[int]] = defaultdict(set)
    for order, item in zip(lines["order_id"].to_pylist(), lines["item_id"].to_pylist(), strict=True):
        orders[order].add(index[item])
    together = np.zeros((n, n))
    for items in orders.values():
        inside = np.array(sorted(items))
        together[inside[:, None], inside] += 1.0
    return together, together.diagonal() + 1.0
