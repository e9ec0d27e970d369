from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask, read, said

from pairwell.config.settings import Choice, Guards, Persuasion, Placement, Settings, Slots
from pairwell.decide.choose import choose
from pairwell.errors import RequestError
from pairwell.records import Decision, DecisionRequest, Decline, Item, Relation


def _decide(
    request: DecisionRequest, *, model: TableModel | None = MODEL, settings: Settings = SURE, **more: Any
) -> Decision:
    return choose(read(request, **more), model=model, items=ITEMS, settings=settings)


def _offered(decision: Decision) -> list[str]:
    return [offer.item_id for offer in decision.answer.offers]


def _silence(decision: Decision) -> tuple[str, str | None] | None:
    silence = decision.answer.silence
    return None if silence is None else (silence.reason, silence.detail)


def test_the_tent_gets_its_mat_lamp_and_step_up() -> None:
    decision = _decide(ask("tent"))
    assert _offered(decision) == ["tent+", "lamp", "mat"]
    assert decision.shown
    assert decision.answer.offers == decision.slate
    assert [(w.item_id, w.stage, w.reason) for w in decision.withheld] == [("stove", "guards", "add_on_price_share")]


def test_an_answer_lasts_a_quarter_of_an_hour() -> None:
    assert _decide(ask("tent")).answer.valid_until == NOW + timedelta(minutes=15)


def test_the_whole_cart_is_the_anchor() -> None:
    decision = _decide(ask("tent", "lamp"))
    assert _offered(decision) == ["tent+", "mat"]


def test_the_placement_says_which_kinds() -> None:
    assert _offered(_decide(ask("tent", placement="checkout"))) == ["lamp", "mat"]


def test_the_limit_and_the_slots_bound_the_slate() -> None:
    assert len(_offered(_decide(ask("tent", limit=2)))) == 2
    one = msgspec.structs.replace(SURE, slots=Slots(max=1))
    assert len(_offered(_decide(ask("tent", limit=2), settings=one))) == 1


def test_an_unknown_placement_names_those_there_are() -> None:
    with pytest.raises(RequestError, match="after_purchase, cart, checkout, email, product") as caught:
        _decide(ask("tent", placement="kart"))
    assert caught.value.field == "placement"


def test_unknown_ids_are_named_and_do_no_harm() -> None:
    decision = _decide(ask("tent", "never-heard-of", viewed=["nor-this"]))
    assert [(one.field, one.id) for one in decision.answer.ignored] == [
        ("cart", "never-heard-of"),
        ("viewed", "nor-this"),
    ]
    assert _offered(decision) == ["tent+", "lamp", "mat"]


class TestPins:
    def test_they_lead_in_order_and_need_no_evidence(self) -> None:
        pins = [said("tent", "complement", "mat", 2), said("tent", "complement", "gas", 1)]
        decision = _decide(ask("tent"), relations=pins)
        assert _offered(decision) == ["gas", "mat", "tent+", "lamp"]
        assert [offer.propensity for offer in decision.slate][:2] == [1.0, 1.0]

    def test_they_work_without_a_model(self) -> None:
        decision = _decide(ask("tent"), model=None, relations=[said("tent", "complement", "lamp")])
        assert _offered(decision) == ["lamp"]

    def test_they_break_no_guard_and_say_why(self) -> None:
        decision = _decide(ask("tent"), relations=[said("tent", "complement", "stove")])
        (stove,) = [w for w in decision.withheld if w.item_id == "stove"]
        assert (stove.stage, stove.reason, stove.factors["pin"]) == ("guards", "add_on_price_share", 0)

    def test_one_that_finds_no_slot_says_so(self) -> None:
        pins = [said("tent", "complement", "gas", 1), said("tent", "complement", "mat", 2)]
        decision = _decide(ask("tent", limit=1), relations=pins)
        (mat,) = [w for w in decision.withheld if w.item_id == "mat"]
        assert (mat.stage, mat.reason, mat.factors["pin"]) == ("choice", "not_drawn", 1)


