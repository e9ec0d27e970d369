"""Why an offer is made, where the shop tells no shopper how much it sells."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from babel import Locale
from babel.lists import format_list

from pairwell.decide.texts import say
from pairwell.offer_words import GROUNDS, Reason
from pairwell.records import Candidate

MESSAGES = (
    "discreet_often",
    "discreet_too",
    "discreet_alike_anchor",
    "discreet_alike_item",
    "discreet_viewed",
    "discreet_follow_up",
    "discreet_bundle",
)
_OFTEN = 0.1  # share of the anchor's orders from which on "often" is no exaggeration
_FIXED = {"viewed_lately": "discreet_viewed", "follow_up": "discreet_follow_up"}
TitleOf = Callable[[str], str]


def speak_discreetly(reason: Reason, candidate: Candidate, title_of: TitleOf, locale: Locale) -> Reason:
    """The reason in words without counts; its numbers stay for secret keys."""
    if reason.code not in GROUNDS or reason.code == "curated":
        return reason
    if reason.code == "bundle":
        text = _speak_of_set(candidate, title_of, locale)
    elif reason.code == "alike_bought_together":
        text = _speak_of_likes(candidate, title_of, locale)
    else:
        titles = {"anchor": title_of(candidate.anchor_id), "item": title_of(candidate.item_id)}
        message = _often(reason) if reason.code == "bought_together" else _FIXED.get(reason.code)
        text = reason.text if message is None else say(message, locale, titles)  # of groups no count is told anyway
    return msgspec.structs.replace(reason, text=text, counts_told=False)


def _often(reason: Reason) -> str:
    often = (reason.together or 0) >= _OFTEN * (reason.anchor_orders or 0)
    return "discreet_often" if often else "discreet_too"


def _speak_of_set(candidate: Candidate, title_of: TitleOf, locale: Locale) -> str:
    assert candidate.bundle is not None, "only a bundle has this reason"
    every = [*candidate.bundle.beside, *candidate.adds]
    named = format_list([say("bundle_item", locale, {"item": title_of(one)}) for one in every], locale=locale)
    return say("discreet_bundle", locale, {"items": named})


def _speak_of_likes(candidate: Candidate, title_of: TitleOf, locale: Locale) -> str:
    borrowed = candidate.borrowed
    assert borrowed is not None, "only what likes speak for has this reason"
    values = {
        "alike_anchor": borrowed.anchor_by_title or borrowed.anchor_by,
        "alike_item": borrowed.item_by_title or borrowed.item_by,
        "anchor": title_of(candidate.anchor_id),
    }
    return say(f"discreet_{borrowed.level}", locale, values)
