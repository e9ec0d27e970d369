"""One simulated shop: its goods, its customers and their life, drawn from one seed."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from pairwell.records import Item
from pairwell.simulate.catalogue import make_catalogue
from pairwell.simulate.choosing import Ground
from pairwell.simulate.crowd import make_crowd
from pairwell.simulate.life import Life, live
from pairwell.simulate.market import make_market
from pairwell.simulate.planting import plant_complements
from pairwell.simulate.size import ShopSize
from pairwell.simulate.streams import Purpose, open_stream
from pairwell.simulate.truth import Truth


class World(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Nothing in it changes; what offers do to people is kept by an `Audience`."""

    seed: int
    size: ShopSize
    ground: Ground
    life: Life

    @property
    def truth(self) -> Truth:
        """What was planted."""
        return Truth(
            size=self.size,
            catalogue=self.ground.catalogue,
            edges=self.ground.edges,
            expected=self.life.expected,
        )

    @property
    def items(self) -> tuple[Item, ...]:
        """The catalogue, at the prices of the opening."""
        return self.ground.catalogue.items

    @property
    def customers(self) -> tuple[str, ...]:
        return self.ground.crowd.ids

    @property
    def history_end(self) -> datetime:
        """The first moment after the history."""
        return self.size.history_end

    def moment(self, visit: int) -> datetime:
        """When a visit, named by its row in `life`, takes place."""
        return self.size.opened + timedelta(days=int(self.life.day[visit]), seconds=int(self.life.second[visit]))


def make_shop(seed: int, *, size: ShopSize | None = None) -> World:
    """Make a world; the same seed and size give the same one, bit for bit."""
    size = size or ShopSize()
    catalogue = make_catalogue(size.items, open_stream(seed, Purpose.CATALOGUE))
    ground = Ground(
        catalogue=catalogue,
        market=make_market(catalogue, size, open_stream(seed, Purpose.MARKET)),
        crowd=make_crowd(catalogue, size, seed),
        edges=plant_complements(catalogue, size, open_stream(seed, Purpose.PLANTING)),
    )
    return World(seed=seed, size=size, ground=ground, life=live(ground, size, seed))
