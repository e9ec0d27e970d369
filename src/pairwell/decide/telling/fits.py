"""Why an offer fits, in words."""

from __future__ import annotations

from pairwell.decide.telling.parts import OfferAccount
from pairwell.decide.telling.words import Words, number, percent
from pairwell.wording import counted


def why_it_fits(offer: OfferAccount, words: Words) -> str:
    """One sentence on what speaks for an offer: whoever pinned it, orders, visits, the customer's own habit."""
    pinned = [] if offer.pin is None else ["you chose it for this item yourself"]
    said = [*pinned, *(say(offer, words) for say in _SAYINGS)]
    text = "; ".join(one for one in said if one) or "nothing was learned of it"
    return f"{text[0].upper()}{text[1:]}."


def _of_orders(offer: OfferAccount, words: Words) -> str:
    evidence, anchor = offer.evidence, words.short(offer.anchor_id)
    if evidence is None or offer.borrowed is not None:
        return ""
    if offer.kind == "upgrade":
        return (
            f"{counted(evidence.item_orders, 'order')} hold it, {evidence.anchor_orders:,} hold {anchor}; of those who "
            f"take one of the two about {percent(round(evidence.confidence, 3))} take this one"
        )
    return (
        f"{evidence.together:,} of {counted(evidence.anchor_orders, 'order')} with {anchor} hold it too, "
        f"{number(round(evidence.lift, 1))} times as many as by chance"
    )


def _of_visits(offer: OfferAccount, _: Words) -> str:
    if offer.looked is None:
        return ""
    visits = counted(offer.looked.visits, "visit")
    looked = "the customer looked at it before, and in"
    return f"{looked} {offer.looked.carted:,} of {visits} that did so it was put into the cart"


def _of_habit(offer: OfferAccount, words: Words) -> str:
    repeat = offer.repeat
    if repeat is None:
        return ""
    gap = counted(max(1, round(repeat.typical_gap_days)), "day")
    return (
        f"the customer bought it on {counted(repeat.times, 'day')}, mostly {gap} apart, last on "
        f"{words.day(repeat.last_bought_at)}, and is due again from {words.day(repeat.due_from)} on"
    )


def _of_followers(offer: OfferAccount, words: Words) -> str:
    followed, anchor = offer.followed, words.short(offer.anchor_id)
    if followed is None:
        return ""
    others = counted(followed.followers, "customer")
    return (
        f"the customer bought {anchor} {counted(followed.days, 'day')} ago, and {others} "
        f"came back for this one, half of them after {followed.low} to {followed.high} days"
    )


def _of_set(offer: OfferAccount, words: Words) -> str:
    bundle = offer.bundle
    if bundle is None:
        return ""
    there = words.several(bundle.beside)
    return f"{bundle.together:,} of {counted(bundle.orders, 'order')} with {there} hold all of it"


def _of_others(offer: OfferAccount, words: Words) -> str:
    borrowed, anchor = offer.borrowed, words.short(offer.anchor_id)
    if borrowed is None:
        return ""
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


_SAYINGS = (_of_others, _of_orders, _of_visits, _of_habit, _of_followers, _of_set)
