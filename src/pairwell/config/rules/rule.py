"""A business rule, and the signals of hesitation that rules read."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

RuleStage = Literal["eligibility", "applicability", "suitability"]
RuleScope = Literal["request", "item", "offer"]
Industry = Literal["retail", "grocery", "food", "travel", "finance", "auto", "telecom", "services", "saas"]
_Name = Annotated[str, Meta(min_length=1, max_length=256)]


class SignalWeights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much each thing done lately speaks of hesitation."""

    view: Annotated[float, Meta(ge=0.0, le=100.0, description="Looked at an item.")] = 0.0
    search: Annotated[float, Meta(ge=0.0, le=100.0, description="Searched.")] = 0.0
    add_to_cart: Annotated[float, Meta(ge=0.0, le=100.0, description="Put an item into the cart.")] = 0.0
    remove_from_cart: Annotated[float, Meta(ge=0.0, le=100.0, description="Took an item out of the cart.")] = 1.0
    checkout: Annotated[float, Meta(ge=0.0, le=100.0, description="Went to the checkout.")] = 0.0
    click: Annotated[float, Meta(ge=0.0, le=100.0, description="Clicked an offer.")] = 0.0
    exposure: Annotated[float, Meta(ge=0.0, le=100.0, description="Saw an offer.")] = 0.0
    accept: Annotated[float, Meta(ge=0.0, le=100.0, description="Took an offer.")] = 0.0
    decline: Annotated[float, Meta(ge=0.0, le=100.0, description="Declined an offer.")] = 1.0
    dismiss: Annotated[float, Meta(ge=0.0, le=100.0, description="Closed an offer without a word.")] = 1.0


class Hesitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What tells that a customer hesitates; the rules read it as `customer.hesitation` and `customer.hesitating`."""

    window_minutes: Annotated[
        float, Meta(gt=0.0, le=1_440.0, description="Minutes back for which what was done counts.")
    ] = 30.0
    silent_from: Annotated[float, Meta(gt=0.0, description="Weighted sum from which a customer is hesitating.")] = 3.0
    weights: SignalWeights = SignalWeights()


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A business rule, `[[rules]]`: one CEL condition that withholds offers where it is true; see docs/rules.md."""

    name: Annotated[_Name, Meta(description="Its own name.")]
    stage: Annotated[
        RuleStage,
        Meta(
            description='"eligibility": may it be offered at all; "applicability": is it relevant now; '
            '"suitability": is it right towards this person.'
        ),
    ]
    scope: Annotated[
        RuleScope,
        Meta(
            description='"request" sees request, customer and now; "item" sees item; "offer" sees all, anchor and '
            "offer too."
        ),
    ]
    when: Annotated[str, Meta(min_length=1, max_length=10_000, description="The condition, in CEL.")]
    reason: Annotated[
        str, Meta(pattern="^[a-z][a-z0-9_]*$", max_length=64, description="The code that a withheld offer gets.")
    ]
    later: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1_000)] | None,
        Meta(description="What to wait for: silence then is `later`, with this text."),
    ] = None
    unless_acute: Annotated[bool, Meta(description="Whether an acute need, or the seller who asks, overrides it.")] = (
        False
    )
    placements: Annotated[tuple[_Name, ...], Meta(description="Placements it holds for; empty: all.")] = ()
    channels: Annotated[tuple[_Name, ...], Meta(description="Channels it holds for; empty: all.")] = ()


def usual_rules() -> tuple[Rule, ...]:
    """The rules of a shop that says nothing else."""
    return (
        Rule(
            name="just returned",
            stage="applicability",
            scope="offer",
            when="offer.days_since_returned != null && offer.days_since_returned < 60.0",
            reason="just_returned",
        ),
        Rule(
            name="open complaint",
            stage="suitability",
            scope="request",
            when="customer.open_complaints > 0",
            reason="open_complaint",
            later="The complaint is settled.",
        ),
        Rule(
            name="open ticket",
            stage="suitability",
            scope="request",
            when="customer.open_tickets > 0",
            reason="open_ticket",
            later="The ticket is closed.",
            unless_acute=True,
        ),
        Rule(
            name="hesitating",
            stage="suitability",
            scope="request",
            when="customer.hesitating",
            reason="hesitating",
            unless_acute=True,
        ),
    )
