"""What conditions read of a scene: the request, the customer, the offer and now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pairwell.decide.rules.values import Read, read_item
from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set
from pairwell.records import Candidate, CustomerFacts, Item, Signal

OfferField = Callable[[Candidate, Scene], Any]
OfferColumn = Callable[[Sequence[Candidate], Scene], list[Any]]
_NOBODY = CustomerFacts()
_DAY = timedelta(days=1)


def reader_of(scene: Scene) -> Read:
    """Reads request, customer and now."""
    return lambda record, name: _OF_SCENE[record][name](scene)


def offer_reader(candidate: Candidate, scene: Scene) -> Read:
    """Reads everything: the candidate and its anchor, too."""
    return lambda record, name: offer_field(record, name)(candidate, scene)


@cache
def offer_field(record: str, name: str) -> OfferField:
    """How a field is read for one candidate."""
    if record == "offer":
        return _OF_OFFER[name]
    if record == "item":
        return lambda candidate, scene: read_item(scene.items[candidate.item_id], scene.settings.shop, name)
    if record == "anchor":
        return lambda candidate, scene: read_item(_anchor(candidate, scene), scene.settings.shop, name)
    return lambda _, scene: _OF_SCENE[record][name](scene)


@cache
def offer_column(record: str, name: str) -> OfferColumn:
    """How a field is read for many candidates at once."""
    if record == "offer" and name in _COLUMNS:
        return _COLUMNS[name]
    field = offer_field(record, name)
    return lambda candidates, scene: [field(candidate, scene) for candidate in candidates]


def is_acute(scene: Scene) -> bool:
    """Whether a need is urgent or the seller asks: what overrides rules of timing."""
    attributes = scene.request.attributes
    return attributes.get("acute") == "true" or bool(attributes.get("need")) or scene.request.seller_id is not None


def _anchor(candidate: Candidate, scene: Scene) -> Item:
    return scene.items.get(candidate.anchor_id) or Item(item_id=candidate.anchor_id)


def _customer(scene: Scene) -> CustomerFacts:
    return scene.inputs.customer or _NOBODY


def _local(scene: Scene) -> datetime:
    return scene.inputs.now.astimezone(ZoneInfo(scene.settings.shop.timezone))


def _days(scene: Scene, moment: datetime | None) -> float | None:
    return None if moment is None else (scene.inputs.now - moment) / _DAY


def _lately(scene: Scene) -> list[Signal]:
    since = scene.inputs.now - timedelta(minutes=scene.settings.hesitation.window_minutes)
    return [signal for signal in scene.inputs.signals if signal.at > since]


def _hesitation(scene: Scene) -> float:
    weights = scene.settings.hesitation.weights
    return float(sum(getattr(weights, signal.type) for signal in _lately(scene)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole > 0 else 0.0


_REQUEST: Mapping[str, Callable[[Scene], Any]] = {
    "placement": lambda scene: scene.request.placement,
    "channel": lambda scene: scene.placement.channel,
    "interrupts": lambda scene: scene.placement.interrupts,
    "locale": lambda scene: scene.request.locale,
    "cart_items": lambda scene: sum(line.quantity for line in scene.request.cart),
    "cart_lines": lambda scene: len({line.item_id for line in scene.request.cart}),
    "cart_total_minor": lambda scene: scene.purchase.total_minor if scene.request.cart else 0,
    "viewed": lambda scene: scene.request.viewed,
    "seller": lambda scene: scene.request.seller_id or "",
    "acute": is_acute,
    "attributes": lambda scene: scene.request.attributes,
    "hour": lambda scene: _local(scene).hour,
    "weekday": lambda scene: _local(scene).isoweekday(),
}
_CUSTOMER: Mapping[str, Callable[[Scene], Any]] = {
    "known": lambda scene: scene.inputs.customer is not None,
    "attributes": lambda scene: _customer(scene).attributes,
    "consents": lambda scene: _customer(scene).consents,
    "needs": lambda scene: _customer(scene).needs,
    "orders": lambda scene: _customer(scene).orders,
    "days_since_order": lambda scene: _days(scene, _customer(scene).last_order_at),
    "discounted_share": lambda scene: _share(_customer(scene).discounted_orders, _customer(scene).orders),
    "returned_share": lambda scene: _share(_customer(scene).units_returned, _customer(scene).units),
    "open_complaints": lambda scene: _customer(scene).open_complaints,
    "open_tickets": lambda scene: _customer(scene).open_tickets,
    "satisfaction": lambda scene: _customer(scene).satisfaction,
    "declines": lambda scene: len(scene.declined),
    "hesitation": _hesitation,
    "hesitating": lambda scene: _hesitation(scene) >= scene.settings.hesitation.silent_from,
    "signals": lambda scene: dict(Counter(signal.type for signal in _lately(scene))),
}
_OF_SCENE: Mapping[str, Mapping[str, Callable[[Scene], Any]]] = {
    "request": _REQUEST,
    "customer": _CUSTOMER,
    "now": {"": lambda scene: scene.inputs.now},
}


def _price(candidate: Candidate, scene: Scene) -> int:
    if candidate.bundle is not None and (priced := price_set(candidate, scene)) is not None:
        return priced.price_minor
    price = scene.terms[candidate.item_id].price_minor
    assert price is not None, "what has no price is not eligible"
    return price


def _price_share(candidate: Candidate, scene: Scene) -> float | None:
    total = scene.purchase.total_minor
    return _price(candidate, scene) / total if total > 0 else None


def _price_ratio(candidate: Candidate, scene: Scene) -> float | None:
    line = scene.lines.get(candidate.anchor_id)
    return None if line is None or not line.paid_minor else _price(candidate, scene) / line.paid_minor


def _margin(candidate: Candidate, scene: Scene) -> float:
    if candidate.bundle is not None and (priced := price_set(candidate, scene)) is not None:
        return priced.margin_minor
    return scene.terms[candidate.item_id].margin_minor


def _needed(candidate: Candidate, scene: Scene) -> bool:
    purpose = scene.items[candidate.item_id].attributes.get("purpose")
    needs = _customer(scene).needs
    return bool(purpose) and (purpose in needs or purpose == scene.request.attributes.get("need"))


_OF_OFFER: Mapping[str, Callable[[Candidate, Scene], Any]] = {
    "kind": lambda candidate, _: candidate.kind,
    "source": lambda candidate, _: candidate.source,
    "pinned": lambda candidate, _: candidate.pin is not None,
    "price_minor": _price,
    "price_share": _price_share,
    "price_ratio": _price_ratio,
    "margin_minor": _margin,
    "confidence": lambda candidate, _: candidate.evidence.confidence if candidate.evidence else None,
    "lift": lambda candidate, _: candidate.evidence.lift if candidate.evidence else None,
    "owned": lambda candidate, scene: candidate.item_id in scene.owned,
    "days_since_returned": lambda candidate, scene: _days(scene, _customer(scene).returned_at.get(candidate.item_id)),
    "needed": _needed,
}


def _prices(candidates: Sequence[Candidate], scene: Scene) -> list[Any]:
    terms = scene.terms
    return [
        terms[candidate.item_id].price_minor if candidate.bundle is None else _price(candidate, scene)
        for candidate in candidates
    ]


def _price_shares(candidates: Sequence[Candidate], scene: Scene) -> list[Any]:
    total = scene.purchase.total_minor
    return [price / total if total > 0 else None for price in _prices(candidates, scene)]


# Fields that are asked of every candidate of most decisions: a call for each would cost more than the reading.
_COLUMNS: Mapping[str, OfferColumn] = {
    "kind": lambda candidates, _: [candidate.kind for candidate in candidates],
    "source": lambda candidates, _: [candidate.source for candidate in candidates],
    "price_minor": _prices,
    "price_share": _price_shares,
    "margin_minor": lambda candidates, scene: [_margin(candidate, scene) for candidate in candidates],
    "confidence": lambda candidates, _: [one.evidence.confidence if one.evidence else None for one in candidates],
    "lift": lambda candidates, _: [one.evidence.lift if one.evidence else None for one in candidates],
    "owned": lambda candidates, scene: [candidate.item_id in scene.owned for candidate in candidates],
}
