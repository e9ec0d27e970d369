from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, said, scene

from pairwell.config.settings import Decline as DeclineSettings
from pairwell.decide.rules.sifting import Sifted
from pairwell.decide.rules.stages import applicability, eligibility, suitability
from pairwell.decide.scene import Scene
from pairwell.records import Candidate, CartLine, DecisionRequest, Decline, Item

_MAT = Candidate(item_id="mat", kind="cross_sell", source="pairs", anchor_id="tent", score=1.0)
_STORM = Candidate(item_id="tent+", kind="upgrade", source="upgrades", anchor_id="tent", score=1.0)


def _reason(sifted: Sifted) -> str | None:
    survivors, withheld = sifted
    assert len(survivors) + len(withheld) == 1
    return withheld[0].reason if withheld else None


def _with_mat(**changes: Any) -> Scene:
    return scene(ask("tent"), items={"mat": msgspec.structs.replace(ITEMS["mat"], **changes)})


@pytest.mark.parametrize(
    ("quantity", "stock", "reason"), [(1, 1, None), (2, 1, "out_of_stock"), (2, 2, None), (9, None, None)]
)
def test_an_upgrade_is_in_stock_for_the_whole_line(quantity: int, stock: int | None, reason: str | None) -> None:
    request = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent", quantity=quantity)])
    here = scene(request, items={"tent+": msgspec.structs.replace(ITEMS["tent+"], stock=stock)})
    assert _reason(eligibility([_STORM], here)) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"published": False}, "unpublished"),
        ({"stock": 0}, "out_of_stock"),
        ({"stock": 1}, None),
        ({"price_minor": None}, "no_price"),
    ],
)
def test_only_what_can_be_sold_is_eligible(changes: dict[str, Any], reason: str | None) -> None:
    assert _reason(eligibility([_MAT], _with_mat(**changes))) == reason


def test_an_item_without_facts_is_not_eligible() -> None:
    assert _reason(eligibility([_MAT], scene(ask("tent"), known=["tent"]))) == "unknown_item"


def test_available_limits_offers() -> None:
    assert _reason(eligibility([_MAT], scene(ask("tent", available=["lamp"])))) == "not_available"
    assert _reason(eligibility([_MAT], scene(ask("tent", available=["mat"])))) is None


@pytest.mark.parametrize(
    ("cart", "relations", "reason"),
    [
        (["tent"], [], None),
        (["tent", "mat"], [], "in_cart"),
        (["tent", "mat-red"], [], "variant_in_cart"),
        (["tent", "lamp"], [said("lamp", "variant", "mat")], "variant_in_cart"),
        (["tent", "lamp"], [said("mat", "substitute", "lamp")], "substitute_in_cart"),
        (["tent", "lamp"], [said("lamp", "never", "mat")], "never_together"),
        (["tent", "lamp"], [said("mat", "never", "lamp")], None),
        (["tent"], [said("tent", "requires", "mat")], "required_by_cart"),
        (["tent"], [said("mat", "requires", "gas")], "requires_missing"),
        (["tent", "gas"], [said("mat", "requires", "gas")], None),
    ],
)
def test_an_add_on_fits_what_is_there(cart: list[str], relations: list[Any], reason: str | None) -> None:
    assert _reason(applicability([_MAT], scene(ask(*cart), relations=relations))) == reason


def _learned_to_stand_for(item_id: str, other: str, how: Literal["variant", "substitute"]) -> TableModel:
    return msgspec.structs.replace(MODEL, twins={item_id: {other: how}})


def test_what_was_learned_to_stand_for_something_in_the_cart_is_not_added_to_it() -> None:
    for how in ("variant", "substitute"):
        beside = scene(ask("tent", "lamp"), model=_learned_to_stand_for("lamp", "mat", how))
        assert _reason(applicability([_MAT], beside)) == f"{how}_in_cart"


def test_what_people_pinned_is_not_held_back_for_what_was_only_learned() -> None:
    beside = scene(ask("tent", "lamp"), model=_learned_to_stand_for("lamp", "mat", "substitute"))
    assert _reason(applicability([msgspec.structs.replace(_MAT, pin=0)], beside)) is None


