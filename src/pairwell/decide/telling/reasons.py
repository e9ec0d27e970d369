"""Why a candidate was not offered: a sentence for each reason, and one for the rules of the shop's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pairwell.decide.telling.parts import LeftAccount
from pairwell.decide.telling.words import Words, plain


class Sentence(NamedTuple):
    """What is true of everything that left for a reason, and what of one in particular.

    Of `each` the first is told whose factors are all there.
    """

    all: str
    each: tuple[str, ...] = ()


SENTENCES: Final[Mapping[str, Sentence]] = {
    # candidates
    "not_enough_evidence": Sentence(
        "Too little evidence that it goes with the purchase",
        ("bought together with {anchor_id} in {together} orders, {lift} times as often as by chance: perhaps luck",),
    ),
    "kind_not_in_placement": Sentence("Offers of this kind have no room in this placement"),
    # eligibility
    "unknown_item": Sentence("Not in the catalogue"),
    "not_available": Sentence("Not among what the request said is available"),
    "unpublished": Sentence("Not published"),
    "out_of_stock": Sentence("Out of stock", ("{stock} in stock, {wanted} are needed", "{stock} in stock")),
    "no_price": Sentence("Nobody knows its price"),
    "no_consent": Sentence("The customer has not agreed to be contacted this way", ("by {channel}",)),
    # applicability
    "bought_already": Sentence("It would replace what is bought and paid already", ("instead of {of}",)),
    "in_cart": Sentence("In the purchase already"),
    "variant_in_cart": Sentence("A variant of something in the purchase", ("a variant of {of}",)),
    "substitute_in_cart": Sentence("Bought instead of something in the purchase, not with it", ("instead of {of}",)),
    "never_together": Sentence("You said that the two never go together", ("never with {with}",)),
    "requires_missing": Sentence("Does not work without something that the customer lacks", ("it needs {requires}",)),
    "required_by_cart": Sentence(
        "Needed by something in the purchase: it belongs to that price and is no extra", ("{of} needs it",)
    ),
    "owned": Sentence("The customer has it, and people buy it once"),
    "alike_in_bundle": Sentence("Two things of the bundle stand for each other", ("{part} is like {of}",)),
    "just_returned": Sentence("The customer returned it lately"),
    # suitability
    "declined": Sentence("The customer said no to it lately"),
    "declined_variant": Sentence("The customer said no to a variant of it lately", ("a variant of {of}",)),
    "declined_substitute": Sentence("The customer said no to something like it lately", ("like {of}",)),
    "declined_often": Sentence(
        "The customer said no too often lately to be offered anything",
        ("{declines} times; {declines_to_silence} are enough",),
    ),
    "open_complaint": Sentence("The customer has a complaint that is not settled"),
    "open_ticket": Sentence("The customer has a question that is not answered"),
    "hesitating": Sentence("The customer hesitates, and offers would disturb"),
    # guards
    "add_on_price_share": Sentence(
        "Too dear beside this purchase",
        ("beside {purchase_minor} an add-on may cost {limit_minor}",),
    ),
    "upgrade_price_corridor": Sentence(
        "Not the right step in price",
        ("a step up costs {least_minor} to {limit_minor}",),
    ),
    "margin_floor_minor": Sentence(
        "Earns less than you ask of every offer", ("a sale earns {margin_minor}; you ask for {limit_minor}",)
    ),
    "discount_max_share": Sentence(
        "Its discount is larger than you allow", ("{discount_minor} off; you allow {limit_minor}",)
    ),
    "price_unknown": Sentence(
        "A price is unknown, so that it cannot be told whether this one is too dear",
        ("nobody knows the price of {of}", "the prices that are known add up to {purchase_minor}"),
    ),
    # caps
    "contacts": Sentence(
        "The customer has been contacted often enough", ("“{cap}”: {counted} contacts, {limit} are allowed",)
    ),
    "repeats": Sentence(
        "Offered to this customer often enough", ("“{cap}”: offered {counted} times, {limit} are allowed",)
    ),
    "given_away": Sentence("All that you give away of it is gone", ("“{cap}”: {counted} of {limit}",)),
    "ended": Sentence("Its time is over", ("“{cap}” ended on {until}",)),
    # worth
    "worth_not_positive": Sentence("Showing it would add no money"),
    "worth_below_its_cost": Sentence("Showing it would add less than it costs"),
    "slate_not_worth_its_cost": Sentence(
        "Worth a place, but the answer as a whole was not worth showing",
        ("the whole answer adds {slate_worth_minor} and costs {slate_cost_minor} each time",),
    ),
    # choice
    "not_drawn": Sentence("Worth showing; the places went to others by lot"),
    "clashes_with_slate": Sentence("Worth showing, but not beside what was drawn", ("not beside {with}",)),
}
_PLACES: Final = {reason: place for place, reason in enumerate(SENTENCES)}
_INSIDE = frozenset({"rule", "later", "rule_failed", "anchor_id", "pin", "items", "part"})


def reason_of_all(left: LeftAccount) -> str:
    """What is true of everything that left for this reason."""
    if "rule" in left.factors and left.reason not in SENTENCES:
        return f"Your rule “{left.factors['rule']}” ({left.reason})"
    known = SENTENCES.get(left.reason)
    return known.all if known else left.reason.replace("_", " ").capitalize()


def nearness(reason: str) -> int:
    """Of two reasons of one stage the one with the greater number is nearer to being shown."""
    return _PLACES.get(reason, -1)


def reason_of_one(left: LeftAccount, words: Words) -> str:
    """What is true of this one; empty where there is no more to say."""
    if "rule" in left.factors:
        return _rule(left.factors, named=left.reason not in SENTENCES)
    facts = {name: words.fact(name, value) for name, value in left.factors.items()}
    known = SENTENCES.get(left.reason)
    for sentence in known.each if known else ():
        if all(f"{{{name}}}" not in sentence or name in facts for name in _names(sentence)):
            return sentence.format_map(facts)
    return ""


def _names(sentence: str) -> list[str]:
    return [part.split("}")[0] for part in sentence.split("{")[1:]]


def _rule(factors: Mapping[str, Any], *, named: bool) -> str:
    read = ", ".join(f"{name} {plain(value)}" for name, value in factors.items() if name not in _INSIDE)
    return "; ".join(
        text
        for text in (
            "" if named else f"your rule “{factors['rule']}”",
            f"it read {read}" if read else "",
            f"it could not be worked out: {factors['rule_failed']}" if "rule_failed" in factors else "",
            f"to wait for: {factors['later'].rstrip('.')}" if "later" in factors else "",
        )
        if text
    )
