"""Shopify's webhooks: the resources of its Admin API as they stand, told in the words of its exports.

So an order that comes by itself and the same order in a file become the same: both go through the same reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from pairwell.ingest.vendors.cells import email_of, text
from pairwell.ingest.vendors.export import Given
from pairwell.ingest.vendors.shopify_orders import order_cells
from pairwell.ingest.vendors.shopify_orders import reshape as reshape_orders
from pairwell.serve.online.feeds.items import gone_events
from pairwell.serve.online.feeds.returns import Returns
from pairwell.serve.online.feeds.sales import Order, Seller, consent_events, order_events, read_order
from pairwell.serve.online.feeds.shopify_items import item_events
from pairwell.serve.online.feeds.told import Cells, EventBody, Terms, Told, part, parts
from pairwell.serve.online.feeds.values import minor, moment, name_of, whole

SOURCE: Final = "shopify"
_CONSENTS: Final = {"subscribed": True, "unsubscribed": False, "not_subscribed": False, "redacted": False}
_NO: Final = frozenset({"unsubscribed", "redacted"})
_TEST_GATEWAY = "Bogus"


def _tell_order(payload: Cells, terms: Terms) -> Told:
    """An order as of `updated_at`, its refunds, and what was said of e-mails with it; without a name it is none."""
    if text(payload.get("name")) is None:
        return Told(left={"no_order_id": 1})
    version = moment(payload.get("updated_at"), terms.zone) or terms.now
    rows = _rows(payload)
    seller = Seller(
        source=SOURCE, currency=terms.currency, zone=terms.zone, net=False, key_of=lambda given: given.cells.get("id")
    )
    first = rows[0] if rows else Given(SOURCE, 0, _of_order(payload))
    order = read_order(reshape_orders(rows), order_cells(first.cells), seller)
    if order.left.get("test_order"):
        return Told(left=dict(order.left))
    told = order_events(order, version)
    returns = _returns(order, payload, version)
    consents = [*consent_events(order), *_consent(part(payload, "customer"), version)]
    return Told(events=[*told, *returns, *consents], left=dict(order.left))


def _rows(payload: Cells) -> list[Given]:
    """The rows of the export: one a line, with the order's own cells on the first."""
    name = payload.get("name")
    refunded = _refunded(payload)
    rows = [{"Name": name, **_of_line(line, refunded)} for line in parts(payload, "line_items")]
    if rows:
        rows[0] = _of_order(payload) | rows[0]
    return [Given(SOURCE, place, _stated(row)) for place, row in enumerate(rows)]


def _stated(cells: Cells) -> Cells:
    return {name: cell for name, cell in cells.items() if cell not in (None, "")}


def _of_order(payload: Cells) -> Cells:
    gateways = payload.get("payment_gateway_names")
    names = [str(name) for name in gateways] if isinstance(gateways, list) else []
    agreed = payload.get("buyer_accepts_marketing")
    cells = {
        "Name": payload.get("name"),
        "Email": payload.get("email") or payload.get("contact_email"),
        "Phone": payload.get("phone"),
        "Currency": payload.get("currency"),
        "Financial Status": payload.get("financial_status"),
        "Fulfillment Status": payload.get("fulfillment_status"),
        "Cancelled at": payload.get("cancelled_at"),
        "Created at": payload.get("created_at"),
        "Source": payload.get("source_name"),
        "Subtotal": _shop_money(payload, "subtotal_price"),
        "Shipping": _shop_money(payload, "total_shipping_price"),
        "Taxes": _shop_money(payload, "total_tax"),
        "Total": _shop_money(payload, "total_price"),
        "Discount Amount": _shop_money(payload, "total_discounts"),
        "Payment Method": " + ".join([*names, _TEST_GATEWAY] if payload.get("test") is True else names),
        "Accepts Marketing": {True: "yes", False: "no"}.get(agreed) if isinstance(agreed, bool) else None,
        "Shipping Country": part(payload, "shipping_address").get("country_code"),
        "Billing Country": part(payload, "billing_address").get("country_code"),
    }
    return _stated(cells)


def _refunded(payload: Cells) -> Counter[str | None]:
    """Pieces in refunds, by the number of the line."""
    found: Counter[str | None] = Counter()
    for refund in parts(payload, "refunds"):
        for line in parts(refund, "refund_line_items"):
            quantity = whole(line.get("quantity"))
            found[text(line.get("line_item_id"))] += quantity if isinstance(quantity, int) else 0
    return found


def _sold(line: Cells, refunded: Mapping[str | None, int]) -> Any:  # noqa: ANN401
    """Pieces that were sold: those that an edit took out were not, those that came back were.

    `current_quantity` lacks both, and refunds name the second.
    """
    ordered, current = whole(line.get("quantity")), whole(line.get("current_quantity"))
    if not isinstance(ordered, int) or not isinstance(current, int):
        return line.get("quantity")
    return min(ordered, current + refunded.get(text(line.get("id")), 0))


