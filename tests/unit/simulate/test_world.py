from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pairwell.errors import RequestError
from pairwell.simulate.history import history
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop


def test_the_same_seed_makes_the_same_shop(small: World) -> None:
    again = make_shop(small.seed, size=small.size)
    assert again.items == small.items
    assert history(again).equals(history(small))
    assert again.life.finish.tobytes() == small.life.finish.tobytes()


def test_another_seed_makes_another_shop(small: World) -> None:
    other = make_shop(small.seed + 1, size=small.size)
    assert other.items != small.items
    assert not history(other).equals(history(small))


def test_the_default_shop_is_as_big_as_it_says(world: World) -> None:
    assert len(world.items) == 400
    assert len(world.customers) == 4_000
    orders = len(history(world)["order_id"].unique())
    assert 0.95 * world.size.orders < orders < 1.05 * world.size.orders


def test_a_customer_is_the_same_person_in_a_bigger_crowd(small: World) -> None:
    bigger = make_shop(small.seed, size=replace(small.size, customers=500))
    assert bigger.ground.crowd.want[:400].tolist() == small.ground.crowd.want.tolist()


def test_more_items_than_the_assortment_has_are_refused() -> None:
    with pytest.raises(RequestError, match="the assortment has 400"):
        make_shop(1, size=ShopSize(items=401))


def test_the_world_ends(small: World) -> None:
    last = small.size.opened + timedelta(days=small.size.horizon)
    assert small.size.day_of(last - timedelta(seconds=1)) == small.size.horizon - 1
    with pytest.raises(RequestError, match="outside this world"):
        small.size.day_of(last)
