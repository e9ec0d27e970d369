from __future__ import annotations

import math
from typing import Any, ClassVar

import msgspec
import pytest
from tests.property.random_shops import evidence_of
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, pair, scene

from pairwell.config.rules.lever import Lever
from pairwell.config.settings import Objective, Persuasion, Placement, Settings, Shop
from pairwell.decide.levers import open_levers
from pairwell.decide.scene import Scene
from pairwell.decide.worth import Valued, factors_of, one_place_down, slate_cost, value, worthless, worthwhile
from pairwell.posterior import Belief, Posterior, bought_when_shown
from pairwell.records import Candidate, CartLine, DecisionRequest


def _candidate(item_id: str, *, confidence: float | None = 0.2, pin: int | None = None) -> Candidate:
    kind: Any = "upgrade" if item_id == "tent+" else "cross_sell"
    evidence = None if confidence is None else evidence_of(pair(item_id, confidence=confidence))
    return Candidate(
        item_id=item_id, kind=kind, source="pairs", anchor_id="tent", score=1.0, evidence=evidence, pin=pin
    )


def _value(candidate: Candidate, settings: Settings = SURE, **more: Any) -> Valued:
    return value(candidate, scene(ask("tent"), settings=settings, **more))


@pytest.mark.parametrize(
    ("quiet", "persuasion", "bought"), [(0.2, 0.1, 0.28), (0.2, -0.1, 0.18), (0.0, 0.04, 0.04), (1.0, 1.0, 1.0)]
)
def test_persuasion_turns_non_buyers_or_loses_buyers(quiet: float, persuasion: float, bought: float) -> None:
    assert bought_when_shown(quiet, persuasion) == pytest.approx(bought)


def test_an_add_on_is_worth_the_buyers_it_wins_times_the_margin() -> None:
    valued = _value(_candidate("mat"))
    assert valued.persuasion == pytest.approx(0.04 * 0.2 / 0.25)
    assert valued.gain_minor == 400
    assert valued.worth_minor == pytest.approx(0.032 * 0.8 * 400)


def test_an_upgrade_gains_only_the_difference_of_margins() -> None:
    valued = _value(_candidate("tent+", confidence=0.25))
    assert valued.gain_minor == 9_900 - 7_000
    assert valued.worth_minor == pytest.approx(0.03 * (0.25 / 0.30) * 0.75 * 2_900)


def test_an_upgrade_from_a_line_paid_less_gains_more() -> None:
    cart = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent", unit_price_minor=20_000)])
    assert value(_candidate("tent+"), scene(cart)).gain_minor == 9_900 - 3_500


def test_a_pin_needs_no_evidence() -> None:
    valued = _value(_candidate("mat", confidence=None, pin=0))
    assert (valued.quiet, valued.persuasion) == (0.0, 0.04)
    assert valued.worth_minor == pytest.approx(0.04 * 400)


def test_what_nobody_asked_for_and_nobody_pinned_is_worth_nothing() -> None:
    assert _value(_candidate("mat", confidence=None)).worth_minor == 0


def test_an_unknown_cost_takes_the_margin_rate() -> None:
    mat = {"mat": msgspec.structs.replace(ITEMS["mat"], cost_minor=None)}
    assert _value(_candidate("mat"), items=mat).gain_minor == pytest.approx(210)


def test_an_unknown_cost_takes_the_rate_of_the_nearest_category() -> None:
    mat = {"mat": msgspec.structs.replace(ITEMS["mat"], cost_minor=None, category="Camping > Mats > Foam")}
    rates = {"camping": 0.5, "Camping > Mats": 0.1, "Mats": 0.9}
    settings = msgspec.structs.replace(SURE, shop=Shop(margin_rates=rates))
    assert _value(_candidate("mat"), settings, items=mat).gain_minor == pytest.approx(70)
    assert _value(_candidate("lamp"), settings).gain_minor == 1_000, "a cost that is known stands"


