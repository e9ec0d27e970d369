"""The tables of the dataset: columns, keys, and what is replaced whole.

Money is int64 in minor units of the shop's currency, net of tax; moments are UTC with microseconds;
`attributes` is a JSON object as text. A price that nobody stated is null, never 0.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa

from pairwell.errors import NotFoundError

SCHEMA_VERSION = 1

DATED_FROM = datetime(1971, 1, 1, tzinfo=UTC)
"""Orders placed before it carry no date but the order of their rows: microseconds since 1970."""

_TEXT, _WHOLE, _REAL, _FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_MOMENT = pa.timestamp("us", "UTC")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the dataset.

    Rows that agree in `owner` belong to one thing and are replaced together. Where the moment is part of
    the key, every owner has a history: its rows of one moment are one revision of it.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]  # unique, never null
    owner: tuple[str, ...]
    moment: str | None  # the column that "as of" looks at

    @property
    def revised(self) -> bool:
        """Whether the table keeps the older revisions of its things."""
        return self.moment in self.key and self.moment not in self.owner

    @property
    def group(self) -> tuple[str, ...]:
        """The columns of what one merge replaces whole."""
        return (*self.owner, self.moment) if self.revised and self.moment else self.owner


def find_table(name: str) -> Table:
    """The table called `name`. Raises `NotFoundError` naming those that exist."""
    try:
        return TABLES[name]
    except KeyError as error:
        raise NotFoundError(f"{name!r} is no table of the dataset.", hint=f"Tables: {', '.join(TABLES)}.") from error


def _schema(columns: dict[str, pa.DataType]) -> pa.Schema:
    """Columns by name; a name that ends in `?` may be null."""
    return pa.schema([pa.field(name.rstrip("?"), kind, nullable=name.endswith("?")) for name, kind in columns.items()])


_ITEMS = Table(
    name="items",
    schema=_schema(
        {
            "item_id": _TEXT,
            "valid_from": _MOMENT,
            "derived": _FLAG,  # true: worked out from order lines, false: stated by a catalogue
            "kind?": _TEXT,
            "title?": _TEXT,
            "category?": _TEXT,
            "brand?": _TEXT,
            "family?": _TEXT,
            "tier?": _WHOLE,
            "price_minor?": _WHOLE,
            "cost_minor?": _WHOLE,
            "rating?": _REAL,
            "n_ratings?": _WHOLE,
            "attributes?": _TEXT,
            "purpose?": _TEXT,
            "requires?": _TEXT,
            "image_url?": _TEXT,
            "url?": _TEXT,
            "published": _FLAG,
        }
    ),
    key=("item_id", "derived", "valid_from"),
    owner=("item_id", "derived"),
    moment="valid_from",
)

_RELATIONS = Table(
    name="relations",
    schema=_schema(
        {
            "anchor_id": _TEXT,
            "item_id": _TEXT,
            "relation": _TEXT,
            "source": _TEXT,
            "rank?": _WHOLE,
            "valid_from": _MOMENT,
        }
    ),
    key=("anchor_id", "source", "item_id", "relation", "valid_from"),
    owner=("anchor_id", "source"),  # the ranks of one anchor make sense only together
    moment="valid_from",
)

_OFFER_TEXTS = Table(
    name="offer_texts",
    schema=_schema(
        {
            "item_id": _TEXT,
            "kind": _TEXT,  # of the offer
            "placement": _TEXT,  # empty: any
            "locale": _TEXT,  # in lower case
            "variant": _TEXT,  # empty: the only one, or one without a name
            "source": _TEXT,
            "title?": _TEXT,
            "argument?": _TEXT,
            "image_url?": _TEXT,
            "valid_from": _MOMENT,
        }
    ),
    key=("item_id", "source", "kind", "placement", "locale", "variant", "valid_from"),
    owner=("item_id", "source"),
    moment="valid_from",
)

_CUSTOMERS = Table(
    name="customers",
    schema=_schema({"customer_id": _TEXT, "valid_from": _MOMENT, "account_id?": _TEXT, "attributes?": _TEXT}),
    key=("customer_id", "valid_from"),
    owner=("customer_id",),
    moment="valid_from",
)

_ORDERS = Table(
    name="orders",
    schema=_schema(
        {
            "order_id": _TEXT,
            "customer_id?": _TEXT,
            "placed_at": _MOMENT,
            "channel?": _TEXT,
            "seller_id?": _TEXT,
            "discount_minor": _WHOLE,
            "shipping_minor": _WHOLE,
            "tax_minor": _WHOLE,
            "currency": _TEXT,
            "rate": _REAL,
        }
    ),
    key=("order_id",),
    owner=("order_id",),
    moment="placed_at",
)

_ORDER_LINES = Table(
    name="order_lines",
    schema=_schema(
        {
            "order_id": _TEXT,
            "line_no": _WHOLE,
            "item_id": _TEXT,
            "quantity": _REAL,
            "unit_price_minor?": _WHOLE,
            "discount_minor": _WHOLE,
            "unit_cost_minor?": _WHOLE,
            "role?": _TEXT,
            "decision_id?": _TEXT,
            "offer_no?": _WHOLE,
        }
    ),
    key=("order_id", "line_no"),
    owner=("order_id",),
    moment=None,  # the order's
)

_RETURNS = Table(
    name="returns",
    schema=_schema({"order_id": _TEXT, "line_no": _WHOLE, "quantity": _REAL, "at": _MOMENT, "refund_minor?": _WHOLE}),
    key=("order_id", "line_no", "at"),
    owner=("order_id", "line_no", "at"),  # one line may come back in parts
    moment="at",
)

_EVENTS = Table(
    name="events",
    schema=_schema(
        {
            "event_id": _TEXT,
            "at": _MOMENT,
            "type": _TEXT,  # one of `pairwell.records.BehaviourType`
            "customer_id?": _TEXT,
            "visitor_id?": _TEXT,
            "item_id?": _TEXT,
            "placement?": _TEXT,
        }
    ),
    key=("event_id",),
    owner=("event_id",),
    moment="at",
)

_CONSENTS = Table(
    name="consents",
    schema=_schema({"customer_id": _TEXT, "channel": _TEXT, "given": _FLAG, "at": _MOMENT}),
    key=("customer_id", "channel", "at"),
    owner=("customer_id", "channel", "at"),  # a customer's mind at one moment; the newest one holds
    moment="at",
)

_NEEDS = Table(
    name="needs",
    schema=_schema({"customer_id": _TEXT, "need": _TEXT, "how": _TEXT, "since": _MOMENT}),
    key=("customer_id", "need", "since"),
    owner=("customer_id", "need", "since"),
    moment="since",
)

_FEEDBACK = Table(
    name="feedback",
    schema=_schema(
        {
            "feedback_id": _TEXT,  # made of the content
            "at": _MOMENT,
            "customer_id?": _TEXT,
            "kind": _TEXT,  # one of `pairwell.records.FeedbackKind`
            "score?": _REAL,  # as it was given: csat and review 1..5, nps 0..10
            "text?": _TEXT,
            "order_id?": _TEXT,
            "decision_id?": _TEXT,
        }
    ),
    key=("feedback_id",),
    owner=("feedback_id",),
    moment="at",
)

_ORDER_STATUS = Table(
    name="order_status",
    schema=_schema({"order_id": _TEXT, "status": _TEXT, "at": _MOMENT}),  # status: completed or cancelled
    key=("order_id", "at"),
    owner=("order_id", "at"),
    moment="at",
)

_SUBSCRIPTIONS = Table(
    name="subscriptions",
    schema=_schema(
        {
            "subscription_id": _TEXT,  # made of the content where the source calls it nothing
            "account_id": _TEXT,  # whose it is, as customers are called
            "plan_id": _TEXT,  # the item that it is of
            "started_at": _MOMENT,
            "ended_at?": _MOMENT,
            "seats?": _WHOLE,
            "is_trial": _FLAG,
        }
    ),
    key=("subscription_id", "plan_id"),
    owner=("subscription_id",),
    moment="started_at",
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
        _SUBSCRIPTIONS,
    )
}