def _of_line(line: Cells, refunded: Mapping[str | None, int]) -> Cells:
    gift = line.get("gift_card") is True
    return {
        "id": text(line.get("id")),
        "Lineitem name": "Gift card" if gift else line.get("name") or line.get("title"),
        "Lineitem sku": None if gift else line.get("sku"),
        "Lineitem requires shipping": "true" if line.get("requires_shipping") is True and not gift else "false",
        "Lineitem quantity": _sold(line, refunded),
        "Lineitem price": _shop_money(line, "price"),
        "Lineitem discount": _shop_money(line, "total_discount"),
        "Vendor": line.get("vendor"),
    }


def _shop_money(cells: Cells, name: str) -> Any:  # noqa: ANN401
    """An amount in the shop's money, not in that which the customer saw."""
    stated = part(part(cells, f"{name}_set"), "shop_money").get("amount")
    return cells.get(name) if stated is None else stated


def _returns(order: Order, payload: Cells, version: datetime) -> list[EventBody]:
    """The lines of refunds; of an order that was paid back whole also what they do not name."""
    if not order.lines:
        return []
    returns = Returns(order)
    at = order.placed_at or version
    for refund in parts(payload, "refunds"):
        at = moment(refund.get("created_at") or refund.get("processed_at")) or at
        lines = parts(refund, "refund_line_items")
        for line in lines:
            number = order.numbers.get(text(line.get("line_item_id")))
            quantity = whole(line.get("quantity"))
            if number is None or not isinstance(quantity, int) or quantity < 1:
                order.left["not_goods"] += 1
                continue
            stated = minor(_shop_money(line, "subtotal"), order.currency)
            returns.add(number, quantity, at, refund=stated, name=line.get("id"))
        if not lines and order.cells.get("status") != "refunded":
            order.left["return_line_unclear"] += 1
    if order.cells.get("status") == "refunded":
        returns.add_rest(at)
    return returns.events


def _tell_customer(payload: Cells, terms: Terms) -> Told:
    """A yes or no to e-mails."""
    version = moment(payload.get("updated_at"), terms.zone) or terms.now
    events = list(_consent(payload, version))
    return Told(events=events, left={} if events else {"nothing_said": 1})


def _consent(customer: Cells, version: datetime) -> Iterator[EventBody]:
    """What a customer said of e-mails; `email_address` is what the topic of consents calls it."""
    address = email_of(customer.get("email") or customer.get("email_address"))
    said = part(customer, "email_marketing_consent")
    state = (text(said.get("state")) or "").casefold()
    given, stated = _CONSENTS.get(state), moment(said.get("consent_updated_at"))
    at = stated or version
    # Who was never asked has a state, too, and no moment of it.
    if address is not None and given is not None and (stated is not None or state in _NO):
        yield {
            "event_id": name_of(SOURCE, "consent", customer.get("id") or customer.get("customer_id"), at, given),
            "type": "consent",
            "at": at,
            "customer_id": address,
            "consent": {"channel": "email", "given": given},
        }


def _tell_product(payload: Cells, terms: Terms) -> Told:
    """Price, stock and publication of each variant."""
    version = moment(payload.get("updated_at"), terms.zone) or terms.now
    return item_events(payload, version, terms)


def _tell_deleted(payload: Cells, delivery: str, terms: Terms) -> Told:
    """A product that was deleted, of which no more is told than its number."""
    return gone_events(SOURCE, text(payload.get("id")) or "", delivery, terms)


_TOLD_BY: Final = MappingProxyType(
    {
        "orders/edited": "told_by_orders_updated",
        "refunds/create": "told_by_orders_updated",
        "inventory_levels/update": "told_by_products_update",
    }
)  # what they tell names neither order nor item as orders and products call them, and comes with these too
_READERS: Final[Mapping[str, Callable[[Cells, Terms], Told]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled",
                "orders/partially_fulfilled",
            ),
            _tell_order,
        ),
        **dict.fromkeys(("products/create", "products/update"), _tell_product),
        **dict.fromkeys(
            ("customers/create", "customers/update", "customers_email_marketing_consent/update"), _tell_customer
        ),
    }
)  # fmt: skip
_DELETED, _DELIVERY = "products/delete", "x-shopify-webhook-id"
TOPICS: Final = (*_READERS, _DELETED)


def tell_shopify(topic: str, payload: Cells, headers: Mapping[str, str], terms: Terms) -> Told:
    """What a delivery tells. A topic that is not taken tells nothing, and neither does a test."""
    reader = _READERS.get(topic.casefold())
    if topic.casefold() == _DELETED and headers.get("x-shopify-test", "").casefold() != "true":
        return _tell_deleted(payload, headers.get(_DELIVERY, ""), terms)
    if reader is None:
        return Told(left={_TOLD_BY.get(topic.casefold(), "topic_not_taken"): 1})
    if headers.get("x-shopify-test", "").casefold() == "true":
        return Told(left={"test_delivery": 1})
    return reader(payload, terms)
