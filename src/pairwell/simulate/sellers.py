"""Who sells in the stores of the simulated shop: how well, and to whom."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

_A_STORE = 6  # sellers
_SKILL = 0.5  # deviation of skills, log odds
_BUSY = 0.5  # deviation of how much sellers work, log


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """One seller, and what is true of this one."""

    seller_id: str
    store: str  # of the region called so
    skill: float  # log odds of selling what goes along, against the usual seller's
    department: int  # that this one knows best
    busy: float  # orders served, against others


def make_sellers(world: World) -> tuple[Seller, ...]:
    """The same for the same seed; a store in each region."""
    stores = sorted(set(world.ground.crowd.regions))
    departments = int(world.ground.catalogue.department.max()) + 1
    found = []
    for number in range(len(stores) * _A_STORE):
        rng = open_stream(world.seed, Purpose.SELLERS, 0, number)
        found.append(
            Seller(
                seller_id=f"seller-{number + 1:02d}",
                store=stores[number // _A_STORE],
                skill=_SKILL * float(rng.standard_normal()),
                department=int(rng.integers(departments)),
                busy=float(np.exp(_BUSY * rng.standard_normal())),
            )
        )
    return tuple(found)
