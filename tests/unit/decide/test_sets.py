from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, read, said, scene

from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Cap, Guards, Learn, Persuasion, Settings, Shop
from pairwell.decide.choose import choose
from pairwell.decide.guards import check_slate
from pairwell.decide.sets import PricedSet, price_set
from pairwell.decide.worth import value
from pairwell.errors import OperatingError
from pairwell.habits import Bundled, Part
from pairwell.model.bundles import LearnedBundle
from pairwell.records import Candidate, Decision, Item, Offer

NIGHT = Candidate(
    item_id="lamp",
    kind="bundle",
    source="bundles",
    anchor_id="tent",
    score=90.0,
    bundle=Bundled(
        parts=[Part(item_id="lamp", quiet=0.1), Part(item_id="mat", quiet=0.2)],
        beside=["tent"],
        together=5,
        orders=100,
        effect=10.0,
    ),
)
# Sets win customers, and nothing else does.
KEEN = msgspec.structs.replace(
    SURE, persuasion=Persuasion(bundle=1.0, cross_sell=0.0, upgrade=0.0, half_fit=0.05, from_effect=0.0)
)


def _model(*item_ids: str, **more: Any) -> TableModel:
    learned = LearnedBundle(
        item_ids=list(item_ids), products=list(range(len(item_ids))), together=50, ordinary=50, expected=5.0
    )
    return msgspec.structs.replace(MODEL, sets=[learned], **more)


def _decide(settings: Settings = KEEN, items: dict[str, Item] | None = None, **more: Any) -> Decision:
    request = more.pop("request", ask("tent", customer_id="c"))
    shop = {**ITEMS, **(items or {})}
    inputs = read(request, items=dict.fromkeys(shop, 0), **more)
    return choose(inputs, model=_model("tent", "mat", "lamp"), items=shop, settings=settings)


def _bundle(decision: Decision) -> Offer | None:
    return next((offer for offer in decision.slate if offer.kind == "bundle"), None)


def _reason(decision: Decision) -> str | None:
    return next((one.reason for one in decision.withheld if one.kind == "bundle"), None)


class TestPrice:
    def _price(self, settings: Settings = SURE, cart: str = "tent", **more: Any) -> PricedSet:
        priced = price_set(NIGHT, scene(ask(cart), settings=settings, **more))
        assert priced is not None
        return priced

    def _with(self, share: float = 0.1, **guards: Any) -> Settings:
        return msgspec.structs.replace(SURE, guards=Guards(**guards), learn=Learn(bundle_discount_share=share))

    def test_a_share_is_off_all_but_the_dearest_of_the_set(self) -> None:
        priced = self._price()
        assert (priced.item_ids, priced.list_minor, priced.discount_minor) == (["lamp", "mat"], 3_200, 320)
        assert priced.margin_minor == pytest.approx(1_000 + 400 - 320)
        cheap = {"tent": Item(item_id="tent", price_minor=600)}
        assert self._price(items=cheap).discount_minor == 70  # the lamp is the dearest then

    def test_no_discount_beyond_its_guard(self) -> None:
        assert self._price(self._with(1.0)).discount_minor == 960
        assert self._price(self._with(1.0, discount_max_share=0.07)).discount_minor == 224

    @pytest.mark.parametrize(("floor", "discount"), [(1_079, 320), (1_081, 319), (1_399, 1), (1_400, 0), (2_000, 0)])
    def test_no_discount_below_the_margin_floor(self, floor: int, discount: int) -> None:
        assert self._price(self._with(margin_floor_minor=floor)).discount_minor == discount

    def test_tax_is_no_part_of_the_margin(self) -> None:
        taxed = msgspec.structs.replace(self._with(margin_floor_minor=1_300), shop=Shop(tax_rate=0.2))
        priced = self._price(taxed)
        assert (priced.list_minor, priced.discount_minor) == (3_840, 120)
        assert priced.margin_minor == pytest.approx(1_300)

    def test_nobody_prices_what_has_no_price(self) -> None:
        unpriced = {"mat": Item(item_id="mat")}
        assert price_set(NIGHT, scene(ask("tent"), items=unpriced)) is None


def test_a_set_is_worth_whom_it_wins_less_what_all_others_save() -> None:
    valued = value(NIGHT, scene(ask("tent"), settings=KEEN))
    quiet = 0.05
    assert valued.quiet == pytest.approx(quiet)
    # Of those who would not take all of it anyway, some would take a part at its full price.
    partly = (0.10 - quiet) / (1 - quiet) * 1_000 + (0.20 - quiet) / (1 - quiet) * 400
    assert valued.gain_minor == pytest.approx(1_000 + 400 - 320 - partly)
    assert valued.price_minor == 2_880
    lost = 0.10 * 250 + 0.20 * 70
    assert valued.worth_minor == pytest.approx(0.5 * (1 - quiet) * valued.gain_minor - lost)
    assert valued.more["lost_minor"] == pytest.approx(lost)


def test_a_discount_that_wins_nobody_is_not_given() -> None:
    weak = msgspec.structs.replace(KEEN, persuasion=msgspec.structs.replace(KEEN.persuasion, bundle=0.01))
    decision = _decide(weak)
    assert (_bundle(decision), _reason(decision)) == (None, "worth_not_positive")


