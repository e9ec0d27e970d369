"""Why a candidate was not offered: a sentence for each reason, and one for the rules of the shop's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pairwell.decide.telling.parts import LeftAccount
from pairwell.decide.telling.words import Words, plain
from pairwell.records import Withheld
from pairwell.said import Said, joined, phrase, unfilled


class Sentence(NamedTuple):
    """What is true of everything that left for a reason, and what of one in particular.

    Of `each` the first is told whose factors are all there.
    """

    all: Said
    each: tuple[str, ...] = ()


SENTENCES: Final[Mapping[str, Sentence]] = {
    # candidates
    "not_enough_evidence": Sentence(
        phrase("Too little evidence that it goes with the purchase"),
        (
            unfilled(
                "bought together with {anchor_id} in {together} orders, {lift} times as often as by chance: "
                "perhaps luck"
            ),
        ),
    ),
    "kind_not_in_placement": Sentence(phrase("Offers of this kind have no room in this placement")),
    # eligibility
    "unknown_item": Sentence(phrase("Not in the catalogue")),
    "not_available": Sentence(phrase("Not among what the request said is available")),
    "unpublished": Sentence(phrase("Not published")),
    "out_of_stock": Sentence(
        phrase("Out of stock"),
        (
            unfilled("{stock} in stock, {wanted} are needed"),
            unfilled("{stock} in stock"),
        ),
    ),
    "no_price": Sentence(phrase("Nobody knows its price")),
    "no_consent": Sentence(phrase("The customer has not agreed to be contacted this way"), (unfilled("by {channel}"),)),
    # applicability
    "bought_already": Sentence(
        phrase("It would replace what is bought and paid already"), (unfilled("instead of {of}"),)
    ),
    "in_cart": Sentence(phrase("In the purchase already")),
    "variant_in_cart": Sentence(phrase("A variant of something in the purchase"), (unfilled("a variant of {of}"),)),
    "substitute_in_cart": Sentence(
        phrase("Bought instead of something in the purchase, not with it"), (unfilled("instead of {of}"),)
    ),
    "never_together": Sentence(phrase("You said that the two never go together"), (unfilled("never with {with}"),)),
    "requires_missing": Sentence(
        phrase("Does not work without something that the customer lacks"), (unfilled("it needs {requires}"),)
    ),
    "required_by_cart": Sentence(
        phrase("Needed by something in the purchase: it belongs to that price and is no extra"),
        (unfilled("{of} needs it"),),
    ),
    "owned": Sentence(phrase("The customer has it, and people buy it once")),
    "alike_in_bundle": Sentence(
        phrase("Two things of the bundle stand for each other"), (unfilled("{part} is like {of}"),)
    ),
    "just_returned": Sentence(phrase("The customer returned it lately")),
    # suitability
    "declined": Sentence(phrase("The customer said no to it lately")),
    "declined_variant": Sentence(
        phrase("The customer said no to a variant of it lately"), (unfilled("a variant of {of}"),)
    ),
    "declined_substitute": Sentence(
        phrase("The customer said no to something like it lately"), (unfilled("like {of}"),)
    ),
    "declined_often": Sentence(
        phrase("The customer said no too often lately to be offered anything"),
        (unfilled("{declines} times; {declines_to_silence} are enough"),),
    ),
    "open_complaint": Sentence(phrase("The customer has a complaint that is not settled")),
    "open_ticket": Sentence(phrase("The customer has a question that is not answered")),
    "hesitating": Sentence(phrase("The customer hesitates, and offers would disturb")),
    # guards
    "add_on_price_share": Sentence(
        phrase("Too dear beside this purchase"), (unfilled("beside {purchase_minor} an add-on may cost {limit_minor}"),)
    ),
    "upgrade_price_corridor": Sentence(
        phrase("Not the right step in price"), (unfilled("a step up costs {least_minor} to {limit_minor}"),)
    ),
    "margin_floor_minor": Sentence(
        phrase("Earns less than you ask of every offer"),
        (unfilled("a sale earns {margin_minor}; you ask for {limit_minor}"),),
    ),
    "discount_max_share": Sentence(
        phrase("Its discount is larger than you allow"), (unfilled("{discount_minor} off; you allow {limit_minor}"),)
    ),
    "price_unknown": Sentence(
        phrase("A price is unknown, so that it cannot be told whether this one is too dear"),
        (
            unfilled("nobody knows the price of {of}"),
            unfilled("the prices that are known add up to {purchase_minor}"),
        ),
    ),
    # caps
    "contacts": Sentence(
        phrase("The customer has been contacted often enough"),
        (unfilled("“{cap}”: {counted} contacts, {limit} are allowed"),),
    ),
    "repeats": Sentence(
        phrase("Offered to this customer often enough"),
        (unfilled("“{cap}”: offered {counted} times, {limit} are allowed"),),
    ),
    "given_away": Sentence(
        phrase("All that you give away of it is gone"), (unfilled("“{cap}”: {counted} of {limit}"),)
    ),
    "ended": Sentence(phrase("Its time is over"), (unfilled("“{cap}” ended on {until}"),)),
    # worth
    "worth_not_positive": Sentence(phrase("Showing it would add no money")),
    "worth_below_its_cost": Sentence(phrase("Showing it would add less than it costs")),
    "slate_not_worth_its_cost": Sentence(
        phrase("Worth a place, but the answer as a whole was not worth showing"),
        (unfilled("the whole answer adds {slate_worth_minor} and costs {slate_cost_minor} each time"),),
    ),
    # choice
    "not_drawn": Sentence(phrase("Worth showing; the places went to others by lot")),
    "clashes_with_slate": Sentence(
        phrase("Worth showing, but not beside what was drawn"), (unfilled("not beside {with}"),)
    ),
}
_PLACES: Final = {reason: place for place, reason in enumerate(SENTENCES)}
_INSIDE = frozenset({"rule", "later", "rule_failed", "anchor_id", "pin", "items", "part"})


def reason_of_all(left: LeftAccount | Withheld) -> str:
    """What is true of everything that left for this reason."""
    if "rule" in left.factors and left.reason not in SENTENCES:
        return phrase("Your rule “{rule}” ({reason})", rule=left.factors["rule"], reason=left.reason)
    return say_reason(left.reason)


def say_reason(reason: str) -> str:
    """Why candidates are held back, in words."""
    known = SENTENCES.get(reason)
    return known.all if known else reason.replace("_", " ").capitalize()


def nearness(reason: str) -> int:
    """Of two reasons of one stage the one with the greater number is nearer to being shown."""
    return _PLACES.get(reason, -1)


def reason_of_one(left: LeftAccount, words: Words) -> str:
    """What is true of this one; empty where there is no more to say."""
    if "rule" in left.factors:
        return _rule(left.factors, named=left.reason not in SENTENCES)
    facts = {name: words.fact(name, value) for name, value in left.factors.items()}
    known = SENTENCES.get(left.reason)
    for one in known.each if known else ():
        if all(name in facts for name in _names(one)):
            return phrase(one, **facts)
    return ""


def _names(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def _rule(factors: Mapping[str, Any], *, named: bool) -> Said:
    read = [joined(name, plain(value)) for name, value in factors.items() if name not in _INSIDE]
    return joined(
        "" if named else phrase("your rule “{rule}”", rule=factors["rule"]),
        phrase("it read {facts}", facts=joined(*read, between=", ")) if read else "",
        phrase("it could not be worked out: {why}", why=factors["rule_failed"]) if "rule_failed" in factors else "",
        phrase("to wait for: {what}", what=factors["later"].rstrip(".")) if "later" in factors else "",
        between="; ",
    )
