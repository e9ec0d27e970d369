from __future__ import annotations

from pairwell.simulate.world import World


def test_every_item_is_described(world: World) -> None:
    assert len({item.item_id for item in world.items}) == len(world.items)
    assert len({item.title for item in world.items}) == len(world.items)
    for item in world.items:
        assert item.category is not None
        assert " > " in item.category
        assert item.cost_minor is not None
        assert item.price_minor is not None
        assert 0 < item.cost_minor < item.price_minor


def test_items_of_one_need_stand_together(world: World) -> None:
    need = world.ground.catalogue.need
    assert (need[1:] >= need[:-1]).all()
    assert (need[world.ground.catalogue.need_start] == range(len(world.ground.catalogue.needs))).all()


def test_every_need_that_goes_along_is_sold(small: World) -> None:
    keys = {need.key for need in small.ground.catalogue.needs}
    assert {goes.need for need in small.ground.catalogue.needs for goes in need.goes} <= keys