class TestSlate:
    def test_two_variants_do_not_stand_side_by_side(self) -> None:
        pins = [said("tent", "complement", "mat"), said("tent", "complement", "mat-red")]
        decision = _decide(ask("tent"), relations=pins)
        assert "mat-red" not in _offered(decision)
        (red,) = [w for w in decision.withheld if w.item_id == "mat-red"]
        assert (red.reason, red.factors["with"]) == ("clashes_with_slate", "mat")

    @pytest.mark.parametrize("relation", ["variant", "substitute"])
    @pytest.mark.parametrize(("one", "other"), [("lamp", "gas"), ("gas", "lamp")])
    def test_nor_do_two_that_people_call_alike(self, relation: Relation, one: str, other: str) -> None:
        pins = [said("tent", "complement", "lamp", 1), said("tent", "complement", "gas", 2)]
        decision = _decide(ask("tent"), relations=[*pins, said(one, relation, other)])
        (gas,) = [w for w in decision.withheld if w.item_id == "gas"]
        assert (gas.reason, gas.factors["with"]) == ("clashes_with_slate", "lamp")

    def test_one_line_gets_one_step_up(self) -> None:
        items = {**ITEMS, "dome": Item(item_id="dome", title="Dome", price_minor=28_000, cost_minor=17_000)}
        inputs = read(ask("tent"), items=dict.fromkeys(items, 0), relations=[said("tent", "upgrade", "dome")])
        decision = choose(inputs, model=MODEL, items=items, settings=SURE)
        assert [offer.item_id for offer in decision.slate if offer.kind == "upgrade"] == ["dome"]


class TestSilence:
    @pytest.mark.parametrize(
        ("request_", "more", "silence"),
        [
            (ask(), {}, ("no_candidates", "no_anchor")),
            (ask("never-heard-of"), {}, ("no_candidates", "no_anchor")),
            (ask("stove"), {}, ("no_candidates", "unknown_to_model")),
            (ask("tent"), {"model": None}, ("no_candidates", "no_model")),
            (ask("lamp"), {}, ("not_enough_evidence", None)),
            (ask("tent", available=["gas"]), {}, ("withheld_by_rule", "not_available")),
            (
                ask("tent"),
                {"declines": [Decline(item_id="gas", at=NOW)] * 3},
                ("withheld_by_rule", "declined_often"),
            ),
        ],
    )
    def test_it_says_where_the_last_candidate_left(
        self, request_: DecisionRequest, more: dict[str, Any], silence: tuple[str, str | None]
    ) -> None:
        decision = _decide(request_, **more)
        assert _silence(decision) == silence
        assert not decision.shown
        assert decision.slate == []

    def test_guards_that_hold_everything_back_are_named(self) -> None:
        strict = msgspec.structs.replace(SURE, guards=Guards(margin_floor_minor=100_000))
        assert _silence(_decide(ask("tent"), settings=strict)) == (
            "guarded",
            "add_on_price_share, margin_floor_minor",
        )

    def test_a_slate_that_is_not_worth_its_cost_says_what_silence_saved(self) -> None:
        dear = msgspec.structs.replace(SURE, placements={"cart": Placement(attention_minor=200.0, friction=0.0)})
        decision = _decide(ask("tent"), settings=dear)
        worth = 0.03 * 5 / 6 * 0.75 * 2_900 + 0.04 * 2 / 3 * 0.9 * 1_000 + 0.032 * 0.8 * 400
        assert _silence(decision) == (
            "nothing_worth_it",
            f"what was left: worth {worth:.2f}, cost 200.00, saved {200 - worth:.2f}",
        )
        assert {w.reason for w in decision.withheld if w.stage == "worth"} == {"slate_not_worth_its_cost"}
        assert decision.slate == []

    def test_where_nothing_left_has_any_worth_it_saved_nothing(self) -> None:
        annoying = msgspec.structs.replace(SURE, persuasion=Persuasion(cross_sell=-0.5, upgrade=-0.5))
        assert _silence(_decide(ask("tent"), settings=annoying)) == (
            "nothing_worth_it",
            "nothing that was left is worth more than 0",
        )

    def test_the_holdout_gets_a_ghost(self) -> None:
        held = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, holdout=1.0))
        ghost, real = (_decide(ask("tent", customer_id="c"), settings=one) for one in (held, SURE))
        assert _silence(ghost) == ("holdout", None)
        assert (ghost.arm, ghost.unit, ghost.shown, ghost.answer.offers) == ("holdout", "c:c", False, [])
        assert ghost.slate == real.slate

    def test_a_share_of_the_others_is_withheld_at_random(self) -> None:
        some = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, withheld=1.0))
        decision = _decide(ask("tent", visitor_id="v"), settings=some)
        assert _silence(decision) == ("withheld_at_random", None)
        assert decision.arm == "withheld"
        assert decision.slate

    def test_who_names_nobody_is_in_no_lot(self) -> None:
        all_lots = msgspec.structs.replace(SURE, choice=Choice(salt="s", holdout=1.0, withheld=1.0))
        decision = _decide(ask("tent"), settings=all_lots)
        assert (decision.arm, decision.unit, decision.shown) == ("none", None, True)

    def test_the_reason_of_an_empty_ghost_is_the_true_one(self) -> None:
        held = msgspec.structs.replace(SURE, choice=msgspec.structs.replace(SURE.choice, holdout=1.0))
        assert _silence(_decide(ask("lamp", customer_id="c"), settings=held)) == ("not_enough_evidence", None)
