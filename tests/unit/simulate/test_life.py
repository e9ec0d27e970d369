from __future__ import annotations

import numpy as np

from pairwell.simulate.history import history
from pairwell.simulate.world import World


def test_nobody_comes_for_more_than_the_purse_holds(world: World) -> None:
    life, market = world.life, world.ground.market
    day = life.day[:, None]
    price = market.price[day, life.pick] - market.discount[day, life.pick]
    spent = np.where(life.pick >= 0, price * life.quantity, 0).sum(axis=1)
    assert (spent <= world.ground.crowd.purse[life.who]).all()
    assert (life.left == world.ground.crowd.purse[life.who] - spent).all()


def test_what_goes_along_fits_what_is_left(world: World) -> None:
    life, market = world.life, world.ground.market
    day = life.day[:, None]
    price = market.price[day, life.along] - market.discount[day, life.along]
    assert (np.where(life.along >= 0, price, 0) <= life.left[:, None]).all()


def test_a_cart_holds_one_item_a_need(world: World) -> None:
    needs = np.where(world.life.pick >= 0, world.ground.catalogue.need[world.life.pick], -1 - np.arange(5))
    assert all(len(set(row)) == len(row) for row in needs.tolist())


def test_visits_of_a_customer_follow_each_other(world: World) -> None:
    life = world.life
    moment = life.day * 86_400 + life.second
    same = life.who[1:] == life.who[:-1]
    assert (moment[1:] >= moment[:-1])[same].all()


def test_what_lasts_is_seldom_bought_again(world: World) -> None:
    goods, again = world.ground.catalogue, _bought_again(world)
    lasting, used_up = again[goods.lasting].mean(), again[~goods.lasting].mean()
    assert lasting < 0.5 * used_up


def test_dear_things_are_bought_by_fat_purses(world: World) -> None:
    life, goods = world.life, world.ground.catalogue
    dear = goods.price[life.pick[:, 0]] > 20_000
    purse = world.ground.crowd.purse[life.who]
    assert purse[dear].mean() > 1.3 * purse[~dear].mean()


def test_nobody_buys_before_joining(world: World) -> None:
    assert (world.life.day >= world.ground.crowd.joined[world.life.who]).all()


def test_an_order_holds_an_item_once(small: World) -> None:
    lines = history(small)
    pairs = list(zip(lines["order_id"].to_pylist(), lines["item_id"].to_pylist(), strict=True))
    assert len(pairs) == len(set(pairs))


def test_history_until_a_moment_is_the_beginning_of_the_whole(small: World) -> None:
    whole = history(small)
    middle = whole["placed_at"][whole.num_rows // 2].as_py()
    part = history(small, middle)
    assert part.equals(whole.slice(0, part.num_rows))
    assert part["placed_at"][-1].as_py() < middle


def _bought_again(world: World) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """By need: share of first slots that went to customers who had bought of it before."""
    life, need = world.life, world.ground.catalogue.need[world.life.pick[:, 0]]
    had = life.owned[np.arange(len(need)), need]
    n = len(world.ground.catalogue.needs)
    return np.asarray(np.bincount(need, had, n) / np.maximum(np.bincount(need, minlength=n), 1), dtype=np.float64)