def test_what_was_learned_to_stand_for_a_declined_item_is_not_offered() -> None:
    learned = _learned_to_stand_for("lamp", "mat", "substitute")
    declined = scene(ask("tent"), model=learned, declines=[Decline(item_id="lamp", at=NOW)])
    assert _reason(suitability([_MAT], declined)) == "declined_substitute"


def test_on_the_product_page_the_item_looked_at_is_there_too() -> None:
    looked_at = scene(ask(placement="product", viewed=["mat-red"]))
    assert _reason(applicability([_MAT], looked_at)) == "variant_in_cart"


def test_an_upgrade_may_be_like_what_it_replaces_but_not_like_another_line() -> None:
    assert _reason(applicability([_STORM], scene(ask("tent")))) is None
    third = {"tent3": Item(item_id="tent3", family="tents", price_minor=1)}
    beside = scene(ask("tent", "tent3"), items=third)
    assert _reason(applicability([_STORM], beside)) == "variant_in_cart"


def test_nothing_is_offered_instead_of_what_is_paid_but_a_plan() -> None:
    bought = {"tent": NOW - timedelta(days=1)}
    assert _reason(applicability([_STORM], scene(ask("tent"), bought_at=bought))) == "bought_already"
    assert _reason(applicability([_STORM], scene(ask("tent", placement="after_purchase")))) == "bought_already"
    assert _reason(applicability([_STORM], scene(ask("tent"), bought_at={"mat": NOW}))) is None
    assert _reason(applicability([_MAT], scene(ask("tent"), bought_at=bought))) is None
    plan = {"tent": msgspec.structs.replace(ITEMS["tent"], kind="plan")}
    assert _reason(applicability([_STORM], scene(ask("tent"), items=plan, bought_at=bought))) is None


def test_what_is_bought_once_is_not_offered_to_its_owner() -> None:
    lamp = msgspec.structs.replace(_MAT, item_id="lamp")
    assert _reason(applicability([lamp], scene(ask("tent"), owned=["lamp", "mat"]))) == "owned"
    assert _reason(applicability([_MAT], scene(ask("tent"), owned=["lamp", "mat"]))) is None


@pytest.mark.parametrize(
    ("item_id", "days", "reason"),
    [
        ("mat", 29, "declined"),
        ("mat", 31, None),
        ("mat-red", 29, "declined_variant"),
        ("lamp", 29, "declined_substitute"),
        ("gas", 29, None),
    ],
)
def test_a_decline_silences_the_offer_and_its_likes_for_a_while(item_id: str, days: int, reason: str | None) -> None:
    here = scene(
        ask("tent"),
        relations=[said("lamp", "substitute", "mat")],
        declines=[Decline(item_id=item_id, at=NOW - timedelta(days=days))],
    )
    assert _reason(suitability([_MAT], here)) == reason


@pytest.mark.parametrize(("declines", "reason"), [(2, None), (3, "declined_often")])
def test_many_declines_silence_everything(declines: int, reason: str | None) -> None:
    noes = [Decline(item_id="gas", at=NOW - timedelta(days=day)) for day in range(1, declines + 1)]
    assert _reason(suitability([_MAT], scene(ask("tent"), declines=noes))) == reason


def test_quiet_days_are_a_setting() -> None:
    short = msgspec.structs.replace(SURE, decline=DeclineSettings(quiet_days=1.0, declines_to_silence=1))
    noes = [Decline(item_id="mat", at=NOW - timedelta(days=2))]
    assert _reason(suitability([_MAT], scene(ask("tent"), settings=short, declines=noes))) is None


def test_a_withheld_pin_says_that_it_was_one() -> None:
    pin = msgspec.structs.replace(_MAT, pin=3)
    (withheld,) = applicability([pin], scene(ask("tent", "mat")))[1]
    assert withheld.factors == {"anchor_id": "tent", "pin": 3, "of": "mat"}
