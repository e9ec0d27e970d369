"""The fields that each table understands: what they mean and what kind of content they hold."""

from __future__ import annotations

from typing import Literal

import msgspec

from pairwell.errors import MappingError

Kind = Literal[
    "id", "text", "number", "count", "money", "moment", "flag", "code",
    "share",  # 0..1, or percent
    "limit",  # a number, or that there is none
    "rate",  # money of one unit, exact
    "day",  # a moment, or a month, which stands for its first day
]  # fmt: skip


class Field(msgspec.Struct, frozen=True):
    """A field of a table, as files bring it."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


_LINES = (
    Field("order_id", "id", "what one purchase is called; its lines share it", True),
    Field("item_id", "id", "what was bought; a title stands in where there is no id", True),
    Field("placed_at", "moment", "when the order was placed"),
    Field("customer_id", "id", "who bought"),
    Field("title", "text", "name of the item"),
    Field("quantity", "number", "how many; negative: taken back"),
    Field("unit_price", "money", "price of one"),
    Field("line_total", "money", "price of the whole line"),
    Field("line_discount", "money", "taken off the line"),
    Field("unit_cost", "money", "what one costs the shop"),
    Field("currency", "code", "three letters"),
    Field("category", "text", 'where the item belongs, "A > B"'),
    Field("brand", "text", "maker"),
    Field("family", "text", "model; variants share it"),
    Field("channel", "text", "where it was sold: web, store, …"),
    Field("seller_id", "id", "who sold it"),
    Field("status", "text", "completed, cancelled, …"),
    Field("role", "text", "primary or added"),
    Field("discount", "money", "taken off the whole order"),
    Field("shipping", "money", "delivery charge of the order"),
    Field("tax", "money", "tax of the order"),
)

_ITEMS = (
    Field("item_id", "id", "what the item is called in orders", True),
    Field("valid_from", "moment", "since when this holds"),
    Field("kind", "code", "good, service or plan"),
    Field("title", "text", "name of the item"),
    Field("category", "text", 'where the item belongs, "A > B"'),
    Field("brand", "text", "maker"),
    Field("family", "text", "model; variants share it"),
    Field("tier", "count", "place in the ladder of its family"),
    Field("price", "money", "what one sells for"),
    Field("cost", "money", "what one costs the shop"),
    Field("rating", "number", "mean rating"),
    Field("n_ratings", "count", "number of ratings"),
    Field("purpose", "text", "the job it does"),
    Field("requires", "id", "what it cannot work without"),
    Field("image_url", "text", "picture"),
    Field("url", "text", "page"),
    Field("published", "flag", "whether it may be sold"),
    Field("stock", "number", "how many are there"),
    Field("currency", "code", "three letters"),
)

_CUSTOMERS = (
    Field("customer_id", "id", "what the customer is called in orders", True),
    Field("account_id", "id", "the firm the customer buys for"),
    Field("valid_from", "moment", "since when this holds"),
)

_RELATIONS = (
    Field("anchor_id", "id", "the item looked at", True),
    Field("item_id", "id", "the item that relates to it", True),
    Field("relation", "code", "complement, substitute, upgrade, variant, requires, never or nothing", True),
    Field("rank", "count", "place in the list, 0 first"),
    Field("valid_from", "moment", "since when this holds"),
)

_OFFER_TEXTS = (
    Field("item_id", "id", "the item that is offered", True),
    Field("kind", "code", "of the offer: cross_sell, upgrade, bundle, plan, trial or repeat", True),
    Field("locale", "code", "language, or language and country: en, ru, pl, en-GB", True),
    Field("placement", "id", "where; empty: anywhere"),
    Field("variant", "id", "of several texts for one place, each customer sees one"),
    Field("title", "text", "name of the item in the offer, up to 120 characters"),
    Field("argument", "text", "why to take it, up to 500 characters"),
    Field("image_url", "text", "picture: https://… or a path"),
    Field("withdrawn", "flag", "yes takes back what was said for this place"),
    Field("valid_from", "moment", "since when this holds"),
)

_RETURNS = (
    Field("order_id", "id", "the order it came from", True),
    Field("item_id", "id", "what came back"),
    Field("line_no", "count", "or which line of the order"),
    Field("line_id", "id", "or what the shop calls that line"),
    Field("quantity", "number", "how many came back"),
    Field("at", "moment", "when it came back"),
    Field("refund", "money", "what was paid back"),
)

_EVENTS = (
    Field("type", "code", "what happened: view, add_to_cart, …", True),
    Field("at", "moment", "when it happened", True),
    Field("item_id", "id", "what it happened to"),
    Field("customer_id", "id", "who did it, where that is known"),
    Field("visitor_id", "id", "whose browser or device it was"),
    Field("session_id", "id", "which visit it belongs to; kept as part of visitor_id"),
    Field("event_id", "id", "what the event is called; without one it is called by its content"),
    Field("placement", "code", "where on the page"),
)

_CONSENTS = (
    Field("customer_id", "id", "whose word it is", True),
    Field("channel", "code", "what it is about: email, sms, call, personalisation, …", True),
    Field("given", "flag", "yes or no", True),
    Field("at", "moment", "when it was said", True),
)

_NEEDS = (
    Field("customer_id", "id", "whose need it is", True),
    Field("need", "code", "what is needed, in your own words", True),
    Field("how", "code", "how that is known: said, used or bought"),
    Field("since", "moment", "since when", True),
)

_FEEDBACK = (
    Field("kind", "code", "csat, nps, complaint, ticket_opened, ticket_closed, review or note", True),
    Field("at", "moment", "when it was said", True),
    Field("customer_id", "id", "who said it"),
    Field("score", "number", "csat and review 1 to 5, nps 0 to 10"),
    Field("text", "text", "the words"),
    Field("order_id", "id", "the order it is about"),
    Field("decision_id", "id", "the decision it is about"),
)

_ORDER_STATUS = (
    Field("order_id", "id", "the order", True),
    Field("status", "code", "completed or cancelled", True),
    Field("at", "moment", "since when", True),
)

_SUBSCRIPTIONS = (
    Field("subscription_id", "id", "what the subscription is called; without it, it is called by its content"),
    Field("account_id", "id", "whose it is: what the customer is called in orders", True),
    Field("plan_id", "id", "what the plan is called as an item", True),
    Field("started_at", "moment", "since when it runs", True),
    Field("ended_at", "moment", "when it ended"),
    Field("seats", "count", "for how many"),
    Field("is_trial", "flag", "whether it is tried and not bought"),
)

_PLANS = (
    Field("plan_id", "id", "what the plan is called in subscriptions; a title stands in where there is no id", True),
    Field("valid_from", "moment", "since when this holds"),
    Field("kind", "code", "plan or add_on; without it a plan"),
    Field("family", "text", "plans that replace each other"),
    Field("tier", "count", "place in the family, the larger plan the higher; without it by the fee"),
    Field("title", "text", "name of the plan"),
    Field("fee", "money", "what a period of it costs"),
    Field("period", "code", "month or year; without it a month"),
    Field("seats_included", "count", "seats in the fee"),
    Field("seats_max", "limit", "most seats that can be had"),
    Field("seat_price", "money", "each further seat in a period"),
    Field("meters", "text", "what is counted, as a JSON list"),
    Field("features", "text", 'names, as a JSON list or "a; b; c"'),
    Field("min_term_months", "count", "for how long it is bought at least"),
    Field("prorated", "flag", "whether a part of a period costs that part; without it yes"),
    Field("purpose", "text", "the job it does"),
    Field("requires", "text", "plans one of which must be there, for an add-on"),
    Field("cost", "money", "what a period of it costs the seller"),
    Field("meter", "text", "where a row is one meter of a plan: which"),
    Field("included", "limit", "of that meter in each period"),
    Field("price", "rate", "one unit beyond those included"),
    Field("up_to", "limit", "up to how many units beyond those included that price holds"),
    Field("block", "number", "more is sold by so many units"),
    Field("cap", "money", "more is never paid for the meter in a period"),
    Field("per_seat", "flag", "whether each seat includes that much"),
    Field("volume", "flag", "whether the tier reached prices all units"),
    Field("currency", "code", "three letters"),
)

_USAGE = (
    Field("account_id", "id", "who used it: what the customer is called in orders", True),
    Field("meter", "text", "what was used", True),
    Field("at", "day", "when, or in which month", True),
    Field("quantity", "number", "how much since the last row", True),
    Field("usage_id", "id", "what this is called; without it, it is called by account, meter and moment"),
)

_ACCOUNTS = (
    Field("account_id", "id", "what the firm is called in subscriptions, usage and orders", True),
    Field("valid_from", "moment", "since when this holds"),
)

_BENEFITS = (
    Field("feature", "text", "a feature of plans, which saves that much each month"),
    Field("meter", "text", "or a meter, of which each unit saves that much"),
    Field("minutes", "number", "working time saved"),
    Field("money", "money", "or money saved, without tax"),
    Field("text", "text", "in words"),
    Field("currency", "code", "three letters"),
)

_STORIES = (
    Field("story_id", "id", "what the story is called; its languages share it", True),
    Field("text", "text", "the words", True),
    Field("locale", "code", "language: en, ru, pl", True),
    Field("industry", "text", "of the customer whose story it is"),
    Field("need", "text", "what the customer needed"),
    Field("use", "text", "what the customer uses: a plan, a feature, a meter"),
)

_SELLERS = (
    Field("seller_id", "id", "what the seller is called in orders", True),
    Field("store", "text", "where the seller works"),
    Field("name", "text", "what people call the seller"),
    Field("valid_from", "moment", "since when this holds"),
)

_TARGETS = (
    Field("seller_id", "id", "whose target it is", True),
    Field("period", "text", "month, quarter or year: 2026-11, 2026-Q4, 2026", True),
    Field("revenue", "money", "to be sold in the period"),
    Field("attach_rate", "share", "share of orders with an add-on"),
    Field("currency", "code", "three letters"),
)

_TABLES: dict[str, tuple[Field, ...]] = {
    "orders": _LINES,
    "order_lines": _LINES,
    "items": _ITEMS,
    "customers": _CUSTOMERS,
    "relations": _RELATIONS,
    "offer_texts": _OFFER_TEXTS,
    "returns": _RETURNS,
    "events": _EVENTS,
    "consents": _CONSENTS,
    "needs": _NEEDS,
    "feedback": _FEEDBACK,
    "order_status": _ORDER_STATUS,
    "subscriptions": _SUBSCRIPTIONS,
    "accounts": _ACCOUNTS,
    "plans": _PLANS,
    "usage": _USAGE,
    "benefits": _BENEFITS,
    "stories": _STORIES,
    "sellers": _SELLERS,
    "targets": _TARGETS,
}

# Fields with a free part in their name, by table: of the customer (or, in a catalogue, of the item) and of the item.
_OPEN: dict[str, tuple[str, ...]] = {
    "orders": ("attributes.", "item_attributes."),
    "order_lines": ("attributes.", "item_attributes."),
    "items": ("attributes.",),
    "customers": ("attributes.",),
    "accounts": ("attributes.",),
    "plans": ("features.",),
}
_METER = "meters."
_OF_METER: dict[str, Kind] = {
    field.name: field.kind
    for field in _PLANS
    if field.name in {"included", "price", "up_to", "block", "cap", "per_seat", "volume"}
}


def tables() -> list[str]:
    """Tables that files can fill."""
    return list(_TABLES)


def fields_of(table: str) -> tuple[Field, ...]:
    """The named fields of a table, most important first; `MappingError` where there is no such table."""
    try:
        return _TABLES[table]
    except KeyError as error:
        raise MappingError(
            f"{table!r} is not a table that files can fill.", hint=f"Choose one of {', '.join(_TABLES)}.", field="table"
        ) from error


def field_names(table: str) -> list[str]:
    """Names of all fields of a table, the open ones as `attributes.NAME`, of plans also `meters.NAME.included`."""
    named = [field.name for field in fields_of(table)] + [f"{prefix}NAME" for prefix in _OPEN.get(table, ())]
    return [*named, *(f"{_METER}NAME.{part}" for part in _OF_METER)] if table == "plans" else named


def is_field(table: str, name: str) -> bool:
    """Whether the table has this field; `attributes.anything` counts where attributes are kept."""
    if any(name.startswith(prefix) and name != prefix for prefix in _OPEN.get(table, ())):
        return True
    return _meter_part(table, name) is not None or any(field.name == name for field in fields_of(table))


def kind_of(table: str, name: str) -> Kind:
    """What kind of content a field holds; open fields are text, but for those of plans."""
    if (part := _meter_part(table, name)) is not None:
        return _OF_METER[part]
    if table == "plans" and name.startswith("features."):
        return "flag"
    return next((field.kind for field in fields_of(table) if field.name == name), "text")


def _meter_part(table: str, name: str) -> str | None:
    """`included` of `meters.messages.included`."""
    meter, _, part = name.removeprefix(_METER).rpartition(".")
    return part if table == "plans" and name.startswith(_METER) and meter and part in _OF_METER else None
