from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, SURE, ask, scene

from pairwell.config.settings import Guards, Settings, Shop
from pairwell.decide.bounds import least_of, most
from pairwell.decide.guards import check_slate, guard
from pairwell.decide.rules.sifting import Sifted
from pairwell.decide.scene import Scene
from pairwell.errors import OperatingError
from pairwell.records import Candidate, CartLine, DecisionRequest, Offer


def _candidate(item_id: str, anchor_id: str = "tent") -> Candidate:
    kind: Any = "upgrade" if item_id == "tent+" else "cross_sell"
    return Candidate(item_id=item_id, kind=kind, source="pairs", anchor_id=anchor_id, score=1.0)


def _offer(item_id: str, price_minor: int, offer_no: int = 0) -> Offer:
    candidate = _candidate(item_id)
    return Offer(
        offer_no=offer_no,
        kind=candidate.kind,
        item_id=item_id,
        title=None,
        price_minor=price_minor,
        anchor_id="tent",
        replaces="tent" if candidate.kind == "upgrade" else None,
        discount_minor=0,
        reasons=[],
        compare=None,
    )


def _reason(sifted: Sifted) -> str | None:
    return sifted[1][0].reason if sifted[1] else None


def _guarded_by(settings: Settings = SURE, **guards: Any) -> Settings:
    return msgspec.structs.replace(settings, guards=Guards(**guards))


def _cart(*lines: CartLine) -> DecisionRequest:
    return DecisionRequest(placement="cart", cart=list(lines))


def test_shares_and_multiples_of_money_are_exact() -> None:
    # In floats .07 * 100 is 7.000000000000001 and .29 * 100 is 28.999999999999996.
    assert most(0.07, 100) == 7
    assert most(0.29, 100) == 29
    assert least_of(1.1, 10) == 11
    assert least_of(1.05, 100) == 105


@pytest.mark.parametrize(("share", "reason"), [(0.3, "add_on_price_share"), (0.39, None)])
def test_an_add_on_costs_at_most_its_share_of_the_cart(share: float, reason: str | None) -> None:
    here = scene(ask("tent"), settings=_guarded_by(add_on_price_share=share))
    assert _reason(guard([_candidate("stove")], here)) == reason  # 90 beside 235


def test_the_whole_cart_counts_with_its_quantities_at_what_is_paid() -> None:
    cart = _cart(CartLine(item_id="tent", quantity=2, unit_price_minor=15_000))
    assert _reason(guard([_candidate("stove")], scene(cart))) is None  # 90 is .3 of 300
    assert _reason(guard([_candidate("stove")], scene(_cart(CartLine(item_id="tent", unit_price_minor=29_999))))) == (
        "add_on_price_share"
    )


def test_without_a_cart_the_item_looked_at_counts() -> None:
    here = scene(ask(placement="product", viewed=["lamp"]))
    (withheld,) = guard([_candidate("stove", "lamp")], here)[1]
    assert withheld.factors == {
        "anchor_id": "lamp",
        "price_minor": 9_000,
        "limit_minor": 750,
        "purchase_minor": 2_500,
    }


def test_unknown_prices_can_only_guard_more() -> None:
    unpriced = {"tent": msgspec.structs.replace(ITEMS["tent"], price_minor=None)}
    alone = scene(ask("tent"), items=unpriced)
    assert _reason(guard([_candidate("mat")], alone)) == "price_unknown"
    assert _reason(guard([_candidate("tent+")], alone)) == "price_unknown"
    beside = scene(ask("tent", "lamp"), items=unpriced)
    assert _reason(guard([_candidate("mat", "lamp")], beside)) is None  # 7 is within .3 of the known 25
    assert _reason(guard([_candidate("stove", "lamp")], beside)) == "price_unknown"


@pytest.mark.parametrize(
    ("paid", "reason"),
    [(18_687, "upgrade_price_corridor"), (18_688, None), (28_476, None), (28_477, "upgrade_price_corridor")],
)
def test_an_upgrade_lies_inside_its_corridor_at_what_is_paid(paid: int, reason: str | None) -> None:
    # 299.00 / 1.60 = 186.875 and 299.00 / 1.05 = 284.76…
    cart = _cart(CartLine(item_id="tent", quantity=3, unit_price_minor=paid))
    assert _reason(guard([_candidate("tent+")], scene(cart))) == reason


def test_of_two_prices_for_one_item_the_lower_guards() -> None:
    dear = CartLine(item_id="tent", unit_price_minor=23_500)
    cheap = CartLine(item_id="tent", unit_price_minor=1_000)
    assert _reason(guard([_candidate("tent+")], scene(_cart(dear, cheap)))) == "upgrade_price_corridor"


@pytest.mark.parametrize(("floor", "reason"), [(400, None), (401, "margin_floor_minor")])
def test_an_offer_earns_its_margin_floor(floor: int, reason: str | None) -> None:
    here = scene(ask("tent"), settings=_guarded_by(margin_floor_minor=floor))
    assert _reason(guard([_candidate("mat")], here)) == reason


def test_the_floor_looks_at_margin_whatever_the_objective() -> None:
    revenue = msgspec.structs.replace(SURE, shop=Shop(objective="revenue"))
    here = scene(ask("tent"), settings=_guarded_by(revenue, margin_floor_minor=401))
    assert _reason(guard([_candidate("mat")], here)) == "margin_floor_minor"


def test_guards_compare_prices_as_the_customer_pays_them() -> None:
    taxed = msgspec.structs.replace(SURE, shop=Shop(tax_rate=1.0))
    cart = _cart(CartLine(item_id="tent", unit_price_minor=23_500))
    (withheld,) = guard([_candidate("stove")], scene(cart, settings=taxed))[1]
    assert withheld.factors["price_minor"] == 18_000


class TestFinalSlate:
    here: Scene = scene(ask("tent"))

    def test_a_good_slate_passes(self) -> None:
        check_slate([_offer("mat", 700), _offer("tent+", 29_900, 1)], self.here)

    @pytest.mark.parametrize(
        "slate",
        [
            [_offer("mat", 7_051)],
            [_offer("mat", 100)],
            [_offer("tent+", 23_500)],
            [_offer("mat", 700), _offer("mat", 700, 1)],
            [_offer(f"mat{number}", 700, number) for number in range(5)],
        ],
        ids=["too dear beside the cart", "below the margin floor", "below the corridor", "twice", "too many"],
    )
    def test_a_broken_one_is_refused_whatever_let_it_through(self, slate: list[Offer]) -> None:
        with pytest.raises(OperatingError):
            check_slate(slate, self.here)
