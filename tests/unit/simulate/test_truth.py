from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pairwell.errors import NotFoundError
from pairwell.simulate.planting import MOST
from pairwell.simulate.size import ShopSize
from pairwell.simulate.truth import Complement
from pairwell.simulate.world import World, make_shop

from .baskets import count_together


def test_complements_are_few_and_strongest_first(world: World) -> None:
    for item in world.items:
        strengths = [each.strength for each in world.truth.complements(item.item_id)]
        assert len(strengths) <= MOST
        assert all(first >= second for first, second in pairwise(strengths))


def test_variants_share_their_complements_family(world: World) -> None:
    families = {item.item_id: item.family for item in world.items}
    for item in world.items:
        own = {families[each.item_id] for each in world.truth.complements(item.item_id)}
        for variant in world.truth.variants(item.item_id):
            assert {families[each.item_id] for each in world.truth.complements(variant)} == own


def test_substitutes_do_the_same_job_by_another_brand(world: World) -> None:
    items = {item.item_id: item for item in world.items}
    for item in world.items:
        for other in world.truth.substitutes(item.item_id):
            assert items[other].category == item.category
            assert items[other].tier == item.tier
            assert items[other].brand != item.brand


def test_upgrades_are_dearer_and_of_the_same_make(world: World) -> None:
    items = {item.item_id: item for item in world.items}
    steps = [(item, items[up]) for item in world.items for up in world.truth.upgrades(item.item_id)]
    assert len(steps) > 200
    assert all((up.price_minor or 0) > (item.price_minor or 0) for item, up in steps)
    assert all(up.brand == item.brand and up.category == item.category for item, up in steps)


def test_nothing_is_planted_between_things_that_replace_each_other(world: World) -> None:
    for item in world.items:
        instead = {*world.truth.substitutes(item.item_id), *world.truth.variants(item.item_id)}
        assert not instead & {each.item_id for each in world.truth.complements(item.item_id)}


def test_an_unknown_item_is_named(world: World) -> None:
    with pytest.raises(NotFoundError, match="'YACHT'"):
        world.truth.complements("YACHT")


def test_orders_hold_what_was_planted_about_as_often_as_expected(world: World) -> None:
    together, alone, n_orders = count_together(world)
    place = world.ground.catalogue.index
    pairs = [(place[each.anchor_id], place[each.item_id], each) for each in world.truth.findable()]
    lifts = [together[a, b] * n_orders / (alone[a] * alone[b]) for a, b, _ in pairs]
    assert min(lifts) > 1.5
    # Some go together by chance or on impulse besides, never fewer than planted but for luck.
    expected = np.array([each.expected_together for _, _, each in pairs])
    observed = np.array([together[a, b] for a, b, _ in pairs])
    assert (observed > expected - 5 * np.sqrt(expected)).all()
    assert 1.0 < observed.sum() / expected.sum() < 1.25


def test_some_complements_appear_and_some_vanish(world: World) -> None:
    end = world.history_end
    planted = world.truth.planted()
    assert 0.04 < _share([each.since > world.size.opened for each in planted]) < 0.13
    assert 0.04 < _share([not each.alive(end) for each in planted]) < 0.13
    assert all(each.alive(end) for each in world.truth.findable())


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_a_plain_cosine_finds_nine_in_ten(seed: int) -> None:
    world = make_shop(seed, size=ShopSize())
    together, alone, _ = count_together(world)
    cosine = together / np.sqrt(np.outer(alone, alone))
    place = world.ground.catalogue.index
    top = {anchor: set(np.argsort(-cosine[anchor], kind="stable")[:5].tolist()) for anchor in range(len(alone))}
    findable = world.truth.findable()
    assert len(findable) > 300
    assert sum(_is_in(top, place, each) for each in findable) >= 0.9 * len(findable)


def _is_in(top: dict[int, set[int]], place: dict[str, int], pair: Complement) -> bool:
    return place[pair.item_id] in top[place[pair.anchor_id]]
