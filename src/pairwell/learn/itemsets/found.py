"""Association rules that were found: records."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["all", "closed", "maximal"]  # itemsets that rules are made of
Sort = Literal["lift", "confidence", "support"]


class Association(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys all of `antecedent` also buys `consequent`: in `count` orders."""

    antecedent: list[str]
    consequent: str
    support: float  # share of all orders with both sides
    confidence: float  # share of the orders with the left side that hold the right one
    lift: float  # confidence against the share of all orders with the right side
    leverage: float  # support above what it were if both sides were independent
    count: int
    antecedent_orders: int
    consequent_orders: int


class AssociationsFound(msgspec.Struct, frozen=True, kw_only=True):
    """The rules asked for, best first, and under which terms they were found."""

    rules: list[Association]
    rules_found: int  # also those beyond the n asked for
    itemsets: int
    orders: int
    min_support: float
    min_support_chosen: bool  # nobody stated it
    min_count: int  # orders
    min_confidence: float
    max_items: int | None
    kind: Kind
    sort: Sort
    titles: dict[str, str]  # of the items in the rules, where known
