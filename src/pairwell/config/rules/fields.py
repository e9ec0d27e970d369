"""What a condition may read: every record and field, with its type, its unit and when it is null."""

from __future__ import annotations

import math
from typing import Literal, cast

import msgspec

from pairwell.config.rules.rule import RuleScope, SignalWeights
from pairwell.config.rules.trigger import TriggerEvent

FieldType = Literal[
    "bool", "int", "double", "string", "timestamp", "list of strings", "map of strings", "map of bools", "map of ints"
]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a condition may read."""

    type: FieldType
    meaning: str
    null: str | None = None  # when it is null; None: never
    values: tuple[str, ...] = ()  # the only ones that it, or what a map holds, ever has; empty: any
    keys: tuple[str, ...] = ()  # the only ones that a map ever has; empty: any
    least: float = -math.inf  # of a number, or of those that a map holds
    most: float = math.inf


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings around a rule make known."""

    placements: tuple[str, ...]
    channels: tuple[str, ...]


def _field(kind: FieldType, meaning: str, null: str | None = None, *, of: tuple[str, ...] = ()) -> Field:
    return Field(type=kind, meaning=meaning, null=null, values=of)


def _number(
    kind: Literal["int", "double"],
    meaning: str,
    null: str | None = None,
    *,
    least: float = 0.0,
    most: float = math.inf,
) -> Field:
    return Field(type=kind, meaning=meaning, null=null, least=least, most=most)


_ITEM = {
    "item_id": _field("string", "Its id."),
    "title": _field("string", "Empty where unknown."),
    "kind": _field("string", '"good", "service" or "plan".', of=("good", "service", "plan")),
    "category": _field("string", 'As a path, "A > B > C"; empty where unknown.'),
    "brand": _field("string", "Empty where unknown."),
    "family": _field("string", "Variants share it; empty where it has none."),
    "tier": _field("int", "Its step on the ladder of its kind.", "where unknown"),
    "price_minor": _number("int", "As the customer pays a unit, in minor units.", "where unknown"),
    "cost_minor": _number("int", "Net, a unit, in minor units.", "where unknown"),
    "rating": _field("double", "As the shop's ratings are counted.", "where unknown"),
    "n_ratings": _number("int", "Ratings behind it; 0 where unknown."),
    "stock": _field("int", "Units in stock.", "where stock is not tracked"),
    "published": _field("bool", "Whether it is on sale."),
    "attributes": _field("map of strings", "Whatever the shop says of it."),
}

