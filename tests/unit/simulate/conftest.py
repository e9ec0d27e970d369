"""Worlds that the tests look at; nothing in a world changes, so that one serves all."""

from __future__ import annotations

import pytest

from pairwell.simulate.size import ShopSize
from pairwell.simulate.visits import Visit, visits
from pairwell.simulate.world import World, make_shop

SMALL = ShopSize(items=60, customers=400, orders=2_000, days=400, later_days=60)


@pytest.fixture(scope="session")
def small() -> World:
    return make_shop(7, size=SMALL)


@pytest.fixture(scope="session")
def world() -> World:
    """The default world of seed 1."""
    return make_shop(1)


@pytest.fixture(scope="session")
def month(world: World) -> list[Visit]:
    """The visits of the month after the history."""
    return list(visits(world, world.history_end, 30))
