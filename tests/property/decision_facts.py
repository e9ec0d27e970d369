"""The facts of a decision, read plainly."""

from __future__ import annotations

from tests.property.random_shops import Case

from pairwell.records import Item, Offer


def known_items(case: Case) -> dict[str, Item]:
    return {item_id: case.items[item_id] for item_id in case.inputs.items}


def items_of(case: Case, offer: Offer) -> list[Item]:
    """Everything that it adds."""
    assert case.inputs.items.keys() >= set(offer.adds), "an item whose facts were not read"
    return [case.items[item_id] for item_id in offer.adds]


def anchors(case: Case) -> set[str]:
    request = case.inputs.request
    lines = {line.item_id for line in request.cart}
    in_cart = request.placement in ("cart", "checkout", "after_purchase") or not request.viewed
    return (lines if in_cart else {request.viewed[-1]}) & set(case.inputs.items)
