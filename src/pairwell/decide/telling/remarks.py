"""What more went into the worth and the place of an offer: returns, service, levers; in words."""

from __future__ import annotations

from collections.abc import Iterator

from pairwell.decide.telling.parts import Counted, OfferAccount
from pairwell.decide.telling.words import Words, number, percent

_ALL = 0.9995  # shares kept from here on are said as all of it


def remark_on_money(offer: OfferAccount, by: Counted, words: Words) -> str:
    """In brackets what is to know of the money that a sale earns; empty where there is nothing."""
    said = "; ".join(_remarks(offer, by, words))
    return f" ({said})" if said else ""


def remark_on_place(offer: OfferAccount) -> str:
    """What its score was multiplied by before places were drawn; empty where by nothing."""
    placed, levers = offer.more.get("weights", {}), offer.more.get("levers", {})
    by = [
        *(f"{number(weight)} ({name.replace('_', ' ')} in this placement)" for name, weight in placed.items()),
        *(f"{number(weight)} (your lever “{name}”)" for name, weight in levers.items()),
    ]
    return f" Its worth counted times {' times '.join(by)} there." if by else ""


def _remarks(offer: OfferAccount, by: Counted, words: Words) -> Iterator[str]:
    more = offer.more
    if by.objective != "revenue" and not offer.cost_known:
        yield "its cost is unknown: the margin rate of your settings stands in"
    if more.get("keep", 1.0) < _ALL:
        yield f"{percent(round(1 - more['keep'], 3))} of its sales come back, and earn nothing"
    if more.get("keep_replaced", 1.0) < _ALL:
        yield f"of what it replaces {percent(round(1 - more['keep_replaced'], 3))} come back"
    if "service_minor" in more:
        yield f"{words.money(more['service_minor'])} of it is what it is worth to you that a customer has one"
