"""What more went into the worth and the place of an offer: returns, service, levers; in words."""

from __future__ import annotations

from collections.abc import Iterator

from pairwell.decide.telling.parts import Counted, OfferAccount
from pairwell.decide.telling.words import Words, number, percent
from pairwell.said import Said, joined, phrase

_ALL = 0.9995  # shares kept from here on are said as all of it


def remark_on_money(offer: OfferAccount, by: Counted, words: Words) -> str:
    """In brackets what is to know of the money that a sale earns; empty where there is nothing."""
    said = list(_remarks(offer, by, words))
    return joined(" (", joined(*said, between="; "), ")", between="") if said else ""


def remark_on_place(offer: OfferAccount) -> str:
    """What its score was multiplied by before places were drawn; empty where by nothing."""
    placed, levers = offer.more.get("weights", {}), offer.more.get("levers", {})
    by = [
        *(
            phrase("{weight} ({kind} in this placement)", weight=number(weight), kind=name.replace("_", " "))
            for name, weight in placed.items()
        ),
        *(phrase("{weight} (your lever “{name}”)", weight=number(one), name=name) for name, one in levers.items()),
    ]
    return phrase("Its worth counted times {factors} there.", factors=_product(by)) if by else ""


def _product(factors: list[Said]) -> Said:
    """Factors behind one another, with the word for their product between them."""
    found = factors[0]
    for factor in factors[1:]:
        found = phrase("{one} times {other}", one=found, other=factor)
    return found


def _remarks(offer: OfferAccount, by: Counted, words: Words) -> Iterator[Said]:
    more = offer.more
    if by.objective != "revenue" and not offer.cost_known:
        yield phrase("its cost is unknown: the margin rate of your settings stands in")
    if more.get("keep", 1.0) < _ALL:
        share = percent(round(1 - more["keep"], 3))
        yield phrase("{share} of its sales come back, and earn nothing", share=share)
    if more.get("keep_replaced", 1.0) < _ALL:
        share = percent(round(1 - more["keep_replaced"], 3))
        yield phrase("of what it replaces {share} come back", share=share)
    if "service_minor" in more:
        service = words.money(more["service_minor"])
        yield phrase("{amount} of it is what it is worth to you that a customer has one", amount=service)
