from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, SURE, ask, pair, read, said

from pairwell.decide.choose import choose
from pairwell.decide.decider import public_answer
from pairwell.offer_words import Reason
from pairwell.records import CartLine, Decision, DecisionRequest, Looked, Offer


def _decide(request: DecisionRequest, **more: Any) -> Decision:
    return choose(read(request, **more), model=MODEL, items=ITEMS, settings=SURE)


def _offer(decision: Decision, item_id: str) -> Offer:
    return next(offer for offer in decision.slate if offer.item_id == item_id)


def _texts(offer: Offer) -> dict[str, str]:
    return {reason.code: reason.text for reason in offer.reasons}


def test_an_add_on_says_how_often_it_was_bought_too_and_what_it_costs_beside() -> None:
    offer = _offer(_decide(ask("tent")), "mat")
    assert _texts(offer) == {
        "bought_together": "In 312 of 1,904 orders with “Tent”, “Mat” was bought too: 5.2 times as often as by chance.",
        "price_beside": "€7.00 beside your €235.00.",
    }
    reason = offer.reasons[0]
    assert (reason.together, reason.anchor_orders, reason.lift) == (312, 1_904, 5.2)
    assert offer.compare is None


@pytest.mark.parametrize(
    ("locale", "together", "beside"),
    [
        (
            "ru",
            "В 312 из 1\xa0904 заказов с «Tent» купили и «Mat»: в 5,2 раза чаще, чем при случайном выборе.",
            "7,00\xa0€ к вашей покупке на 235,00\xa0€.",
        ),
        (
            "pl-PL",
            "W 312 z 1\xa0904 zamówień z „Tent” kupiono też „Mat”: 5,2 raza częściej, niż wynikałoby z przypadku.",
            "7,00\xa0€ przy Twoich zakupach za 235,00\xa0€.",
        ),
    ],
)
def test_it_says_so_in_the_language_of_the_request(locale: str, together: str, beside: str) -> None:
    offer = _offer(_decide(ask("tent", locale=locale)), "mat")
    assert _texts(offer) == {"bought_together": together, "price_beside": beside}


def test_a_pin_is_never_said_to_be_bought_together_without_evidence() -> None:
    offer = _offer(_decide(ask("tent"), relations=[said("tent", "complement", "gas")]), "gas")
    assert _texts(offer) == {
        "curated": "Chosen by our team to go with “Tent”.",
        "price_beside": "€5.00 beside your €235.00.",
    }


def test_a_price_is_not_set_beside_a_purchase_that_is_partly_unknown() -> None:
    request = DecisionRequest(
        placement="cart", cart=[CartLine(item_id="tent"), CartLine(item_id="unknown", quantity=2)]
    )
    assert "price_beside" not in _texts(_offer(_decide(request), "mat"))


def test_an_upgrade_says_what_is_better_and_how_much_more_it_costs() -> None:
    offer = _offer(_decide(ask("tent")), "tent+")
    assert offer.replaces == "tent"
    assert _texts(offer) == {"upgrade": "Better: rated 4.6 instead of 4.1, a higher class; +€64.00."}
    rows = [(row.attribute, row.anchor, row.offer, row.better) for row in offer.compare or []]
    assert rows == [
        ("price", "€235.00", "€299.00 (+€64.00)", False),
        ("rating", "4.1", "4.6", True),
        ("tier", "1", "2", True),
        ("season", None, "winter", None),
    ]


def test_an_upgrade_with_nothing_known_to_be_better_claims_nothing() -> None:
    plain = {**ITEMS, "tent+": msgspec.structs.replace(ITEMS["tent+"], rating=4.0, tier=None, attributes={})}
    decision = choose(read(ask("tent")), model=MODEL, items=plain, settings=SURE)
    offer = _offer(decision, "tent+")
    assert _texts(offer) == {"upgrade": "A step up from “Tent”: +€64.00."}
    assert [(row.attribute, row.better) for row in offer.compare or []] == [
        ("price", False),
        ("rating", False),
        ("tier", None),
    ]


def test_the_difference_is_against_what_is_paid() -> None:
    request = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent", unit_price_minor=20_000)])
    assert (_offer(_decide(request), "tent+").compare or [])[0].offer == "€299.00 (+€99.00)"


def test_no_customer_is_shown_what_the_shop_earns() -> None:
    offer = _offer(_decide(ask("tent")), "tent+")
    assert "margin" not in {row.attribute for row in offer.compare or []}
    assert "99.0" not in "".join(reason.text for reason in offer.reasons)


def test_an_item_without_a_title_goes_by_its_id() -> None:
    bare = {**ITEMS, "mat": msgspec.structs.replace(ITEMS["mat"], title=None)}
    decision = choose(read(ask("tent")), model=MODEL, items=bare, settings=SURE)
    offer = _offer(decision, "mat")
    assert offer.title is None
    assert "“mat”" in _texts(offer)["bought_together"]