class TestService:
    values: ClassVar = {"care": 50.0, "Camping": 20.0, "tents": 5.0}

    def _valued(self, item_id: str, *, objective: Objective = "service", **facts: Any) -> Valued:
        settings = msgspec.structs.replace(SURE, shop=Shop(objective=objective, service_values=self.values))
        changed = {item_id: msgspec.structs.replace(ITEMS[item_id], **facts)}
        return _value(_candidate(item_id), settings, items=changed)

    def test_what_is_useful_is_worth_more_than_its_margin(self) -> None:
        valued = self._valued("mat", category="Camping > Mats")
        assert valued.gain_minor == 400 + 20
        assert factors_of(valued)["service_minor"] == 20

    def test_the_purpose_counts_before_the_category(self) -> None:
        valued = self._valued("mat", category="Camping > Mats", attributes={"purpose": "Care"})
        assert valued.gain_minor == 400 + 50

    def test_an_upgrade_serves_by_the_difference(self) -> None:
        assert self._valued("tent+", attributes={"purpose": "tents"}).gain_minor == 2_900 + 5

    @pytest.mark.parametrize("objective", ["margin", "revenue"])
    def test_other_objectives_ask_for_money_alone(self, objective: Objective) -> None:
        valued = self._valued("mat", objective=objective, category="Camping")
        assert valued.gain_minor == (400 if objective == "margin" else 700)
        assert "service_minor" not in factors_of(valued)


class TestSecondParcel:
    """After the purchase an add-on goes out by itself, and a parcel costs 20 cents."""

    settings = msgspec.structs.replace(
        SURE,
        shop=Shop(shipping_minor=20),
        placements={"after_purchase": Placement(attention_minor=0.0, friction=0.0, ships_again=True)},
    )

    def _valued(self, item_id: str, settings: Settings | None = None) -> Valued:
        here = scene(ask("tent", placement="after_purchase"), settings=settings or self.settings)
        return value(_candidate(item_id), here)

    def test_whoever_buys_it_costs_a_parcel(self) -> None:
        valued = self._valued("mat")
        shown = 0.2 + 0.8 * 0.032
        assert valued.cost_minor == pytest.approx(20 * shown)
        assert valued.worth_minor == pytest.approx(0.8 * 0.032 * 400)
        assert factors_of(valued)["parcel"] == pytest.approx(shown)

    def test_a_slate_goes_out_in_one(self) -> None:
        here = scene(ask("tent", placement="after_purchase"), settings=self.settings)
        drawn = [self._valued(item_id) for item_id in ("mat", "lamp")]
        nobody = (1 - drawn[0].parcel) * (1 - drawn[1].parcel)
        assert slate_cost(drawn, here) == pytest.approx(20 * (1 - nobody))
        assert slate_cost(drawn, here) < sum(one.cost_minor for one in drawn)

    def test_what_would_not_pay_its_parcel_is_withheld(self) -> None:
        dear = msgspec.structs.replace(self.settings, shop=Shop(shipping_minor=60))
        here = scene(ask("tent", placement="after_purchase"), settings=dear)
        survivors, withheld = worthwhile([_candidate("mat")], here)
        assert survivors == []
        assert worthless(withheld[0]).reason == "worth_below_its_cost"

    def test_what_is_bought_again_goes_out_alone_either_way(self) -> None:
        here = scene(ask("tent", placement="after_purchase"), settings=self.settings)
        again = msgspec.structs.replace(_candidate("mat"), kind="repeat")
        valued = value(again, here)
        assert valued.parcel == pytest.approx(valued.worth_minor / valued.gain_minor)

    def test_with_the_purchase_it_goes_along(self) -> None:
        assert _value(_candidate("mat"), msgspec.structs.replace(SURE, shop=Shop(shipping_minor=20))).parcel == 0


class TestLevers:
    def _ranked(self, *levers: Lever, weights: dict[str, float] | None = None) -> tuple[list[Valued], Settings]:
        placements = {"cart": Placement(friction=0.0, attention_minor=0.0, weights=weights or {})}
        settings = msgspec.structs.replace(SURE, levers=levers, placements=placements)
        candidates = [_candidate("mat"), _candidate("tent+")]
        return worthwhile(candidates, scene(ask("tent"), settings=settings))[0], settings

    def test_they_multiply_the_score_and_nothing_else(self) -> None:
        (mat, tent), _ = self._ranked(
            Lever(name="clear mats", when="item.family == 'mats'", weight=3.0),
            Lever(name="summer", when="now.getMonth() == 6", weight=9.0),
            weights={"cross_sell": 0.5, "pairs": 2.0, "upgrade": 1.2},
        )
        assert mat.score == pytest.approx(3.0 * 0.5 * 2.0 * mat.worth_minor)
        assert tent.score == pytest.approx(1.2 * 2.0 * tent.worth_minor)
        assert (mat.gain_minor, tent.gain_minor) == (400, 2_900)

    def test_they_are_told_by_name(self) -> None:
        (mat, tent), _ = self._ranked(
            Lever(name="a", when="item.family == 'mats'", weight=3.0), weights={"upgrade": 2.0}
        )
        assert factors_of(mat)["levers"] == {"a": 3.0}
        assert factors_of(tent)["weights"] == {"upgrade": 2.0}
        assert "weights" not in factors_of(mat)
        assert "levers" not in factors_of(tent)

    def test_one_that_cannot_be_worked_out_weighs_nothing_and_is_counted(self) -> None:
        (mat, _), settings = self._ranked(
            Lever(name="broken", when="item.attributes.season == 'winter'", weight=9.0),
        )
        assert mat.score == mat.worth_minor
        assert open_levers(settings).failures == {"broken": 1}


