from __future__ import annotations

from typing import Any

import msgspec
from tests.unit.decide.telling.accounts import account_of, cases

from pairwell.decide.telling.parts import Counted, OfferAccount
from pairwell.decide.telling.remarks import remark_on_money, remark_on_place
from pairwell.decide.telling.words import Words

BY_MARGIN = Counted(objective="margin", holdout=0.05, withheld=0.02)
WORDS = Words(currency="EUR", timezone="UTC", titles={})


def _offer(*, cost_known: bool = True, **more: Any) -> OfferAccount:
    first = account_of(cases()["shown"]).offers[0]
    return msgspec.structs.replace(first, cost_known=cost_known, more=more)


def test_nothing_is_remarked_where_nothing_is_special() -> None:
    assert remark_on_money(_offer(), BY_MARGIN, WORDS) == ""
    assert remark_on_place(_offer()) == ""


def test_returns_and_service_are_remarked_with_the_money() -> None:
    offer = _offer(cost_known=False, keep=0.88, keep_replaced=0.7, service_minor=50.0)
    assert remark_on_money(offer, BY_MARGIN, WORDS) == (
        " (its cost is unknown: the margin rate of your settings stands in; 12 % of its sales come back, and earn "
        "nothing; of what it replaces 30 % come back; €0.50 of it is what it is worth to you that a customer has one)"
    )


def test_revenue_needs_no_cost() -> None:
    revenue = msgspec.structs.replace(BY_MARGIN, objective="revenue")
    assert remark_on_money(_offer(cost_known=False), revenue, WORDS) == ""


def test_levers_are_named_with_the_place() -> None:
    offer = _offer(weights={"cross_sell": 1.2}, levers={"clear stock": 2.5})
    assert remark_on_place(offer) == (
        "Its worth counted times 1.2 (cross sell in this placement) times 2.5 (your lever “clear stock”) there."
    )