def test_no_times_chance_is_told_where_it_says_nothing() -> None:
    add_ons = [msgspec.structs.replace(pair(item_id), lift=0.8) for item_id in ("mat", "lamp")]
    rare = TableModel(id="m1", add_ons={"tent": add_ons}, ladders={}, once=frozenset())
    offer = _offer(choose(read(ask("tent")), model=rare, items=ITEMS, settings=SURE), "mat")
    assert _texts(offer)["bought_together"] == "In 312 of 1,904 orders with “Tent”, “Mat” was bought too."


def test_a_language_that_nobody_speaks_here_is_named_and_answered_in_english() -> None:
    decision = _decide(ask("tent", locale="de-DE"))
    assert [(ignored.field, ignored.id) for ignored in decision.answer.ignored] == [("locale", "de-DE")]
    assert _texts(_offer(decision, "mat"))["price_beside"] == "€7.00 beside your €235.00."


def test_what_only_machines_read_is_no_point_of_comparison() -> None:
    items = {
        **ITEMS,
        "tent": msgspec.structs.replace(ITEMS["tent"], attributes={"product_sku": "A1", "weight": "3"}),
        "tent+": msgspec.structs.replace(ITEMS["tent+"], attributes={"product_sku": "A2", "weight": "2"}),
    }
    offer = _offer(choose(read(ask("tent")), model=MODEL, items=items, settings=SURE), "tent+")
    attributes = [row.attribute for row in offer.compare or []]
    assert "weight" in attributes
    assert "product_sku" not in attributes


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "In 30 of 100 visits that looked at “Gas”, as you did, it was put into the cart."),
        ("pl", "„Gas” już tu oglądano: podczas 30 z 100 wizyt z tym produktem trafił on do koszyka."),
        ("ru", "Вы смотрели «Gas»: в 30 из 100 посещений, где его смотрели, он попал в корзину."),
    ],
)
def test_what_was_viewed_before_says_what_others_did(locale: str, text: str) -> None:
    model = msgspec.structs.replace(MODEL, looks={"gas": Looked(visits=100, carted=30, share=0.3)})
    request = ask("tent", viewed=["gas"], locale=locale)
    decision = choose(read(request), model=model, items=ITEMS, settings=SURE)
    assert _texts(_offer(decision, "gas"))["viewed_lately"] == text


def test_on_the_page_of_an_item_what_was_viewed_before_is_no_offer() -> None:
    model = msgspec.structs.replace(MODEL, looks={"gas": Looked(visits=100, carted=30, share=0.3)})
    request = DecisionRequest(placement="product", viewed=["gas", "tent"])
    decision = choose(read(request), model=model, items=ITEMS, settings=SURE)
    assert "gas" not in [offer.item_id for offer in decision.slate]


def _quiet(request: DecisionRequest, **more: Any) -> Decision:
    """As `_decide`, of a shop that tells no counts."""
    shop = msgspec.structs.replace(SURE.shop, tell_counts=False)
    settings = msgspec.structs.replace(SURE, shop=shop)
    return choose(read(request, **more), model=MODEL, items=ITEMS, settings=settings)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Often bought together with “Tent”."),
        ("ru", "Часто покупают вместе с «Tent»."),
        ("pl", "Często kupowane razem z „Tent”."),
    ],
)
def test_a_shop_may_keep_its_counts_to_itself(locale: str, said: str) -> None:
    decision = _quiet(ask("tent", locale=locale))
    assert _texts(_offer(decision, "mat"))["bought_together"] == said
    assert "price_beside" in _texts(_offer(decision, "mat"))


def test_counts_that_are_not_told_leave_for_secret_keys_alone() -> None:
    decision = _quiet(ask("tent"))
    own, page = (public_answer(decision, secret=secret, explain=False) for secret in (True, False))
    (kept, shown) = (next(one for one in side.offers if one.item_id == "mat").reasons[0] for side in (own, page))
    assert (kept.code, kept.together, kept.anchor_orders, kept.lift) == ("bought_together", 312, 1_904, 5.2)
    assert shown == Reason(code="bought_together", text=kept.text)
    assert "counts_told" not in msgspec.to_builtins(shown)


def test_counts_that_are_told_reach_everybody() -> None:
    page = public_answer(_decide(ask("tent")), secret=False, explain=False)
    assert next(one for one in page.offers if one.item_id == "mat").reasons[0].together == 312


def test_whether_counts_are_told_moves_no_offer() -> None:
    told, quiet = _decide(ask("tent")), _quiet(ask("tent"))
    assert [(one.item_id, one.propensity, one.worth_minor) for one in told.slate] == [
        (one.item_id, one.propensity, one.worth_minor) for one in quiet.slate
    ]


def test_what_is_seldom_bought_too_is_not_called_often() -> None:
    add_ons = [msgspec.structs.replace(pair(item_id), together=100) for item_id in ("mat", "lamp")]
    rare = TableModel(id="m1", add_ons={"tent": add_ons}, ladders={}, once=frozenset())
    settings = msgspec.structs.replace(SURE, shop=msgspec.structs.replace(SURE.shop, tell_counts=False))
    offer = _offer(choose(read(ask("tent")), model=rare, items=ITEMS, settings=settings), "mat")
    assert _texts(offer)["bought_together"] == "Others bought this with “Tent”, too."
