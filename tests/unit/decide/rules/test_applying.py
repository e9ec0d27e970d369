from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.unit.decide.tents import ITEMS, NOW, SURE, ask, said, scene

from pairwell.config.rules.rule import Hesitation, Rule, SignalWeights
from pairwell.config.settings import Placement, Settings
from pairwell.decide.choose import choose, decide, run_stages
from pairwell.decide.rules.book import RuleBook, open_book
from pairwell.decide.rules.reach import measure_rules
from pairwell.decide.rules.stages import applicability, eligibility, suitability
from pairwell.decide.scene import Scene
from pairwell.records import Candidate, CustomerFacts, Item, Signal, Withheld

_MAT = Candidate(item_id="mat", kind="cross_sell", source="pairs", anchor_id="tent", score=1.0)
_LAMP = msgspec.structs.replace(_MAT, item_id="lamp")


def _rule(when: str, **more: Any) -> Rule:
    usual = {"name": "r", "stage": "suitability", "scope": "offer", "when": when, "reason": "because"}
    return msgspec.convert({**usual, **more}, Rule)


def _with(*rules: Rule, **more: Any) -> Settings:
    return msgspec.structs.replace(SURE, rules=rules, **more)


def _left(here: Scene, *candidates: Candidate) -> list[Withheld]:
    return suitability(candidates or [_MAT, _LAMP], here)[1]


def test_a_request_rule_withholds_everything_and_says_what_it_read() -> None:
    settings = _with(_rule("customer.open_complaints > 0", scope="request", name="no pitch"))
    here = scene(ask("tent"), settings=settings, customer=CustomerFacts(open_complaints=2))
    assert [w.reason for w in _left(here)] == ["because", "because"]
    assert _left(here)[0].factors == {"anchor_id": "tent", "rule": "no pitch", "customer.open_complaints": 2}
    assert _left(scene(ask("tent"), settings=settings, customer=CustomerFacts())) == []
    assert _left(scene(ask("tent"), settings=settings)) == []  # a visitor has no complaints


def test_an_item_rule_withholds_what_it_names() -> None:
    settings = _with(_rule("item.price_minor != null && item.price_minor > 1000", scope="item"))
    assert [w.item_id for w in _left(scene(ask("tent"), settings=settings))] == ["lamp"]


def test_the_first_rule_in_order_gives_the_reason_whatever_its_scope() -> None:
    rules = (
        _rule("offer.price_share > 0.05", name="1", reason="share"),
        _rule("item.item_id == 'lamp'", name="2", scope="item", reason="lamp"),
        _rule("true", name="3", scope="request", reason="all"),
        _rule("item.item_id == 'mat'", name="4", scope="item", reason="mat"),
    )
    here = scene(ask("tent"), settings=_with(*rules))
    assert {w.item_id: w.reason for w in _left(here)} == {"mat": "all", "lamp": "share"}


def test_a_rule_belongs_to_its_stage_and_comes_after_what_every_shop_has() -> None:
    settings = _with(_rule("true", stage="eligibility", scope="request", name="e"))
    here = scene(ask("tent"), settings=settings, items={"mat": msgspec.structs.replace(ITEMS["mat"], stock=0)})
    assert [w.reason for w in eligibility([_MAT, _LAMP], here)[1]] == ["out_of_stock", "because"]
    assert applicability([_MAT], here) == ([_MAT], [])


@pytest.mark.parametrize(
    ("more", "placement", "held"),
    [
        ({}, "cart", True),
        ({"placements": ["cart"]}, "cart", True),
        ({"placements": ["checkout"]}, "cart", False),
        ({"channels": ["site"]}, "cart", True),
        ({"channels": ["email"]}, "cart", False),
        ({"placements": ["cart"], "channels": ["email"]}, "cart", False),
    ],
)
def test_a_rule_may_hold_for_some_places_only(more: dict[str, Any], placement: str, held: bool) -> None:
    here = scene(ask("tent", placement=placement), settings=_with(_rule("true", scope="request", **more)))
    assert bool(_left(here)) is held


@pytest.mark.parametrize(
    ("more", "held"),
    [
        ({}, True),
        ({"attributes": {"acute": "true"}}, False),
        ({"attributes": {"acute": "no"}}, True),
        ({"attributes": {"need": "warmth"}}, False),
        ({"seller_id": "s1"}, False),
    ],
)
def test_an_acute_need_or_the_seller_overrides_a_default(more: dict[str, Any], held: bool) -> None:
    request = ask("tent", **more)
    assert bool(_left(scene(request, settings=_with(_rule("true", scope="request", unless_acute=True))))) is held
    assert _left(scene(request, settings=_with(_rule("true", scope="request"))))