def test_the_objective_may_be_revenue() -> None:
    revenue = msgspec.structs.replace(SURE, shop=Shop(objective="revenue"))
    assert _value(_candidate("mat"), revenue).gain_minor == 700
    assert _value(_candidate("tent+"), revenue).gain_minor == 6_400


def test_tax_is_nobodys_earnings() -> None:
    taxed = msgspec.structs.replace(SURE, shop=Shop(tax_rate=0.2))
    valued = _value(_candidate("mat"), taxed)
    assert valued.price_minor == 840
    assert valued.gain_minor == pytest.approx(400)


class TestReturns:
    """Of mats 30 % come back, of storm tents half; to handle one costs 2.50."""

    model = msgspec.structs.replace(MODEL, shares_kept={"mat": 0.7, "tent+": 0.5, "tent": 0.9})
    settings = msgspec.structs.replace(SURE, shop=Shop(return_cost_minor=250))

    def _scene(self, settings: Settings | None = None) -> Scene:
        return scene(ask("tent"), settings=settings or self.settings, model=self.model)

    def test_what_comes_back_earns_nothing_and_costs_its_handling(self) -> None:
        valued = value(_candidate("mat"), self._scene())
        assert valued.gain_minor == pytest.approx(0.7 * 400 - 0.3 * 250)
        assert factors_of(valued)["keep"] == 0.7

    def test_of_an_upgrade_both_sides_may_come_back(self) -> None:
        valued = value(_candidate("tent+"), self._scene())
        assert valued.gain_minor == pytest.approx(0.5 * 9_900 - 0.5 * 250 - (0.9 * 7_000 - 0.1 * 250))
        assert {"keep": 0.5, "keep_replaced": 0.9}.items() <= factors_of(valued).items()

    def test_what_the_cart_earns_may_come_back(self) -> None:
        assert self._scene().at_stake == pytest.approx(0.9 * 7_000 - 0.1 * 250)

    def test_revenue_that_is_paid_back_is_none(self) -> None:
        revenue = msgspec.structs.replace(SURE, shop=Shop(objective="revenue"))
        assert value(_candidate("mat"), self._scene(revenue)).gain_minor == pytest.approx(0.7 * 700)

    def test_an_offer_that_earns_less_than_its_returns_cost_is_withheld(self) -> None:
        dear = msgspec.structs.replace(SURE, shop=Shop(return_cost_minor=1_000))
        _, withheld = worthwhile([_candidate("mat")], self._scene(dear))
        assert [(one.reason, one.factors["keep"]) for one in map(worthless, withheld)] == [("worth_not_positive", 0.7)]

    def test_nothing_is_said_where_nothing_comes_back(self) -> None:
        assert "keep" not in factors_of(_value(_candidate("mat")))


@pytest.mark.parametrize(
    ("persuasion", "cost"),
    [
        (Persuasion(cross_sell=-0.1), 300),
        (Persuasion(cross_sell=0.0), 300),
        (Persuasion(), 700),
        (Persuasion(), 900),
        (Persuasion(cross_sell=-0.1), 900),
    ],
    ids=["repels", "changes nothing", "earns nothing", "loses", "repels from a loss"],
)
def test_what_adds_no_money_is_withheld_with_its_numbers(persuasion: Persuasion, cost: int) -> None:
    mat = {"mat": msgspec.structs.replace(ITEMS["mat"], cost_minor=cost)}
    here = scene(ask("tent"), settings=msgspec.structs.replace(SURE, persuasion=persuasion), items=mat)
    survivors, withheld = worthwhile([_candidate("mat")], here)
    assert survivors == []
    left = worthless(withheld[0])
    assert left.reason == "worth_not_positive"
    assert {"quiet", "persuasion", "gain_minor", "worth_minor"} <= left.factors.keys()


