"""The stores of the demo's shop: what was sold at the counter beside the web shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.shop.face import Shop
    from pairwell.simulate.world import World

_OPENED: Final = datetime(2026, 7, 1, tzinfo=UTC)
_DAYS: Final = 30  # after the web shop's history, as the month that is lived through
_SOURCE: Final = "stores"
AT_COUNTER: Final[Mapping[str, object]] = {
    "placements.counter.kinds": ["cross_sell", "upgrade"],
    "placements.counter.channel": "counter",
    "placements.counter.friction": 0.0,
    "bonus.rule": "margin_share",
    "bonus.share": 0.05,
    "bonus.counts": "added",
    "bonus.threshold": 0.85,
}  # what is set for those who sell there


class DemoStores(msgspec.Struct, frozen=True, kw_only=True):
    """What the stores of the demo told of."""

    stores: int
    sellers: int
    lines: int  # of orders
    better: list[str]  # sellers who truly sell more along; the others are alike


def sell_at_counter(shop: Shop, world: World, say: Callable[[str], None]) -> DemoStores:
    """Open two stores beside the web shop of a world, take their files in, and say what is planted in them."""
    from pairwell.simulate.counter import open_counter
    from pairwell.simulate.sellers import Chain, make_sellers
    from pairwell.simulate.store_exports import write_stores

    counter = open_counter(world)
    chain = Chain(stores=2, staff=4, better=2, share=1.0, mark="S")
    folder, until = shop.workspace.root / "export" / "stores", world.history_end + timedelta(days=_DAYS)
    files = write_stores(counter, folder, chain, since=_OPENED, until=until)
    taken = {table: shop.ingest(table, path, source=_SOURCE).taken for table, path in files.items()}
    sellers = make_sellers(counter, chain)
    found = DemoStores(
        stores=len({seller.store for seller in sellers}),
        sellers=len(sellers),
        lines=taken["orders"],
        better=[seller.seller_id for seller in sellers if seller.skill > 0],
    )
    say(
        f"{counted(found.stores, 'store')} beside it with {counted(found.sellers, 'seller')}: "
        f"{counted(found.lines, 'line')} of orders since {_OPENED:%Y-%m-%d}. "
        f"Truly better at selling along: {' and '.join(found.better)}."
    )
    return found