RECORDS: dict[str, dict[str, Field]] = {
    "request": {
        "placement": _field("string", "Where the offer would appear."),
        "channel": _field("string", "The placement's channel."),
        "interrupts": _field("bool", "Whether the placement comes unasked."),
        "locale": _field("string", 'Such as "en" or "pl_PL".'),
        "cart_items": _number("int", "Units in the cart."),
        "cart_lines": _number("int", "Different items in the cart."),
        "cart_total_minor": _number("int", "The lines with known prices, as the customer pays them, in minor units."),
        "viewed": _field("list of strings", "Ids of what was looked at, newest last."),
        "seller": _field("string", "Id of the seller who asks; empty where nobody sells."),
        "acute": _field("bool", "`attributes.acute` is 'true', or `attributes.need` names a need, or a seller asks."),
        "attributes": _field("map of strings", "Whatever the request says."),
        "hour": _number("int", "0..23 in the shop's time zone.", most=23.0),
        "weekday": _number("int", "1 Monday .. 7 Sunday in the shop's time zone.", least=1.0, most=7.0),
    },
    "customer": {
        "known": _field("bool", "Whether facts may be read: not of visitors, nor without consent to personalisation."),
        "attributes": _field("map of strings", "Whatever the shop says of the customer."),
        "consents": _field("map of bools", "By channel; a channel that nobody was asked about is missing."),
        "needs": _field(
            "map of strings", "Need to how it is known: said, used, bought.", of=("said", "used", "bought")
        ),
        "orders": _number("int", "Orders so far."),
        "days_since_order": _field("double", "Days since the last order.", "before the first order"),
        "discounted_share": _number("double", "Share of the orders with a discount, 0..1; 0 without orders.", most=1.0),
        "returned_share": _number("double", "Share of the units that came back, 0..1; 0 without orders.", most=1.0),
        "open_complaints": _number("int", "Complaints not settled yet."),
        "open_tickets": _number("int", "Tickets not closed yet."),
        "satisfaction": _number("double", "The newest score, 0..1.", "where the customer was never asked", most=1.0),
        "declines": _number("int", "Offers declined within the quiet period; of visitors too."),
        "hesitation": _number("double", "Weighted sum of what was done lately, see `[hesitation]`; of visitors too."),
        "hesitating": _field("bool", "Whether that sum reaches `hesitation.silent_from`."),
        "signals": Field(
            type="map of ints",
            meaning="How often each kind of thing was done lately; what was not done is missing.",
            keys=SignalWeights.__struct_fields__,
            least=1.0,
        ),
    },
    "item": _ITEM,
    "anchor": _ITEM,
    "offer": {
        "kind": _field(
            "string",
            '"cross_sell", "upgrade", "bundle" or "repeat".',
            of=("cross_sell", "upgrade", "bundle", "repeat"),
        ),
        "source": _field(
            "string",
            '"pairs", "backoff", "viewed", "follow_up", "upgrades", "bundles", "repeat" or "curated".',
            of=("pairs", "backoff", "viewed", "follow_up", "upgrades", "bundles", "repeat", "curated"),
        ),
        "pinned": _field("bool", "Whether people pinned it."),
        "price_minor": _number("int", "As the customer pays it, in minor units."),
        "price_share": _number(
            "double", "Of the purchase: the cart, else the anchor.", "where that has no known price"
        ),
        "price_ratio": _number("double", "Times the price of its anchor.", "where that has no known price"),
        "margin_minor": _field("double", "What a sale earns, net, in minor units."),
        "confidence": _number("double", "P(bought | anchor bought), 0..1.", "without evidence of its own", most=1.0),
        "lift": _number("double", "Times as often together as by chance.", "without evidence of its own"),
        "owned": _field("bool", "Whether the customer bought it before."),
        "days_since_returned": _field("double", "Days since the customer sent it back.", "where that never happened"),
        "needed": _field(
            "bool", "Whether the item's attribute `purpose` is among the customer's needs, or is the request's `need`."
        ),
    },
}
NOW = _field("timestamp", "The moment of the request, UTC.")
SCOPES: dict[RuleScope, tuple[str, ...]] = {
    "request": ("request", "customer", "now"),
    "item": ("item",),
    "offer": ("request", "customer", "item", "anchor", "offer", "now"),
}
EVENTS: dict[str, dict[str, Field]] = {
    "usage": {
        "account_id": _field("string", "Whose usage it is."),
        "meter": _field("string", "What was used."),
        "quantity": _number("double", "How much of it, since it was told last."),
    },
    "need": {
        "need": _field("string", "What is needed."),
        "how": _field("string", "How that is known.", of=("said", "used", "bought")),
    },
    "order": {
        "items": _field("list of strings", "Ids of what was bought."),
        "lines": _number("int", "Its lines.", least=1.0),
        "units": _number("int", "Units in all of them.", least=1.0),
        "total_minor": _number(
            "int",
            "As the customer pays it, without shipping, in minor units.",
            "where a line tells no price, or prices without tax",
        ),
        "currency": _field("string", "Of its prices.", "where the order names none, and it is the shop's"),
    },
}
"""What the condition of a trigger reads of its event."""
ALL_RECORDS: dict[str, dict[str, Field]] = {**RECORDS, **EVENTS}


def seen_by(scope: RuleScope | TriggerEvent) -> tuple[str, ...]:
    """What a rule of that scope sees, or a trigger on that event."""
    return (scope, "customer", "now") if scope in EVENTS else SCOPES[cast("RuleScope", scope)]


def field_of(record: str, name: str) -> Field:
    """What is known of `record.name`, or of `now`."""
    return NOW if record == "now" else ALL_RECORDS[record][name]


def inner_kind(kind: str) -> str:
    """The type of what a map or list of that type holds."""
    return kind.split(" of ")[1].removesuffix("s")


def values_of(reading: str, places: Places | None) -> tuple[str, ...]:
    """The values that the settings leave to `request.placement` and `request.channel`; empty for all others."""
    known = {} if places is None else {"request.placement": places.placements, "request.channel": places.channels}
    return known.get(reading, ())
