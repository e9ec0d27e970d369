"""Who shops in the stores beside the web shop: other people, the same goods."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.crowd import Crowd, make_crowd
from pairwell.simulate.life import live
from pairwell.simulate.streams import Purpose
from pairwell.simulate.world import World

_CUSTOMERS = 0.6  # against those of the web shop
_ORDERS = 1.0


def open_counter(world: World) -> World:
    """A world of its own with the goods, days and planted pairs of another one; nothing in that one changes."""
    size = msgspec.structs.replace(
        world.size,
        customers=max(1, round(_CUSTOMERS * world.size.customers)),
        orders=max(1, round(_ORDERS * world.size.orders)),
    )
    seed = int(np.random.SeedSequence(world.seed, spawn_key=(int(Purpose.COUNTER),)).generate_state(1)[0])
    crowd = _named(make_crowd(world.ground.catalogue, size, seed))
    ground = msgspec.structs.replace(world.ground, crowd=crowd)
    return World(seed=seed, size=size, ground=ground, life=live(ground, size, seed))


def _named(crowd: Crowd) -> Crowd:
    """The same people by the numbers of their cards, as none of the web shop's is called."""
    ids = tuple(f"K{number:05d}" for number in range(1, len(crowd.ids) + 1))
    return msgspec.structs.replace(crowd, ids=ids, index={customer: place for place, customer in enumerate(ids)})
