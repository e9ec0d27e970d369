from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from pairwell.simulate.chances import chances, unasked_chances
from pairwell.simulate.responses import respond
from pairwell.simulate.visits import Shown, Visit, imagine
from pairwell.simulate.world import World


def test_showing_nothing_changes_nothing(world: World, month: list[Visit]) -> None:
    for visit in month[:50]:
        assert chances(world, visit, []).incremental_margin == 0.0


def test_unasked_chances_come_true(world: World, month: list[Visit]) -> None:
    expected = spread = planned = 0.0
    for visit in month:
        odds = unasked_chances(world, visit)
        expected += odds.sum()
        spread += (odds * (1 - odds)).sum()
        planned += len(visit.hidden.planned or ())
    assert abs(planned - expected) < 4 * np.sqrt(spread)


def test_shown_chances_come_true(world: World, month: list[Visit]) -> None:
    expected = spread = accepted = 0.0
    for visit in month:
        slate = slate_for(world, visit)
        odds = [offer.shown for offer in chances(world, visit, slate).offers]
        expected += sum(odds)
        spread += sum(p * (1 - p) for p in odds)
        accepted += len(respond(world, visit, slate).accepted)
    assert expected > 100
    assert abs(accepted - expected) < 4 * np.sqrt(spread)


def test_the_expected_margin_is_what_is_earned_on_average(world: World) -> None:
    crowd, cart = world.ground.crowd, "TENT2-TAR1-GREEN"
    rich = np.flatnonzero(crowd.purse > 60_000)
    customer = world.customers[rich[crowd.suggestible[rich].argmax()]]
    visit = imagine(world, customer, [cart], world.history_end)
    slate = [Shown(item_id=each.item_id) for each in world.truth.complements(cart)]
    slate += [Shown(item_id=up, kind="upgrade", replaces=cart) for up in world.truth.upgrades(cart)[::2]]
    gaps = [earned_more(world, visit, slate, seed) for seed in range(2_000)]
    truth = chances(world, visit, slate, fatigue=0.5).incremental_margin
    error = np.std(gaps) / np.sqrt(len(gaps))
    assert abs(np.mean(gaps) - truth) < 4 * error
    assert truth > 10 * error  # else the comparison would say nothing


def test_offers_persuade_some_and_put_off_others(world: World, month: list[Visit]) -> None:
    changes = [
        (world.ground.crowd.suggestible[visit.hidden.customer], offer.shown - offer.unasked)
        for visit in month
        for offer in chances(world, visit, slate_for(world, visit)[:1]).offers
        if 0.01 < offer.unasked < 0.99
    ]
    assert all(change > 0 for suggestible, change in changes if suggestible > 0)
    assert any(change < 0 for _, change in changes)


def test_a_complement_is_likelier_than_a_stranger(world: World) -> None:
    tent = world.truth.complements("TENT2-TAR1-GREEN")[0]
    visit = imagine(world, "C00001", ["TENT2-TAR1-GREEN"], world.history_end)
    odds = unasked_chances(world, visit)
    place = world.ground.catalogue.index
    assert odds[place[tent.item_id]] > 20 * odds[place["TEA-OTT"]]


def test_what_is_in_the_cart_is_not_added_again(world: World, month: list[Visit]) -> None:
    for visit in month[:200]:
        inside = [world.ground.catalogue.index[line.item_id] for line in visit.cart]
        assert not unasked_chances(world, visit)[inside].any()


def test_only_one_of_two_upgrades_is_taken(world: World, month: list[Visit]) -> None:
    for visit in month:
        anchor = visit.cart[0].item_id
        slate = [Shown(item_id=up, kind="upgrade", replaces=anchor) for up in world.truth.upgrades(anchor)]
        assert len(respond(world, visit, slate).accepted) <= 1


def slate_for(world: World, visit: Visit) -> list[Shown]:
    """The true complements and the next tier of the first line."""
    anchor = visit.cart[0].item_id
    inside = {line.item_id for line in visit.cart}
    alive = [each for each in world.truth.complements(anchor) if each.alive(visit.at) and each.item_id not in inside]
    upgrades = [Shown(item_id=up, kind="upgrade", replaces=anchor) for up in world.truth.upgrades(anchor)[:1]]
    return [Shown(item_id=each.item_id) for each in alive] + upgrades


def earned_more(world: World, visit: Visit, slate: list[Shown], seed: int) -> float:
    """Margin of the visit with the slate less that without, under another draw of luck."""
    finish = float(np.random.default_rng(seed).random())
    lucky = replace(visit, hidden=replace(visit.hidden, finish=finish))
    other = replace(world, seed=seed)
    return margin(other, lucky, slate) - margin(other, lucky, [])


def margin(world: World, visit: Visit, slate: list[Shown]) -> float:
    cost, place = world.ground.catalogue.cost, world.ground.catalogue.index
    lines = respond(world, visit, slate, fatigue=0.5).lines
    return float(sum(line.quantity * (line.unit_price_minor - cost[place[line.item_id]]) for line in lines))
