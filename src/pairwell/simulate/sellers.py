"""Who sells in the stores of the simulated shop: how well, and to whom."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.world import World

_SKILL = 0.5  # deviation of skills, log odds
_BETTER = 1.0  # log odds that one of the better sellers is ahead of the usual one
_BUSY = 0.5  # deviation of how much sellers work, log


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The stores of a shop, and who works there."""

    stores: int | None = None  # in the first regions by name, which serve the others, too; None: one in each
    staff: int = 6  # sellers of a store
    better: int | None = None  # so many truly sell better, the others alike; None: skills vary from one to the next
    share: float = 0.4  # of the orders, placed in stores
    mark: str = ""  # before the numbers of their orders


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """One seller, and what is true of this one."""

    seller_id: str
    name: str
    store: str  # of the region called so
    skill: float  # log odds of selling what goes along, against the usual seller's
    department: int  # that this one knows best
    busy: float  # orders served, against others


def make_sellers(world: World, chain: Chain | None = None) -> tuple[Seller, ...]:
    """The same for the same seed and chain; without a chain a store in each region."""
    chain = chain or Chain()
    stores = sorted(set(world.ground.crowd.regions))[: chain.stores]
    departments = int(world.ground.catalogue.department.max()) + 1
    better, found = _better(world, chain, len(stores) * chain.staff), []
    for number in range(len(stores) * chain.staff):
        rng = open_stream(world.seed, Purpose.SELLERS, 0, number)
        store, own = stores[number // chain.staff], float(rng.standard_normal())
        found.append(
            Seller(
                seller_id=f"seller-{number + 1:02d}",
                name=f"{store} {number % chain.staff + 1}",
                store=store,
                skill=_SKILL * own if better is None else _BETTER * (number in better),
                department=int(rng.integers(departments)),
                busy=float(np.exp(_BUSY * rng.standard_normal())),
            )
        )
    return tuple(found)


def store_of(world: World, customer_id: str, sellers: tuple[Seller, ...]) -> str:
    """Where a customer shops: the store of the own region, else always the same one of the others."""
    crowd, stores = world.ground.crowd, sorted({seller.store for seller in sellers})
    region = crowd.regions[crowd.index[customer_id]]
    return region if region in stores else stores[sorted(set(crowd.regions)).index(region) % len(stores)]


def _better(world: World, chain: Chain, sellers: int) -> frozenset[int] | None:
    """The numbers of those who truly sell better; None where skills vary."""
    if chain.better is None:
        return None
    drawn = open_stream(world.seed, Purpose.SELLERS, 3).choice(sellers, chain.better, replace=False)
    return frozenset(drawn.tolist())
