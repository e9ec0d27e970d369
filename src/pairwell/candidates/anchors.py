"""What an offer is attached to: the cart, or the item looked at."""

from __future__ import annotations

from collections.abc import Container, Iterable

from pairwell.records import DecisionRequest, Ignored

CART_PLACEMENTS = frozenset({"cart", "checkout", "after_purchase"})


def find_anchors(request: DecisionRequest, known: Container[str]) -> list[str]:
    """The anchors of a request, sorted, without ids that are not `known`.

    In the cart, at checkout and after the purchase every cart line; elsewhere the last viewed item, and every
    cart line where nothing was viewed.
    """
    if request.placement in CART_PLACEMENTS or not request.viewed:
        wanted = {line.item_id for line in request.cart}
    else:
        wanted = {request.viewed[-1]}
    return sorted(item_id for item_id in wanted if item_id in known)


def find_ignored(request: DecisionRequest, known: Container[str]) -> list[Ignored]:
    """Every id in the request that is not `known`, each field in the request's order, once."""
    return [
        *_unknown("cart", (line.item_id for line in request.cart), known),
        *_unknown("viewed", request.viewed, known),
        *_unknown("available", request.available or (), known),
    ]


def _unknown(field: str, item_ids: Iterable[str], known: Container[str]) -> list[Ignored]:
    return [Ignored(field=field, id=item_id) for item_id in dict.fromkeys(item_ids) if item_id not in known]
