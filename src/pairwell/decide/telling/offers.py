"""An offer of a slate in words: why it fits, what showing it changes, what that brings, how it got its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pairwell.decide.telling.parts import Counted, OfferAccount
from pairwell.decide.telling.remarks import remark_on_money, remark_on_place
from pairwell.decide.telling.words import THOUSAND, Words, folded, number, of_thousand, percent
from pairwell.wording import counted

_MARGIN = "   "
_LABEL = 8  # columns


class Beside(NamedTuple):
    """What an offer is set beside, and in what its worth is counted."""

    purchase_minor: int
    counted: Counted


def tell_offer(offer: OfferAccount, beside: Beside, words: Words) -> Iterator[str]:
    """The lines on one offer."""
    yield from folded(
        f"{words.item(offer.item_id)}, {_role(offer, beside.purchase_minor, words)}", first=_number(offer)
    )
    for label, text in (
        ("Fits", _why(offer, words)),
        ("Changes", _effect(offer)),
        ("Brings", _money(offer, beside.counted, words)),
        ("Place", _place(offer)),
    ):
        yield from _labelled(label, text)
    for text in offer.texts:
        yield from _labelled("Reads", text)


def _number(offer: OfferAccount) -> str:
    return f"{offer.offer_no + 1}. ".ljust(len(_MARGIN))


def _labelled(label: str, text: str) -> Iterator[str]:
    head = f"{_MARGIN}{label}".ljust(len(_MARGIN) + _LABEL)
    yield from folded(text, first=head)


def _role(offer: OfferAccount, purchase_minor: int, words: Words) -> str:
    price = words.money(offer.price_minor)
    if offer.kind == "upgrade":
        return f"{price}, instead of {words.short(offer.anchor_id)}"
    beside = f" beside {words.money(purchase_minor)}" if purchase_minor else ""
    return f"{price}{beside}, to go with {words.short(offer.anchor_id)}"


def _why(offer: OfferAccount, words: Words) -> str:
    pinned = [] if offer.pin is None else ["you chose it for this item yourself"]
    said = [*pinned, *_learned(offer, words)]
    text = "; ".join(said) or "nothing was learned of it"
    return f"{text[0].upper()}{text[1:]}."


def _learned(offer: OfferAccount, words: Words) -> Iterator[str]:
    anchor, evidence = words.short(offer.anchor_id), offer.evidence
    if offer.borrowed is not None:
        yield _borrowed(offer, words)
    elif offer.looked is not None:
        looked = offer.looked
        yield (
            f"the customer looked at it before, and in {looked.carted:,} of {counted(looked.visits, 'visit')} "
            "that did so it was put into the cart"
        )
    elif evidence is None:
        return
    elif offer.kind == "upgrade":
        yield (
            f"{counted(evidence.item_orders, 'order')} hold it, {evidence.anchor_orders:,} hold {anchor}; of those who "
            f"take one of the two about {percent(round(evidence.confidence, 3))} take this one"
        )
    else:
        yield (
            f"{evidence.together:,} of {counted(evidence.anchor_orders, 'order')} with {anchor} hold it too, "
            f"{number(round(evidence.lift, 1))} times as many as by chance"
        )


def _borrowed(offer: OfferAccount, words: Words) -> str:
    borrowed, anchor = offer.borrowed, words.short(offer.anchor_id)
    assert borrowed is not None, "asked only where others speak for it"
    by_anchor = f"“{borrowed.anchor_by_title or borrowed.anchor_by}”"
    by_item = f"“{borrowed.item_by_title or borrowed.item_by}”"
    held = f"{borrowed.together:,} of {counted(borrowed.anchor_orders, 'order')}"
    times = f"{number(round(borrowed.lift, 1))} times as many as by chance"
    few = f"its own orders with {anchor} are too few, but"
    if borrowed.level == "alike_anchor":
        return f"{few} {anchor} is like {by_anchor}, and {held} with that hold it too, {times}"
    if borrowed.level == "alike_item":
        return f"{few} it is like {by_item}, which {held} with {anchor} hold too, {times}"
    return f"{few} {held} with something of {by_anchor} hold something of {by_item} too, {times}"


def _effect(offer: OfferAccount) -> str:
    shown, anyway = offer.bought_when_shown, offer.quiet
    verb = "take" if offer.kind == "upgrade" else "buy"
    return (
        f"Of {THOUSAND:,} customers like this about {of_thousand(shown, anyway)} {verb} it when it is shown, "
        f"{of_thousand(anyway, shown)} {verb} it anyway."
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
