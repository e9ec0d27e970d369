"""A small simulated shop that was lived in for some weeks, with every decision and order logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from pairwell.backtest.month import Month, run_month
from pairwell.backtest.whatif.again import Other, Past, open_past
from pairwell.backtest.whatif.outcomes import Till
from pairwell.config.published import settings_hash
from pairwell.config.settings import Settings
from pairwell.facts.past import PastItems
from pairwell.journal.past import find_decisions, read_decisions
from pairwell.records import Decision
from pairwell.shop.face import Shop, create_shop, open_shop
from pairwell.simulate.exports import write_exports
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop

DAYS = 35
SALT = "whatif"


@pytest.fixture(scope="package")
def world() -> World:
    return make_shop(3, size=ShopSize(items=120, customers=500, orders=8_000, days=400, later_days=60))


@pytest.fixture(scope="package")
def settings() -> Settings:
    """Those that logged: free in their draws and seldom silent, so that others can be told from them."""
    usual = Settings()
    cart = msgspec.structs.replace(usual.placements["cart"], attention_minor=0.5, friction=0.0)
    choice = msgspec.structs.replace(usual.choice, salt=SALT, temperature=1.0, exploration=0.3, holdout=0.2)
    slots = msgspec.structs.replace(usual.slots, max=2)
    return msgspec.structs.replace(usual, choice=choice, slots=slots, placements={**usual.placements, "cart": cart})


@pytest.fixture(scope="package")
def lived(world: World, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the workspace; tests only read it."""
    folder = tmp_path_factory.mktemp("lived")
    with create_shop(folder / "shop", settings) as made:
        workspace = made.workspace
    with Shop(workspace, clock=lambda: world.history_end) as shop:
        files = write_exports(world, folder / "export")
        for name in ("items", "customers", "orders"):
            shop.ingest(name, getattr(files, name))
        shop.learn()
        run_month(world, Month(start=world.history_end, days=DAYS), decide=shop.decide_at, log=shop.log_events)
        shop.keeping.compact()
    return folder / "shop"


@pytest.fixture(scope="package")
def shop(lived: Path) -> Iterator[Shop]:
    with open_shop(lived) as opened:
        yield opened


@pytest.fixture(scope="package")
def past(shop: Shop) -> Past:
    return open_past(shop._archive, PastItems(shop._database), shop.facts)


@pytest.fixture(scope="package")
def decisions(shop: Shop) -> list[Decision]:
    return list(read_decisions(shop._database, find_decisions(shop._database)))


@pytest.fixture(scope="package")
def some(decisions: list[Decision]) -> list[Decision]:
    """Enough to be counted, where nothing has to be estimated."""
    return decisions[:250]


@pytest.fixture(scope="package")
def till(shop: Shop, settings: Settings, world: World) -> Till:
    return Till(
        dataset=shop.dataset,
        database=shop._database,
        items=PastItems(shop._database),
        shop=settings.shop,
        window=timedelta(hours=24),
        now=world.history_end + timedelta(days=DAYS + 2),
    )


def other(settings: Settings) -> Other:
    """These settings, to decide by instead."""
    return Other(name=settings_hash(settings), settings=settings)
