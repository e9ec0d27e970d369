"""An offer of a slate in words: why it fits, what showing it changes, what that brings, how it got its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pairwell.decide.telling.fits import why_it_fits
from pairwell.decide.telling.parts import Counted, OfferAccount
from pairwell.decide.telling.remarks import remark_on_money, remark_on_place
from pairwell.decide.telling.words import THOUSAND, Paragraph, Words, of_thousand, percent
from pairwell.said import Said, joined, number, phrase

_MARGIN = "   "
_LABEL = 8  # columns


class Beside(NamedTuple):
    """What an offer is set beside, and in what its worth is counted."""

    purchase_minor: int
    counted: Counted


def tell_offer(offer: OfferAccount, beside: Beside, words: Words) -> Iterator[Paragraph]:
    """What is told of one offer."""
    named = words.several(offer.item_ids) if offer.item_ids else words.item(offer.item_id)
    head = joined(named, _role(offer, beside.purchase_minor, words), between=", ")
    yield Paragraph(head, mark=f"{offer.offer_no + 1}. ".ljust(len(_MARGIN)))
    for label, text in say_offer(offer, beside.counted, words):
        yield _labelled(label, text)
    for read in offer.texts:
        yield _labelled(phrase("Reads"), read)


def say_offer(offer: OfferAccount, counted: Counted, words: Words) -> list[tuple[Said, Said]]:
    """What the decision weighed of one offer: a word of what each part tells, and the part."""
    said = [
        (phrase("Fits"), why_it_fits(offer, words)),
        (phrase("Changes"), _effect(offer)),
        (phrase("Brings"), _money(offer, counted, words)),
        (phrase("Place"), _place(offer)),
    ]
    if offer.text_variant is not None:
        own = phrase("Your own; of their variants the lot gave this customer “{variant}”.", variant=offer.text_variant)
        said.append((phrase("Words"), own))
    return said


def _labelled(label: Said, text: str) -> Paragraph:
    return Paragraph(text, mark=_MARGIN, label=label, columns=_LABEL)


def _role(offer: OfferAccount, purchase_minor: int, words: Words) -> Said:
    price = words.money(offer.price_minor)
    if offer.discount_minor:
        price = phrase("{price}, which is {amount} off", price=price, amount=words.money(offer.discount_minor))
    if offer.kind == "repeat":
        return phrase("{price}, to buy it again", price=price)
    anchor = words.short(offer.anchor_id)
    if offer.kind == "upgrade":
        return phrase("{price}, instead of {anchor}", price=price, anchor=anchor)
    if purchase_minor:
        price = phrase("{price} beside {purchase}", price=price, purchase=words.money(purchase_minor))
    return phrase("{price}, to go with {anchor}", price=price, anchor=anchor)


def _effect(offer: OfferAccount) -> Said:
    shown, anyway = offer.bought_when_shown, offer.quiet
    values = {"of": THOUSAND, "shown": of_thousand(shown, anyway), "anyway": of_thousand(anyway, shown)}
    if offer.kind == "upgrade":
        return phrase(
            "Of {of} customers like this about {shown} take it when it is shown, {anyway} take it anyway.", **values
        )
    if offer.item_ids:
        return phrase(
            "Of {of} customers like this about {shown} buy all of it when it is shown, {anyway} buy all of it anyway.",
            **values,
        )
    return phrase(
        "Of {of} customers like this about {shown} buy it when it is shown, {anyway} buy it anyway.", **values
    )


def _money(offer: OfferAccount, by: Counted, words: Words) -> Said:
    adds, costs = (words.money(round(minor * THOUSAND)) for minor in (offer.worth_minor, offer.cost_minor))
    return joined(
        joined(_sale(offer, by, words), remark_on_money(offer, by, words), ".", between=""),
        phrase("Shown {times} times it adds {adds} and costs {costs}.", times=THOUSAND, adds=adds, costs=costs),
        phrase("That is a loss by what is known; it was shown to learn more, within the learning budget.")
        if offer.trial
        else "",
    )


def _sale(offer: OfferAccount, by: Counted, words: Words) -> Said:
    """What each sale brings, without its full stop."""
    gain = words.money(round(offer.gain_minor, 2))
    if by.objective == "revenue":
        if offer.kind == "upgrade":
            return phrase("Each sale takes in {gain} more than what it replaces", gain=gain)
        return phrase("Each sale takes in {gain}", gain=gain)
    if offer.kind == "upgrade":
        return phrase("Each sale earns {gain} more than what it replaces", gain=gain)
    return phrase("Each sale earns {gain}", gain=gain)


def _place(offer: OfferAccount) -> Said:
    place = offer.offer_no + 1
    if offer.pin is not None:
        return phrase("You pinned it: it got place {place} without a draw.", place=place)
    if offer.drawn_from == 1:
        return phrase("It was the only one left for place {place}.", place=place)
    drawn = phrase(
        "Drawn for place {place} with a chance of {chance} among {many}.",
        place=place,
        chance=percent(round(offer.propensity, 3)),
        many=number(offer.drawn_from),
    )
    return joined(drawn, remark_on_place(offer))