class TestSlateCost:
    def _placed(self, placement: Placement) -> Settings:
        return msgspec.structs.replace(SURE, placements={"cart": placement, "product": placement})

    def _cost(self, request: DecisionRequest, settings: Settings) -> float:
        here = scene(request, settings=settings)
        return slate_cost([value(_candidate(item_id), here) for item_id in ("mat", "lamp", "stove")], here)

    def test_it_is_attention_once_and_for_each_offer_the_chance_of_losing_what_the_cart_earns(self) -> None:
        cart = DecisionRequest(placement="cart", cart=[CartLine(item_id="mat", quantity=10), CartLine(item_id="tent")])
        settings = self._placed(Placement(attention_minor=2.0, friction=0.01))
        assert self._cost(cart, settings) == pytest.approx(2 + 3 * 0.01 * (10 * 400 + 7_000))

    def test_a_page_without_a_cart_loses_no_checkout(self) -> None:
        settings = self._placed(Placement(attention_minor=2.0, friction=0.01))
        assert self._cost(ask(placement="product", viewed=["tent"]), settings) == 2.0

    def test_a_cart_at_a_loss_is_no_reason_to_disturb(self) -> None:
        cart = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent", unit_price_minor=1)])
        settings = self._placed(Placement(attention_minor=2.0, friction=0.5))
        assert self._cost(cart, settings) == 2.0


def test_company_that_chance_nearly_explains_is_no_fit() -> None:
    def persuaded(effect: float) -> float:
        candidate = _candidate("mat")
        assert candidate.evidence is not None
        evidence = msgspec.structs.replace(candidate.evidence, effect=effect)
        prior = Settings(persuasion=Persuasion(cross_sell=0.06, from_effect=1.5, half_fit=0.2))
        return value(
            msgspec.structs.replace(candidate, evidence=evidence), scene(ask("tent"), settings=prior)
        ).persuasion

    assert [persuaded(effect) for effect in (0.5, 1.5, 3.0)] == pytest.approx([0.0, 0.0, 0.06 * 0.5 * 0.5])


class TestPlace:
    def _down(self, place: float) -> Valued | None:
        belief = Belief(names=["place"], means=[place], covariance=[0.0], items={}, opportunities=1)
        learned = Posterior(
            epoch=1,
            learned_at=NOW,
            until=NOW,
            decisions=1,
            prior=SURE.persuasion,
            quiet={},
            showing={"cross_sell": belief},
            friction={},
        )
        here = scene(ask("tent"), posterior=learned)
        step = one_place_down(here)
        assert step is not None
        return step(value(_candidate("mat"), here))

    def test_further_down_an_offer_changes_less(self) -> None:
        first, further = _value(_candidate("mat")), self._down(-0.05)
        assert further is not None
        assert 0 < further.worth_minor < first.worth_minor
        assert further.score == pytest.approx(further.worth_minor)
        shown = bought_when_shown(first.quiet, first.persuasion)
        odds = shown / (1 - shown) * math.exp(-0.05)
        assert further.worth_minor == pytest.approx((odds / (1 + odds) - first.quiet) * first.gain_minor)

    def test_where_it_would_put_off_it_does_not_stand(self) -> None:
        assert self._down(-1.0) is None

    def test_where_nothing_was_learned_of_places_nobody_asks(self) -> None:
        assert one_place_down(scene(ask("tent"))) is None


def test_with_the_cheaper_one_in_the_cart_few_change_to_the_dearer_by_themselves() -> None:
    second = msgspec.structs.replace(SURE, persuasion=Persuasion(second_thoughts=0.1))
    request = DecisionRequest(placement="product", viewed=["tent"])
    assert _value(_candidate("tent+", confidence=0.25), second).quiet == pytest.approx(0.025)
    assert value(_candidate("tent+", confidence=0.25), scene(request, settings=second)).quiet == 0.25


def test_a_basis_tells_what_is_dearer_than_what_it_goes_with() -> None:
    assert _value(_candidate("mat")).basis.dearer == pytest.approx(math.log(700 / 23_500), abs=0.6)
    assert _value(_candidate("tent+")).basis.dearer == 0.0
