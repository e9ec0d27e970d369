from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pytest

from pairwell.simulate.chances import chances
from pairwell.simulate.oracle import Showable, best_slate
from pairwell.simulate.visits import Shown, Visit
from pairwell.simulate.world import World


@pytest.mark.parametrize("fatigue", [0.0, 2.0])
def test_no_other_slate_of_a_few_offers_is_better(world: World, month: list[Visit], fatigue: float) -> None:
    shown = 0
    for visit in month[:60]:
        few = some_of(world, visit)
        best = best_slate(world, visit, few, fatigue=fatigue)
        shown += len(best)
        values = [margin(world, visit, slate, fatigue) for slate in all_slates(world, few)]
        assert margin(world, visit, best, fatigue) == pytest.approx(max(values), rel=1e-12)
    assert shown > 20  # else the comparison would say nothing


def test_it_shows_no_more_than_there_is_room_for(world: World, month: list[Visit]) -> None:
    for visit in month[:50]:
        assert len(best_slate(world, visit, everything(world, visit, slots=2))) <= 2


def test_it_shows_nothing_where_nothing_may_be_shown(world: World, month: list[Visit]) -> None:
    none = np.array([], dtype=np.int64)
    assert best_slate(world, month[0], Showable(items=none, olds=none, slots=4)) == []


def test_tired_customers_are_shown_less(world: World, month: list[Visit]) -> None:
    counts = [
        sum(len(best_slate(world, visit, everything(world, visit), fatigue=fatigue)) for visit in month[:200])
        for fatigue in (0.0, 3.0)
    ]
    assert counts[1] < counts[0]


def test_offers_that_only_put_off_are_not_shown(world: World, month: list[Visit]) -> None:
    put_off = [visit for visit in month if world.ground.crowd.suggestible[visit.hidden.customer] < -0.4]
    assert put_off
    for visit in put_off:
        adds = everything(world, visit)
        assert best_slate(world, visit, adds.only(adds.olds < 0)) == []


def everything(world: World, visit: Visit, slots: int = 4) -> Showable:
    """Every item, to be added, and every dearer one instead of what the customer came for."""
    goods, picks = world.ground.catalogue, visit.hidden.picks
    ladders = [np.flatnonzero((goods.need == goods.need[pick]) & (goods.price > goods.price[pick])) for pick in picks]
    olds = [np.full(len(ladder), pick) for pick, ladder in zip(picks, ladders, strict=True)]
    adds = np.arange(len(world.items))
    return Showable(
        items=np.concatenate([adds, *ladders]), olds=np.concatenate([np.full(len(adds), -1), *olds]), slots=slots
    )


def some_of(world: World, visit: Visit) -> Showable:
    """A few true complements and upgrades, two places."""
    full = everything(world, visit, slots=2)
    fits = np.isin(full.items, world.ground.edges.add_on[list(visit.hidden.picks)]) & (full.olds < 0)
    few = np.zeros(len(full.items), dtype=np.bool_)
    few[np.flatnonzero(fits)[:3]] = True
    few[np.flatnonzero(full.olds >= 0)[:3]] = True
    return full.only(few)


def all_slates(world: World, showable: Showable) -> Iterator[list[Shown]]:
    offers = [showable.shown(world, offer) for offer in range(len(showable.items))]
    for length in range(showable.slots + 1):
        for slate in permutations(offers, length):
            spots = [shown.replaces or shown.item_id for shown in slate]
            if len(set(spots)) == len(spots):
                yield list(slate)


def margin(world: World, visit: Visit, slate: list[Shown], fatigue: float) -> float:
    return chances(world, visit, slate, fatigue=fatigue).margin_shown
