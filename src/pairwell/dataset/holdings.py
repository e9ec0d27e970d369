"""How much is in a dataset, and what that is enough for: records."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be done with the data, or not yet."""

    name: str
    open: bool
    found: str
    needed: str
    next_step: str  # empty where the gate is open


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the dataset."""

    tables: dict[str, int]  # rows as of now: one for each item and customer
    first_order: datetime | None  # of the orders that carry a date
    last_order: datetime | None
    orders: int
    customers: int  # in their table or named by an order
    items: int  # in their table or sold
    accounts: int  # customers that are firms
    gates: list[Gate]
