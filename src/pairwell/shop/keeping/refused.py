"""Whose a refused row is, as far as it can be told."""

from __future__ import annotations

from typing import Any

import msgspec

from pairwell.ingest.vocabulary import fields_of
from pairwell.shop.keeping.whom import Whom

_OF_NOBODY = {"items", "relations", "offer_texts", "plans", "benefits", "stories", "sellers", "targets"}
_OF_ACCOUNTS = {"accounts", "subscriptions", "usage"}
_FREE = ("attributes.", "item_attributes.")  # what a shop says of customers and items in numbers and words of its own


def is_theirs(whom: Whom, table: str, row: str) -> bool:
    """Whether a row that was refused for `table` goes with a person.

    One that was read as far as its fields says whose it is. Where it names nobody, it is theirs if a cell of it is one
    of their ids, be it short, or if it holds a long one as a word; one that was never read, if it holds any as a word.
    """
    if table in _OF_NOBODY:
        return False
    fields = _fields(row)
    if fields is None:
        return whom.is_in(row)
    own = "account_id" if table in _OF_ACCOUNTS else "customer_id"
    customer, visitor, order = (_text(fields.get(name)) for name in (own, "visitor_id", "order_id"))
    if customer is None and visitor is None:
        return order in whom.order_ids or _is_cell(whom, table, fields) or whom.without_short().is_in(row)
    return customer in whom.customer_ids or (customer is None and visitor in whom.visitor_ids)


def _is_cell(whom: Whom, table: str, fields: dict[str, Any]) -> bool:
    """Whether a cell under a vendor's own name is one of their ids and nothing else.

    Under our names none is: there an id is an order's or an item's, and a number counts.
    """
    ours = {field.name for field in fields_of(table)}
    return any(_holds(whom, value) for name, value in fields.items() if name not in ours and not name.startswith(_FREE))


def _holds(whom: Whom, value: object) -> bool:
    if isinstance(value, (dict, list)):
        parts = value.values() if isinstance(value, dict) else value
        return any(_holds(whom, part) for part in parts)
    return _text(value) in whom.ids


def _fields(row: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(row, type=dict[str, Any])
    except msgspec.MsgspecError:
        return None


def _text(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value).strip()