def test_it_is_offered_with_all_its_items_under_the_dearest() -> None:
    offer = _bundle(_decide())
    assert offer is not None
    assert (offer.item_id, offer.item_ids, offer.anchor_id) == ("lamp", ["lamp", "mat"], "tent")
    assert (offer.title, offer.price_minor, offer.discount_minor) == ("Lamp + Mat", 2_880, 320)
    assert [reason.text for reason in offer.reasons] == [
        "Bought together in 50 orders: “Tent”, “Lamp”, and “Mat”.",
        "Together €28.80 instead of €32.00.",
        "€28.80 beside your €235.00.",
    ]


def test_no_part_stands_beside_it() -> None:
    both = msgspec.structs.replace(KEEN, persuasion=Persuasion(bundle=1.0, cross_sell=0.05, half_fit=0.05))
    decision = _decide(both)
    assert not {"mat", "lamp", "mat-red"} & {offer.item_id for offer in decision.slate if offer.kind != "bundle"}
    beside = {one.item_id: one.reason for one in decision.withheld if one.kind == "cross_sell"}
    assert (beside["mat"], beside["lamp"]) == ("clashes_with_slate", "clashes_with_slate")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"items": {"mat": msgspec.structs.replace(ITEMS["mat"], stock=0)}}, "out_of_stock"),
        ({"items": {"mat": msgspec.structs.replace(ITEMS["mat"], published=False)}}, "unpublished"),
        ({"request": ask("tent", available=["lamp"])}, "not_available"),
        ({"request": ask("tent", "mat-red")}, "variant_in_cart"),
        ({"owned": ["lamp"]}, "owned"),
        ({"relations": [said("mat", "substitute", "lamp")]}, "alike_in_bundle"),
        ({"relations": [said("lamp", "never", "mat")]}, "never_together"),
        ({"relations": [said("tent", "requires", "mat")]}, "required_by_cart"),
        ({"relations": [said("mat", "requires", "gas")]}, "requires_missing"),
        ({"declines": [{"item_id": "mat", "at": NOW - timedelta(days=1)}]}, "declined"),
        ({"customer": {"returned_at": {"mat": NOW - timedelta(days=3)}}}, "just_returned"),
    ],
)
def test_every_part_must_pass_every_rule(more: dict[str, Any], reason: str) -> None:
    decision = _decide(**more)
    assert (_bundle(decision), _reason(decision)) == (None, reason)


def test_what_a_part_requires_may_come_along() -> None:
    assert _bundle(_decide(relations=[said("lamp", "requires", "mat")])) is not None


def test_rules_of_the_shop_see_the_whole_price_and_each_item() -> None:
    def ruled(when: str) -> str | None:
        rule = Rule(name="r", stage="eligibility", scope="offer", when=when, reason="ours")
        return _reason(_decide(msgspec.structs.replace(KEEN, rules=(rule,))))

    assert ruled("offer.kind == 'bundle' && offer.price_minor == 2880") == "ours"
    assert ruled("item.item_id == 'mat'") == "ours"
    assert ruled("offer.price_minor == 700") is None  # the mat's own price is no price of the bundle


def test_the_price_share_binds_the_sum_of_what_is_added() -> None:
    def reason(share: float) -> str | None:
        return _reason(_decide(msgspec.structs.replace(KEEN, guards=Guards(add_on_price_share=share))))

    assert (reason(0.12), reason(0.123)) == ("add_on_price_share", None)  # 28.80 beside 235.00


def test_a_declined_bundle_is_not_made_again_and_its_parts_stay_free() -> None:
    offer = _bundle(_decide())
    assert offer is not None
    both = msgspec.structs.replace(KEEN, persuasion=Persuasion(bundle=1.0, cross_sell=0.05, half_fit=0.05))
    again = _decide(both, declines=[{"item_id": offer.name, "at": NOW - timedelta(days=1)}])
    assert _reason(again) == "declined"
    assert {"mat", "lamp"} <= {one.item_id for one in again.slate}


def test_a_total_counts_the_bundles_that_hold_its_items() -> None:
    limited = msgspec.structs.replace(KEEN, caps=(Cap(name="mats", scope="offer", items=("mat",), limit=3),))
    assert _bundle(_decide(limited, taken={"mats": 2})) is not None
    assert _reason(_decide(limited, taken={"mats": 3})) == "given_away"


class TestFinalSlate:
    def _slate(self, **change: Any) -> list[Offer]:
        decision = _decide()
        return [msgspec.structs.replace(one, **change) for one in decision.slate if one.kind == "bundle"]

    def test_a_good_one_passes(self) -> None:
        check_slate(self._slate(), scene(ask("tent"), settings=KEEN))

    @pytest.mark.parametrize(
        "change",
        [
            {"price_minor": 2_879},
            {"price_minor": 2_200, "discount_minor": 1_000},
            {"price_minor": 3_300, "discount_minor": -100},
            {"item_ids": ["lamp", "lamp"], "price_minor": 4_680},
        ],
        ids=["another sum", "too large a discount", "a surcharge", "twice the same"],
    )
    def test_a_broken_one_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(OperatingError):
            check_slate(self._slate(**change), scene(ask("tent"), settings=KEEN))
