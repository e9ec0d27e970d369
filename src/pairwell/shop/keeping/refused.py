"""Whose a refused row is, as far as it can be told."""

from __future__ import annotations

from typing import Any

import msgspec

from pairwell.shop.keeping.whom import Whom

_OF_NOBODY = {"items", "relations", "offer_texts"}


def is_theirs(whom: Whom, table: str, row: str) -> bool:
    """Whether a row that was refused for `table` goes with a person.

    One that was read as far as its fields says whose it is. Where it names nobody, or was never read, it is theirs if
    it holds one of their ids as a word.
    """
    if table in _OF_NOBODY:
        return False
    fields = _fields(row)
    if fields is None:
        return whom.is_in(row)
    own = "account_id" if table == "subscriptions" else "customer_id"
    customer, visitor, order = (_text(fields.get(name)) for name in (own, "visitor_id", "order_id"))
    if customer is None and visitor is None:
        return order in whom.order_ids or whom.without_short().is_in(row)
    return customer in whom.customer_ids or (customer is None and visitor in whom.visitor_ids)


def _fields(row: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(row, type=dict[str, Any])
    except msgspec.MsgspecError:
        return None


def _text(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value).strip()
