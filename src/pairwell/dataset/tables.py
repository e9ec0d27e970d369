"""The tables of the dataset: columns, keys, and what is replaced whole.

Money is int64 in minor units of the shop's currency, net of tax; moments are UTC with microseconds;
`attributes` is a JSON object as text. A price that nobody stated is null, never 0.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pairwell.dataset.contracts import CONTRACTS
from pairwell.dataset.table import FLAG, MOMENT, REAL, TEXT, WHOLE, Table, schema_of
from pairwell.errors import NotFoundError

SCHEMA_VERSION = 1

DATED_FROM = datetime(1971, 1, 1, tzinfo=UTC)
"""Orders placed before it carry no date but the order of their rows: microseconds since 1970."""


def find_table(name: str) -> Table:
    """The table called `name`. Raises `NotFoundError` naming those that exist."""
    try:
        return TABLES[name]
    except KeyError as error:
        raise NotFoundError(f"{name!r} is no table of the dataset.", hint=f"Tables: {', '.join(TABLES)}.") from error


_ITEMS = Table(
    name="items",
    schema=schema_of(
        {
            "item_id": TEXT,
            "valid_from": MOMENT,
            "derived": FLAG,  # true: worked out from order lines, false: stated by a catalogue
            "kind?": TEXT,
            "title?": TEXT,
            "category?": TEXT,
            "brand?": TEXT,
            "family?": TEXT,
            "tier?": WHOLE,
            "price_minor?": WHOLE,
            "cost_minor?": WHOLE,
            "rating?": REAL,
            "n_ratings?": WHOLE,
            "attributes?": TEXT,
            "purpose?": TEXT,
            "requires?": TEXT,
            "image_url?": TEXT,
            "url?": TEXT,
            "published": FLAG,
        }
    ),
    key=("item_id", "derived", "valid_from"),
    owner=("item_id", "derived"),
    moment="valid_from",
)

_RELATIONS = Table(
    name="relations",
    schema=schema_of(
        {
            "anchor_id": TEXT,
            "item_id": TEXT,
            "relation": TEXT,
            "source": TEXT,
            "rank?": WHOLE,
            "valid_from": MOMENT,
        }
    ),
    key=("anchor_id", "source", "item_id", "relation", "valid_from"),
    owner=("anchor_id", "source"),  # the ranks of one anchor make sense only together
    moment="valid_from",
)

_OFFER_TEXTS = Table(
    name="offer_texts",
    schema=schema_of(
        {
            "item_id": TEXT,
            "kind": TEXT,  # of the offer
            "placement": TEXT,  # empty: any
            "locale": TEXT,  # in lower case
            "variant": TEXT,  # empty: the only one, or one without a name
            "source": TEXT,
            "title?": TEXT,
            "argument?": TEXT,
            "image_url?": TEXT,
            "valid_from": MOMENT,
        }
    ),
    key=("item_id", "source", "kind", "placement", "locale", "variant", "valid_from"),
    owner=("item_id", "source"),
    moment="valid_from",
)

_CUSTOMERS = Table(
    name="customers",
    schema=schema_of({"customer_id": TEXT, "valid_from": MOMENT, "account_id?": TEXT, "attributes?": TEXT}),
    key=("customer_id", "valid_from"),
    owner=("customer_id",),
    moment="valid_from",
)

_ORDERS = Table(
    name="orders",
    schema=schema_of(
        {
            "order_id": TEXT,
            "customer_id?": TEXT,
            "placed_at": MOMENT,
            "channel?": TEXT,
            "seller_id?": TEXT,
            "discount_minor": WHOLE,
            "shipping_minor": WHOLE,
            "tax_minor": WHOLE,
            "currency": TEXT,
            "rate": REAL,
        }
    ),
    key=("order_id",),
    owner=("order_id",),
    moment="placed_at",
)

_ORDER_LINES = Table(
    name="order_lines",
    schema=schema_of(
        {
            "order_id": TEXT,
            "line_no": WHOLE,
            "item_id": TEXT,
            "quantity": REAL,
            "unit_price_minor?": WHOLE,
            "discount_minor": WHOLE,
            "unit_cost_minor?": WHOLE,
            "role?": TEXT,
            "decision_id?": TEXT,
            "offer_no?": WHOLE,
        }
    ),
    key=("order_id", "line_no"),
    owner=("order_id",),
    moment=None,  # the order's
)

_RETURNS = Table(
    name="returns",
    schema=schema_of({"order_id": TEXT, "line_no": WHOLE, "quantity": REAL, "at": MOMENT, "refund_minor?": WHOLE}),
    key=("order_id", "line_no", "at"),
    owner=("order_id", "line_no", "at"),  # one line may come back in parts
    moment="at",
)

_EVENTS = Table(
    name="events",
    schema=schema_of(
        {
            "event_id": TEXT,
            "at": MOMENT,
            "type": TEXT,  # one of `pairwell.records.BehaviourType`
            "customer_id?": TEXT,
            "visitor_id?": TEXT,
            "item_id?": TEXT,
            "placement?": TEXT,
        }
    ),
    key=("event_id",),
    owner=("event_id",),
    moment="at",
)

_CONSENTS = Table(
    name="consents",
    schema=schema_of({"customer_id": TEXT, "channel": TEXT, "given": FLAG, "at": MOMENT}),
    key=("customer_id", "channel", "at"),
    owner=("customer_id", "channel", "at"),  # a customer's mind at one moment; the newest one holds
    moment="at",
)

_NEEDS = Table(
    name="needs",
    schema=schema_of({"customer_id": TEXT, "need": TEXT, "how": TEXT, "since": MOMENT}),
    key=("customer_id", "need", "since"),
    owner=("customer_id", "need", "since"),
    moment="since",
)

_FEEDBACK = Table(
    name="feedback",
    schema=schema_of(
        {
            "feedback_id": TEXT,  # made of the content
            "at": MOMENT,
            "customer_id?": TEXT,
            "kind": TEXT,  # one of `pairwell.records.FeedbackKind`
            "score?": REAL,  # as it was given: csat and review 1..5, nps 0..10
            "text?": TEXT,
            "order_id?": TEXT,
            "decision_id?": TEXT,
        }
    ),
    key=("feedback_id",),
    owner=("feedback_id",),
    moment="at",
)

_ORDER_STATUS = Table(
    name="order_status",
    schema=schema_of({"order_id": TEXT, "status": TEXT, "at": MOMENT}),  # status: completed or cancelled
    key=("order_id", "at"),
    owner=("order_id", "at"),
    moment="at",
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _ITEMS,
        _RELATIONS,
        _OFFER_TEXTS,
        _CUSTOMERS,
        _ORDERS,
        _ORDER_LINES,
        _RETURNS,
        _EVENTS,
        _CONSENTS,
        _NEEDS,
        _FEEDBACK,
        _ORDER_STATUS,
        *CONTRACTS,
    )
}