def test_a_rule_with_a_condition_to_wait_for_makes_the_silence_later() -> None:
    settings = _with(_rule("request.hour >= 0", scope="request", later="Tomorrow.", stage="applicability"))
    here = scene(ask("tent"), settings=settings)
    silence = decide(here, run_stages(here)).answer.silence
    assert silence is not None
    assert (silence.reason, silence.detail) == ("later", "Tomorrow.")


def test_a_rule_that_cannot_be_worked_out_withholds_says_so_and_counts() -> None:
    settings = _with(_rule("customer.satisfaction < 0.5", scope="request", name="unguarded"))
    here = scene(ask("tent"), settings=settings)
    (first, _) = _left(here)
    assert first.reason == "because"
    assert "not defined" in first.factors["rule_failed"]
    assert not run_stages(here).drawn
    assert open_book(settings).failures == {
        "unguarded": 3
    }  # mat, lamp and the larger tent; the stove is too dear anyway


def test_one_false_part_settles_a_rule_whatever_fails_beside_it() -> None:
    for when in ("customer.satisfaction < 0.5 && item.item_id == 'x'", "item.rating > 3.0 && request.hour > 24"):
        settings = _with(_rule(when))
        assert _left(scene(ask("tent"), settings=settings)) == []
        assert not open_book(settings).failures


def test_an_item_part_that_fails_withholds_only_what_it_fails_for() -> None:
    rated = {"mat": msgspec.structs.replace(ITEMS["mat"], rating=4.0)}
    settings = _with(_rule("item.rating < 3.0", scope="item"))
    assert [
        (w.item_id, "rule_failed" in w.factors) for w in _left(scene(ask("tent"), settings=settings, items=rated))
    ] == [("lamp", True)]


def test_a_changed_item_is_judged_anew() -> None:
    settings = _with(_rule("item.stock == 7", scope="item"))
    for stock, held in ((7, True), (8, False), (7, True)):
        items = {"mat": msgspec.structs.replace(ITEMS["mat"], stock=stock)}
        assert bool(_left(scene(ask("tent"), settings=settings, items=items), _MAT)) is held


def test_a_withheld_pin_names_the_rule() -> None:
    settings = _with(_rule("item.item_id == 'gas'", scope="item", name="no gas by mail"))
    here = scene(ask("tent"), settings=settings, relations=[said("tent", "complement", "gas", rank=1)])
    (gas,) = [w for w in decide(here, run_stages(here)).withheld if w.item_id == "gas"]
    assert gas.factors["pin"] == 0  # the first of those pinned
    assert gas.factors["rule"] == "no gas by mail"


def test_hesitation_is_what_was_done_lately_by_its_weights() -> None:
    weights = Hesitation(window_minutes=10.0, silent_from=2.5, weights=SignalWeights(dismiss=2.0, view=0.5))
    settings = _with(_rule("customer.hesitating", scope="request"), hesitation=weights)
    signals = [
        Signal(at=NOW - timedelta(minutes=11), type="dismiss"),
        Signal(at=NOW - timedelta(minutes=9), type="dismiss"),
    ]
    assert _left(scene(ask("tent"), settings=settings, signals=signals)) == []
    view = Signal(at=NOW, type="view")
    assert _left(scene(ask("tent"), settings=settings, signals=[*signals, view]))


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ("customer.known", True),
        ("customer.days_since_order == 3.0", True),
        ("customer.discounted_share == 0.25 && customer.returned_share == 0.5", True),
        ("customer.consents.email && !('sms' in customer.consents)", True),
        ("customer.needs.warmth == 'said'", True),
        ("customer.declines == 1", True),
        ("customer.signals == {'view': 2}", True),
        ("request.hour == 11 && request.weekday == 6", True),  # Warsaw, a Saturday
        ("request.cart_lines == 1 && request.cart_items == 3 && request.cart_total_minor == 70500", True),
        ("request.seller == 's1' && request.acute", True),
        ("request.channel == 'site' && !request.interrupts", True),
        ("now == timestamp('2026-11-21T10:05:00Z')", True),
        ("item.price_minor == 700 && item.cost_minor == 300 && item.title == 'Mat' && item.brand == ''", True),
        ("anchor.rating == 4.1 && anchor.tier == 1 && anchor.stock == null", True),
        ("offer.price_minor == 700 && offer.price_ratio < 0.03 && offer.margin_minor == 400.0", True),
        ("offer.price_share > 0.0099 && offer.price_share < 0.01", True),
        ("offer.owned && offer.days_since_returned == 2.0 && !offer.pinned && offer.needed", True),
        ("offer.confidence == null && offer.lift == null && offer.source == 'pairs'", True),
    ],
)
def test_fields_say_what_they_are_documented_to_say(when: str, held: bool) -> None:
    customer = CustomerFacts(
        consents={"email": True},
        needs={"warmth": "said"},
        orders=4,
        last_order_at=NOW - timedelta(days=3),
        discounted_orders=1,
        units=8,
        units_returned=4,
        returned_at={"mat": NOW - timedelta(days=2)},
    )
    settings = _with(_rule(when), shop=msgspec.structs.replace(SURE.shop, timezone="Europe/Warsaw"))
    request = ask("tent", "tent", "tent", seller_id="s1")
    here = scene(
        request,
        settings=settings,
        items={"mat": msgspec.structs.replace(ITEMS["mat"], attributes={"purpose": "warmth"})},
        customer=customer,
        owned=["mat"],
        declines=[{"item_id": "stove", "at": NOW}],
        signals=[Signal(at=NOW, type="view"), Signal(at=NOW, type="view")],
    )
    (left,) = _left(here, _MAT)
    assert bool(left) is held
    assert "rule_failed" not in left.factors


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        (None, "no_consent"),
        (CustomerFacts(), "no_consent"),
        (CustomerFacts(consents={"email": False}), "no_consent"),
        (CustomerFacts(consents={"sms": True}), "no_consent"),
        (CustomerFacts(consents={"email": True}), None),
    ],
)
def test_what_interrupts_needs_a_yes_to_its_channel(customer: CustomerFacts | None, reason: str | None) -> None:
    email = {"email": Placement(channel="email", interrupts=True)}
    here = scene(ask("tent", placement="email"), settings=_with(placements=email), customer=customer)
    left = eligibility([_MAT], here)[1]
    assert [w.reason for w in left] == ([] if reason is None else [reason])


