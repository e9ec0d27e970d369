"""Why an offer fits, in words."""

from __future__ import annotations

from pairwell.decide.telling.parts import OfferAccount
from pairwell.decide.telling.words import Words, number, percent
from pairwell.said import Said, begun, joined, phrase, phrase_count


def why_it_fits(offer: OfferAccount, words: Words) -> Said:
    """One sentence on what speaks for an offer: whoever pinned it, orders, visits, the customer's own habit."""
    pinned = [] if offer.pin is None else [phrase("you chose it for this item yourself")]
    said = [*pinned, *(say(offer, words) for say in _SAYINGS)]
    text = joined(*said, between="; ") if any(said) else phrase("nothing was learned of it")
    return joined(begun(text), ".", between="")


def _of_orders(offer: OfferAccount, words: Words) -> str:
    evidence, anchor = offer.evidence, words.short(offer.anchor_id)
    if evidence is None or offer.borrowed is not None:
        return ""
    if offer.kind == "upgrade":
        return phrase_count(
            "{count} order hold it, {others} hold {anchor}; of those who take one of the two about {share} "
            "take this one",
            "{count} orders hold it, {others} hold {anchor}; of those who take one of the two about {share} "
            "take this one",
            evidence.item_orders,
            others=evidence.anchor_orders,
            anchor=anchor,
            share=percent(round(evidence.confidence, 3)),
        )
    return phrase_count(
        "{together} of {count} order with {anchor} hold it too, {times} times as many as by chance",
        "{together} of {count} orders with {anchor} hold it too, {times} times as many as by chance",
        evidence.anchor_orders,
        together=evidence.together,
        anchor=anchor,
        times=number(round(evidence.lift, 1)),
    )


def _of_visits(offer: OfferAccount, _: Words) -> str:
    if offer.looked is None:
        return ""
    return phrase_count(
        "the customer looked at it before, and in {carted} of {count} visit that did so it was put into the cart",
        "the customer looked at it before, and in {carted} of {count} visits that did so it was put into the cart",
        offer.looked.visits,
        carted=offer.looked.carted,
    )


def _of_habit(offer: OfferAccount, words: Words) -> str:
    repeat = offer.repeat
    if repeat is None:
        return ""
    return phrase_count(
        "the customer bought it on {count} day, mostly {gap} apart, last on {last}, and is due again from {due} on",
        "the customer bought it on {count} days, mostly {gap} apart, last on {last}, and is due again from {due} on",
        repeat.times,
        gap=_days(max(1, round(repeat.typical_gap_days))),
        last=words.day(repeat.last_bought_at),
        due=words.day(repeat.due_from),
    )


def _of_followers(offer: OfferAccount, words: Words) -> str:
    followed, anchor = offer.followed, words.short(offer.anchor_id)
    if followed is None:
        return ""
    return phrase_count(
        "the customer bought {anchor} {days} ago, and {count} customer came back for this one, "
        "half of them after {low} to {high} days",
        "the customer bought {anchor} {days} ago, and {count} customers came back for this one, "
        "half of them after {low} to {high} days",
        followed.followers,
        anchor=anchor,
        days=_days(followed.days),
        low=str(followed.low),
        high=str(followed.high),
    )


def _days(count: int) -> Said:
    return phrase_count("{count} day", "{count} days", count)


def _of_set(offer: OfferAccount, words: Words) -> str:
    bundle = offer.bundle
    if bundle is None:
        return ""
    return phrase_count(
        "{together} of {count} order with {items} hold all of it",
        "{together} of {count} orders with {items} hold all of it",
        bundle.orders,
        together=bundle.together,
        items=words.several(bundle.beside),
    )


def _of_others(offer: OfferAccount, words: Words) -> str:
    borrowed, anchor = offer.borrowed, words.short(offer.anchor_id)
    if borrowed is None:
        return ""
    held = {
        "anchor": anchor,
        "by_anchor": phrase("“{title}”", title=borrowed.anchor_by_title or borrowed.anchor_by),
        "by_item": phrase("“{title}”", title=borrowed.item_by_title or borrowed.item_by),
        "together": borrowed.together,
        "times": number(round(borrowed.lift, 1)),
    }
    orders = borrowed.anchor_orders
    if borrowed.level == "alike_anchor":
        return phrase_count(
            "its own orders with {anchor} are too few, but {anchor} is like {by_anchor}, and {together} of {count} "
            "order with that hold it too, {times} times as many as by chance",
            "its own orders with {anchor} are too few, but {anchor} is like {by_anchor}, and {together} of {count} "
            "orders with that hold it too, {times} times as many as by chance",
            orders,
            **held,
        )
    if borrowed.level == "alike_item":
        return phrase_count(
            "its own orders with {anchor} are too few, but it is like {by_item}, which {together} of {count} order "
            "with {anchor} hold too, {times} times as many as by chance",
            "its own orders with {anchor} are too few, but it is like {by_item}, which {together} of {count} orders "
            "with {anchor} hold too, {times} times as many as by chance",
            orders,
            **held,
        )
    return phrase_count(
        "its own orders with {anchor} are too few, but {together} of {count} order with something of {by_anchor} "
        "hold something of {by_item} too, {times} times as many as by chance",
        "its own orders with {anchor} are too few, but {together} of {count} orders with something of {by_anchor} "
        "hold something of {by_item} too, {times} times as many as by chance",
        orders,
        **held,
    )


_SAYINGS = (_of_others, _of_orders, _of_visits, _of_habit, _of_followers, _of_set)
