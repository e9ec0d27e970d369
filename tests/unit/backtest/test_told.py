from __future__ import annotations

import pytest

from pairwell.backtest.told import Told, history_of, learn_world, relations_told
from pairwell.config.settings import Settings
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop

_SETTINGS = Settings()


def _tell(world: World, *, bare: bool = False) -> Told:
    model = learn_world(history_of(world, bare=bare), _SETTINGS)
    return relations_told(world.truth, model, _SETTINGS.guards.upgrade_price_corridor)


@pytest.fixture(scope="module")
def world() -> World:
    return make_shop(7, size=ShopSize(items=100, customers=900, orders=6_000, days=400))


@pytest.mark.parametrize("bare", [False, True])
def test_planted_substitutes_are_told_from_complements_with_and_without_a_catalogue(world: World, bare: bool) -> None:
    told = _tell(world, bare=bare)

    assert told.complements.planted > 20
    assert told.substitutes.planted > 100
    assert told.told_apart >= 0.95
    assert told.complements_as_substitutes == told.substitutes_as_complements == 0
    assert told.substitutes.precision >= 0.8


def test_a_catalogue_tells_variants_and_upgrades(world: World) -> None:
    told = _tell(world)

    assert (told.variants.recall, told.variants.precision) == (1.0, 1.0)
    assert told.upgrades.recall >= 0.9
    assert told.upgrades.precision >= 0.9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_hundred_orders_prove_nothing_that_was_not_planted(seed: int) -> None:
    told = _tell(make_shop(seed, size=ShopSize(orders=200)))

    assert told.complements.listed == told.complements.right
