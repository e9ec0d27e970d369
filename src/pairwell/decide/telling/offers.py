"""An offer of a slate in words: why it fits, what showing it changes, what that brings, how it got its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pairwell.decide.telling.fits import why_it_fits
from pairwell.decide.telling.parts import Counted, OfferAccount
from pairwell.decide.telling.remarks import remark_on_money, remark_on_place
from pairwell.decide.telling.words import THOUSAND, Words, folded, of_thousand, percent

_MARGIN = "   "
_LABEL = 8  # columns


class Beside(NamedTuple):
    """What an offer is set beside, and in what its worth is counted."""

    purchase_minor: int
    counted: Counted


def tell_offer(offer: OfferAccount, beside: Beside, words: Words) -> Iterator[str]:
    """The lines on one offer."""
    named = words.several(offer.item_ids) if offer.item_ids else words.item(offer.item_id)
    yield from folded(f"{named}, {_role(offer, beside.purchase_minor, words)}", first=_number(offer))
    for label, text in say_offer(offer, beside.counted, words):
        yield from _labelled(label, text)
    for text in offer.texts:
        yield from _labelled("Reads", text)


def say_offer(offer: OfferAccount, counted: Counted, words: Words) -> list[tuple[str, str]]:
    """What the decision weighed of one offer: a word of what each part tells, and the part."""
    said = [
        ("Fits", why_it_fits(offer, words)),
        ("Changes", _effect(offer)),
        ("Brings", _money(offer, counted, words)),
        ("Place", _place(offer)),
    ]
    if offer.text_variant is not None:
        own = f"Your own; of their variants the lot gave this customer “{offer.text_variant}”."
        said.append(("Words", own))
    return said


def _number(offer: OfferAccount) -> str:
    return f"{offer.offer_no + 1}. ".ljust(len(_MARGIN))


def _labelled(label: str, text: str) -> Iterator[str]:
    head = f"{_MARGIN}{label}".ljust(len(_MARGIN) + _LABEL)
    yield from folded(text, first=head)


def _role(offer: OfferAccount, purchase_minor: int, words: Words) -> str:
    off = f", which is {words.money(offer.discount_minor)} off" if offer.discount_minor else ""
    price = f"{words.money(offer.price_minor)}{off}"
    if offer.kind == "repeat":
        return f"{price}, to buy it again"
    if offer.kind == "upgrade":
        return f"{price}, instead of {words.short(offer.anchor_id)}"
    beside = f" beside {words.money(purchase_minor)}" if purchase_minor else ""
    return f"{price}{beside}, to go with {words.short(offer.anchor_id)}"


def _effect(offer: OfferAccount) -> str:
    shown, anyway = offer.bought_when_shown, offer.quiet
    verb = "take" if offer.kind == "upgrade" else "buy"
    it = "all of it" if offer.item_ids else "it"
    return (
        f"Of {THOUSAND:,} customers like this about {of_thousand(shown, anyway)} {verb} {it} when it is shown, "
        f"{of_thousand(anyway, shown)} {verb} {it} anyway."
    )


def _money(offer: OfferAccount, by: Counted, words: Words) -> str:
    more = " more than what it replaces" if offer.kind == "upgrade" else ""
    earned = "takes in" if by.objective == "revenue" else "earns"
    remark = remark_on_money(offer, by, words)
    adds, costs = (words.money(round(minor * THOUSAND)) for minor in (offer.worth_minor, offer.cost_minor))
    text = (
        f"Each sale {earned} {words.money(round(offer.gain_minor, 2))}{more}{remark}. "
        f"Shown {THOUSAND:,} times it adds {adds} and costs {costs}."
    )
    if offer.trial:
        return f"{text} That is a loss by what is known; it was shown to learn more, within the learning budget."
    return text


def _place(offer: OfferAccount) -> str:
    place = f"place {offer.offer_no + 1}"
    if offer.pin is not None:
        return f"You pinned it: it got {place} without a draw."
    if offer.drawn_from == 1:
        return f"It was the only one left for {place}."
    chance = percent(round(offer.propensity, 3))
    return f"Drawn for {place} with a chance of {chance} among {offer.drawn_from}.{remark_on_place(offer)}"
