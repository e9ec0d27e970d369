from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from pairwell.errors import NotFoundError
from pairwell.simulate.responses import Audience, Response, respond
from pairwell.simulate.visits import Shown, Visit, imagine
from pairwell.simulate.world import World


def test_every_offer_is_accepted_declined_or_ignored(world: World, month: list[Visit]) -> None:
    audience = Audience(world)
    for visit in month[:300]:
        slate = slate_for(world, visit)
        response = audience.respond(visit, slate)
        told = [*response.accepted, *(refusal.offer for refusal in response.declined), *response.ignored]
        assert sorted(told) == list(range(len(slate)))


def test_the_order_of_customers_changes_nothing(world: World, month: list[Visit]) -> None:
    by_time = _all_responses(world, month[:500])
    by_customer = _all_responses(world, sorted(month[:500], key=lambda visit: visit.customer_id))
    assert by_time == by_customer


def test_tired_customers_accept_less_and_finish_less(world: World, month: list[Visit]) -> None:
    fresh = [respond(world, visit, slate_for(world, visit)) for visit in month]
    tired = [respond(world, visit, slate_for(world, visit), fatigue=4.0) for visit in month]
    assert sum(len(each.accepted) for each in tired) < 0.6 * sum(len(each.accepted) for each in fresh)
    assert sum(each.placed for each in tired) < 0.95 * sum(each.placed for each in fresh)


def test_touchy_customers_buy_less_the_more_they_are_shown(world: World, month: list[Visit]) -> None:
    touchy = world.ground.crowd.touchy
    seen = sorted((visit for visit in month if touchy[visit.hidden.customer] > 0.25), key=lambda visit: visit.at)
    badgered, quiet = Audience(world), Audience(world)
    slates = [[Shown(item_id=item.item_id) for item in world.items[:12]]] * len(seen)
    shown = [badgered.respond(visit, slate) for visit, slate in zip(seen, slates, strict=True)]
    left = [quiet.respond(visit, []) for visit in seen]
    assert sum(each.placed for each in shown) < 0.9 * sum(each.placed for each in left)
    assert all(each.annoyed for each in shown)
    assert not any(each.annoyed for each in left)


def test_fatigue_grows_with_offers_and_fades_with_days(world: World, month: list[Visit]) -> None:
    audience, visit = Audience(world), month[0]
    assert audience.fatigue(visit.customer_id, visit.at) == 0.0
    audience.respond(visit, slate_of(world, 4))
    at_once = audience.fatigue(visit.customer_id, visit.at)
    assert at_once == pytest.approx(4 * world.ground.crowd.touchy[visit.hidden.customer])
    later = audience.fatigue(visit.customer_id, visit.at + timedelta(days=30))
    assert 0 < later < 0.5 * at_once


def test_without_offers_a_visit_ends_as_it_was_planned(world: World, month: list[Visit]) -> None:
    for visit in month[:300]:
        response = respond(world, visit, [])
        row = int(visit.visit_id.removeprefix("V"))
        bought = {world.ground.catalogue.index[line.item_id] for line in response.lines}
        meant = {int(item) for item in np.concatenate([world.life.pick[row], world.life.along[row]]) if item >= 0}
        assert response.placed == bool(world.life.finished[row])
        assert bought == (meant if response.placed else set())


def test_an_accepted_upgrade_takes_the_place_of_the_line(world: World, month: list[Visit]) -> None:
    taken = 0
    for visit in month:
        anchor = visit.cart[0].item_id
        slate = [Shown(item_id=up, kind="upgrade", replaces=anchor) for up in world.truth.upgrades(anchor)[:1]]
        response = respond(world, visit, slate)
        if response.accepted and response.placed:
            taken += 1
            bought = {line.item_id: line.offer for line in response.lines}
            assert anchor not in bought
            assert bought[slate[0].item_id] == 0
    assert taken > 5


def test_the_same_imagined_visit_ends_the_same_way(world: World) -> None:
    cart = ["TENT2-TAR1-GREEN"]
    slate = [Shown(item_id=each.item_id) for each in world.truth.complements(cart[0])]
    both = [
        respond(world, imagine(world, customer, cart, world.history_end), slate)
        for customer in world.customers[:50]
        for _ in range(2)
    ]
    assert both[::2] == both[1::2]
    assert any(each.accepted for each in both)


def test_an_imagined_customer_must_exist(world: World) -> None:
    with pytest.raises(NotFoundError, match="'C99999'"):
        imagine(world, "C99999", [], world.history_end)


def slate_of(world: World, n: int) -> list[Shown]:
    return [Shown(item_id=item.item_id) for item in world.items[:n]]


def slate_for(world: World, visit: Visit) -> list[Shown]:
    return [Shown(item_id=each.item_id) for each in world.truth.complements(visit.cart[0].item_id)]


def _all_responses(world: World, month: list[Visit]) -> dict[str, Response]:
    audience = Audience(world)
    return {visit.visit_id: audience.respond(visit, slate_for(world, visit)) for visit in month}
