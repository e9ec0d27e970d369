"""What somebody would show who knew the true chances of a visit."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
from scipy.optimize import linear_sum_assignment

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.chances import chances, margins, nudged_chances, switch_chances, unasked_chances
from pairwell.simulate.visits import Shown, Visit
from pairwell.simulate.world import World


class Showable(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What may be shown on a visit; one array entry an offer, items by their place in the catalogue."""

    items: Ints
    olds: Ints  # what an upgrade would replace; -1: the item is added
    slots: int  # offers at most

    def only(self, allowed: Bools) -> Showable:
        """Those for which `allowed` holds."""
        return Showable(items=self.items[allowed], olds=self.olds[allowed], slots=self.slots)

    def shown(self, world: World, offer: int) -> Shown:
        """An offer, by its place in the arrays, as the customer sees it."""
        item_id, old = world.items[int(self.items[offer])].item_id, int(self.olds[offer])
        return Shown(item_id=item_id) if old < 0 else _upgrade(item_id, world.items[old].item_id)


def best_slate(world: World, visit: Visit, showable: Showable, *, fatigue: float = 0.0) -> list[Shown]:
    """The slate with the greatest expected margin of this visit, shortest first where several have it.

    Of all slates that hold an item once and an upgrade a line at most; none does better. What the fatigue that it
    causes does to later visits is not weighed.
    """
    slates = [[], *_fullest(world, visit, showable, fatigue)]
    return max(slates, key=lambda slate: chances(world, visit, slate, fatigue=fatigue).margin_shown)


def _fullest(world: World, visit: Visit, showable: Showable, fatigue: float) -> Iterator[list[Shown]]:
    """For every length the slate that gains most, given that the order is placed."""
    gains = _gains(world, visit, showable, fatigue)
    helps = np.asarray((gains > 0).any(axis=0))
    showable, gains = showable.only(helps), gains[:, helps]
    # At most one offer of a group is shown: of an item that is added, or of the upgrades of one line.
    groups = np.where(showable.olds < 0, showable.items, len(world.items) + showable.olds)
    for length in range(1, min(showable.slots, len(set(groups.tolist()))) + 1):
        chosen = _assign(gains[:length], groups)
        yield [showable.shown(world, offer) for offer in chosen]


def _gains(world: World, visit: Visit, showable: Showable, fatigue: float) -> Floats:
    """Expected margin that each offer adds in each place to an order that is placed, as [place, offer]."""
    items, olds, earned = showable.items, showable.olds, margins(world, visit)
    quiet, at = unasked_chances(world, visit)[items], (np.arange(showable.slots)[:, None], fatigue)
    added = (nudged_chances(world, visit, items, quiet, at) - quiet) * earned[items]
    switched = switch_chances(world, visit, items, olds, at) * (earned[items] - earned[olds])
    return np.where(olds < 0, added, switched)


def _assign(gains: Floats, groups: Ints) -> list[int]:
    """The offer for each place that together gain most, of different groups. Source: Kuhn 1955."""
    names, group = np.unique(groups, return_inverse=True)
    best = np.full((len(gains), len(names)), -np.inf)
    for place, row in enumerate(gains):
        np.maximum.at(best[place], group, row)
    places, chosen = linear_sum_assignment(best, maximize=True)
    return [
        int(np.flatnonzero((group == one) & (gains[place] == best[place, one]))[0])
        for place, one in zip(places, chosen, strict=True)
    ]


def _upgrade(item_id: str, old_id: str) -> Shown:
    return Shown(item_id=item_id, kind="upgrade", replaces=old_id)
