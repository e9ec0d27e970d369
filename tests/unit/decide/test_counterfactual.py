from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, NOW, SURE, ask, said, scene

from pairwell.config.settings import Guards, Settings
from pairwell.decide.choose import Course, run_stages
from pairwell.decide.counterfactual import find_hints
from pairwell.decide.scene import Scene
from pairwell.decide.telling.parts import Hint
from pairwell.records import Contact, Decline, Item, Withheld

TAXED = msgspec.structs.replace(SURE, shop=msgspec.structs.replace(SURE.shop, tax_rate=0.23))


def dear(attention: float = 2.0, friction: float = 0.001) -> Settings:
    placements = {
        name: msgspec.structs.replace(one, attention_minor=attention, friction=friction)
        for name, one in SURE.placements.items()
    }
    return msgspec.structs.replace(SURE, placements=placements)


def left(course: Course, item_id: str) -> Withheld:
    return next(one for one in course.withheld if one.item_id == item_id)


def hints(at: Scene, item_id: str) -> list[Hint]:
    course = run_stages(at)
    return find_hints(left(course, item_id), course)


def priced(item_id: str, net_minor: int) -> dict[str, Item]:
    return {item_id: msgspec.structs.replace(ITEMS[item_id], price_minor=net_minor)}


def shown(item_id: str, net_minor: int, settings: Settings, **more: Any) -> bool:
    """Whether a whole decision at another price draws the item."""
    course = run_stages(scene(ask("tent", **more), settings=settings, items=priced(item_id, net_minor)))
    return any(slot.drawn.candidate.item_id == item_id for slot in course.slots)


def test_what_is_too_dear_would_have_been_shown_at_the_guard() -> None:
    (price, purchase) = hints(scene(ask("tent")), "stove")
    assert price == Hint(goal="worth_its_cost", price_at_most_minor=7_050)
    assert purchase == Hint(purchase_at_least_minor=30_000)
    assert shown("stove", 7_050, SURE)
    assert not shown("stove", 7_051, SURE)


def test_prices_are_told_with_tax() -> None:
    (price, _) = hints(scene(ask("tent"), settings=TAXED), "stove")
    told = price.price_at_most_minor
    assert told is not None
    limit = int(round(23_500 * 1.23) * 0.3)
    assert limit - 1 <= told <= limit  # not every price with tax is that of a whole net price


def test_what_earns_too_little_would_have_been_shown_at_the_least_price_that_pays() -> None:
    settings = dear(friction=0.002)  # each offer costs 14
    (hint,) = hints(scene(ask("tent"), settings=settings), "mat")
    told = hint.price_at_least_minor
    assert told is not None
    assert shown("mat", told, settings)
    assert not shown("mat", told - 1, settings)


def test_where_no_price_within_the_guards_pays_it_says_what_a_sale_would_have_to_earn() -> None:
    settings = dear(friction=0.2)
    course = run_stages(scene(ask("tent"), settings=settings))
    mat = left(course, "mat")
    (hint,) = find_hints(mat, course)
    assert hint.margin_times == pytest.approx(mat.factors["cost_minor"] / mat.factors["worth_minor"])


def test_a_price_below_the_margin_floor_is_no_hint() -> None:
    settings = msgspec.structs.replace(SURE, guards=Guards(margin_floor_minor=3_000))
    told = hints(scene(ask("tent"), settings=settings), "stove")
    assert [hint.purchase_at_least_minor for hint in told] == [30_000]  # at 70.50 it earns 20.50


def test_what_lost_the_draw_would_have_led_it_at_a_price() -> None:
    surely = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, temperature=1e-5))
    alone: dict[str, Any] = {"placement": "checkout", "limit": 1}
    (hint,) = hints(scene(ask("tent", **alone), settings=surely), "mat")
    told = hint.price_at_least_minor
    assert hint.goal == "best_score"
    assert told is not None
    assert shown("mat", told, surely, **alone)
    assert not shown("mat", told - 1, surely, **alone)


def test_a_slate_that_is_not_worth_its_cost_would_have_been_at_a_price() -> None:
    settings = dear(attention=6.0)
    (hint,) = hints(scene(ask("tent", available=["mat"]), settings=settings), "mat")
    told = hint.price_at_least_minor
    assert hint.goal == "slate_worth_its_cost"
    assert told is not None
    assert shown("mat", told, settings, available=["mat"])
    assert not shown("mat", told - 1, settings, available=["mat"])


def test_a_cap_ends_when_what_it_counts_leaves_its_window() -> None:
    seen = [
        Contact(
            at=NOW - timedelta(hours=hours),
            lapses_at=NOW - timedelta(hours=hours - 1),
            channel="site",
            interrupts=False,
            item_ids=["lamp"],
            seen=1,
        )
        for hours in range(12, 1, -1)
    ]
    (hint,) = hints(scene(ask("tent", customer_id="c"), contacts=seen), "lamp")
    assert hint.again_from == NOW + timedelta(hours=13)  # the oldest but one of eleven, of which ten are too many


def test_a_decline_is_forgiven_at_the_end_of_the_quiet() -> None:
    declines = [Decline(item_id="mat-red", at=NOW - timedelta(days=3))]
    (hint,) = hints(scene(ask("tent", customer_id="c"), declines=declines), "mat")
    assert hint.again_from == NOW + timedelta(days=27)


def test_many_declines_end_when_enough_are_forgiven() -> None:
    declines = [Decline(item_id="x", at=NOW - timedelta(days=days)) for days in (20, 5, 1)]
    (hint,) = hints(scene(ask("tent", customer_id="c"), declines=declines), "mat")
    assert hint.again_from == NOW + timedelta(days=10)


@pytest.mark.parametrize("relation", ["never", "requires"])
def test_no_price_helps_against_a_rule(relation: Any) -> None:
    relations = [said("mat", "requires", "gas") if relation == "requires" else said("tent", "never", "mat")]
    assert hints(scene(ask("tent"), relations=relations), "mat") == []


def test_a_hint_changes_nothing() -> None:
    at = scene(ask("tent"))
    before = run_stages(at)
    for one in before.withheld:
        find_hints(one, before)
    again = run_stages(at)
    assert [slot.drawn for slot in again.slots] == [slot.drawn for slot in before.slots]
    assert again.withheld == before.withheld
