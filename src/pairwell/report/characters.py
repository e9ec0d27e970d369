"""Groups of customers in words: "buy rarely, dear things, mostly Camping"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pairwell.measure.customers.behaviour import Behaviour, Behaviours
from pairwell.measure.customers.visits import Array
from pairwell.said import joined, number, phrase

_MORE, _LESS = 1.25, 0.8  # times the others'
_MOSTLY = 0.5  # of the group's money
_LEANING = 1.5  # times the others' share
_WORTH_NAMING = 0.1


def describe(found: Behaviours, number: int) -> str:
    """What sets group `number` apart from others, by medians."""
    group, others = found.groups[number], found.others[number]
    words = [
        *_frequency(group, others),
        *_money(group, others),
        *_lately(group, others),
        *_categories(found, number),
    ]
    return joined(*words, between=", ") or phrase("buy like most customers")


def _frequency(group: Behaviour, others: Behaviour) -> Iterator[str]:
    if group.purchases <= 1 < others.purchases:
        yield phrase("bought once")
    elif group.purchases >= _MORE * others.purchases:
        yield phrase("buy often")
    elif group.purchases <= _LESS * others.purchases:
        yield phrase("buy rarely")


def _money(group: Behaviour, others: Behaviour) -> Iterator[str]:
    """An item's price is what a visit comes to by its items."""
    price, usual = group.visit_value / max(group.visit_items, 1), others.visit_value / max(others.visit_items, 1)
    if group.visit_items >= _MORE * others.visit_items:
        yield phrase("several things at once")
    elif group.visit_items <= _LESS * others.visit_items:
        yield phrase("few things at once")
    if price >= _MORE * usual > 0:
        yield phrase("dear things")
    elif price <= _LESS * usual:
        yield phrase("cheap things")


def _lately(group: Behaviour, others: Behaviour) -> Iterator[str]:
    if group.days_since >= others.days_since / _LESS + 1:
        yield phrase("not seen for {days} days", days=number(group.days_since))
    elif group.days_since <= others.days_since * _LESS - 1:
        yield phrase("came lately")


def _categories(found: Behaviours, number: int) -> Iterator[str]:
    shares: Array = found.shares[number]
    if not shares.size:
        return
    first = int(np.argmax(shares))
    if shares[first] >= _MOSTLY:
        yield phrase("mostly {category}", category=found.categories[first])
        return
    times = np.where(shares >= _WORTH_NAMING, shares / np.maximum(found.usual[number], 1e-9), 0)
    if times.max() >= _LEANING:
        yield phrase("more {category} than others", category=found.categories[int(np.argmax(times))])