def test_the_usual_rules_hold_what_they_say() -> None:
    returned = CustomerFacts(returned_at={"mat": NOW - timedelta(days=59)})
    assert [w.item_id for w in applicability([_MAT, _LAMP], scene(ask("tent"), customer=returned))[1]] == ["mat"]
    helped = CustomerFacts(open_tickets=1)
    assert {w.reason for w in _left(scene(ask("tent"), customer=helped))} == {"open_ticket"}
    assert _left(scene(ask("tent", seller_id="s"), customer=helped)) == []
    angry = CustomerFacts(open_complaints=1)
    assert {w.reason for w in _left(scene(ask("tent", seller_id="s"), customer=angry))} == {"open_complaint"}


def test_all_items_can_be_judged_ahead() -> None:
    book = RuleBook(_with(_rule("item.stock == 0", scope="item"), _rule("item.rating < 3.0", scope="item", name="b")))
    shop = [Item(item_id=f"i{n}", stock=n % 2) for n in range(100)]
    book.items.read(shop)
    assert [book.items.of(item) for item in shop[:2]] == [(1, 2), (0, 2)]


def test_a_decision_with_rules_can_be_computed_again() -> None:
    settings = _with(_rule("now.getMinutes() == 5 && offer.price_share < 0.05", name="clock"))
    here = scene(ask("tent"), settings=settings, customer=CustomerFacts(attributes={"a": "b"}))
    first, again = (choose(here.inputs, model=here.model, items=here.items, settings=settings) for _ in range(2))
    kept = msgspec.json.decode(msgspec.json.encode(first.inputs), type=type(first.inputs))
    third = choose(kept, model=here.model, items=here.items, settings=msgspec.structs.replace(settings))
    assert msgspec.json.encode(first) == msgspec.json.encode(again) == msgspec.json.encode(third)
    assert any(w.factors.get("rule") == "clock" for w in first.withheld)


def test_the_reach_of_item_rules_is_counted() -> None:
    settings = _with(
        _rule("item.stock == 0", scope="item", name="empty"),
        _rule("item.rating < 3.0", scope="item", name="unrated"),
        _rule("true", scope="request", name="all"),
    )
    found = measure_rules(
        settings, [Item(item_id="a", stock=0, rating=2.0), Item(item_id="b", stock=1), Item(item_id="c")]
    )
    assert (found.rules, found.items, found.held_back) == (3, 3, 3)
    assert measure_rules(SURE, [Item(item_id="a")]).items == 0
    assert found.withheld == {"empty": 1, "unrated": 3}
    assert found.failed == {"unrated": 2}


def test_long_requests_are_not_remembered_and_get_the_same_verdicts() -> None:
    settings = _with(_rule("item.item_id in request.viewed || request.locale == 'xx'"))
    long = [f"{number:0250d}" for number in range(1_000)]
    for viewed in (["mat"], ["mat", *long], ["lamp", *long]):
        here = scene(ask("tent", viewed=viewed), settings=settings)
        assert [w.item_id for w in _left(here)] == [viewed[0]]
    (joint,) = open_book(settings)._joints.values()
    assert len(joint._known) == 2  # of the short request: the mat and the lamp
