"""Orders of no shop, each as a vendor's file holds it and as the vendor's webhook tells it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st
from tests.unit.serve.online.feeds.payloads import money

HEADER = [
    "Name",
    "Email",
    "Financial Status",
    "Fulfillment Status",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Amount",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Vendor",
    "Cancelled at",
    "Payment Method",
    "Refunded Amount",
    "Source",
    "Lineitem discount",
    "Phone",
]
_CENTS = st.integers(0, 30_000)


def euros(cents: int) -> str:
    """Cents as vendors write them."""
    return f"{Decimal(cents) / 100:.2f}"


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """One line, in cents as it is priced."""

    name: str
    sku: str | None
    price: int
    quantity: int
    off: int
    kind: str  # "goods", "gift" or "tip"


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """One order."""

    lines: list[Sold]
    off: int  # the whole order, beside its lines
    shipping: int
    tax: int
    currency: str
    email: str | None
    paid: str
    sent: str | None
    cancelled: bool
    test: bool
    agreed: bool

    @property
    def subtotal(self) -> int:
        return sum(line.price * line.quantity - line.off for line in self.lines) - self.off


@st.composite
def _sold(draw: st.DrawFn) -> Sold:
    kind = draw(st.sampled_from(["goods"] * 6 + ["gift", "tip"]))
    name = {"gift": "Gift card - 25", "tip": "Tip"}.get(kind) or draw(st.sampled_from(["Mat - Blue", "Tent", "Lamp"]))
    price, quantity = draw(_CENTS), draw(st.integers(1, 4))
    off = draw(st.integers(0, price * quantity)) if draw(st.booleans()) else 0
    sku = draw(st.sampled_from([None, "MAT", "TENT-2"])) if kind == "goods" else None
    return Sold(name=name, sku=sku, price=price, quantity=quantity, off=off, kind=kind)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Any order of goods, gift cards and tips."""
    lines = draw(st.lists(_sold(), min_size=1, max_size=5))
    left = sum(line.price * line.quantity - line.off for line in lines)
    return Sale(
        lines=lines,
        off=draw(st.integers(0, left)) if draw(st.booleans()) else 0,
        shipping=draw(_CENTS),
        tax=draw(_CENTS),
        currency=draw(st.sampled_from(["EUR", "EUR", "GBP"])),
        email=draw(st.sampled_from([None, "Buyer1@Example.com", "buyer2@example.com"])),
        paid=draw(
            st.sampled_from(["paid", "paid", "paid", "pending", "partially_paid", "voided", "expired", "refunded"])
        ),
        sent=draw(st.sampled_from([None, "fulfilled", "partial"])),
        cancelled=draw(st.integers(0, 5)) == 0,
        test=draw(st.integers(0, 5)) == 0,
        agreed=draw(st.booleans()),
    )


def shopify_rows(name: str, sale: Sale) -> list[dict[str, str]]:
    """The rows of Shopify's export of orders."""
    taken_off = sum(line.off for line in sale.lines) + sale.off
    order = {
        "Financial Status": sale.paid,
        "Fulfillment Status": sale.sent or "unfulfilled",
        "Accepts Marketing": "yes" if sale.agreed else "no",
        "Currency": sale.currency,
        "Subtotal": euros(sale.subtotal),
        "Shipping": euros(sale.shipping),
        "Taxes": euros(sale.tax),
        "Total": euros(sale.subtotal + sale.shipping),
        "Discount Amount": euros(taken_off),
        "Cancelled at": "2026-03-03 10:00:00 +0100" if sale.cancelled else "",
        "Payment Method": "(for testing) Bogus Gateway" if sale.test else "Shopify Payments",
        "Refunded Amount": "0.00",
        "Source": "web",
    }
    rows = [
        {
            "Name": name,
            "Email": sale.email or "",
            "Created at": "2026-03-02 09:15:00 +0100",
            "Lineitem quantity": str(line.quantity),
            "Lineitem name": line.name,
            "Lineitem price": euros(line.price),
            "Lineitem sku": line.sku or "",
            "Lineitem requires shipping": "true" if line.kind == "goods" else "false",
            "Lineitem discount": euros(line.off),
            "Vendor": "Nordkamm",
        }
        for line in sale.lines
    ]
    return [order | row if place == 0 else row for place, row in enumerate(rows)]


def shopify_payload(name: str, sale: Sale) -> dict[str, Any]:
    """The same as a webhook of an order tells it; the customer saw other money."""
    lines = [
        {
            "id": place,
            "name": line.name,
            "title": line.name,
            "sku": line.sku,
            "quantity": line.quantity,
            "price": euros(line.price),
            "price_set": money(euros(line.price), sale.currency, shown="999.99"),
            "total_discount": euros(line.off),
            "total_discount_set": money(euros(line.off), sale.currency, shown="0.01"),
            "requires_shipping": line.kind == "goods",
            "gift_card": line.kind == "gift",
            "vendor": "Nordkamm",
        }
        for place, line in enumerate(sale.lines, start=1)
    ]
    taken_off = sum(line.off for line in sale.lines) + sale.off
    return {
        "id": 1,
        "name": name,
        "email": sale.email,
        "currency": sale.currency,
        "presentment_currency": "USD",
        "financial_status": sale.paid,
        "fulfillment_status": sale.sent,
        "cancelled_at": "2026-03-03T10:00:00+01:00" if sale.cancelled else None,
        "created_at": "2026-03-02T09:15:00+01:00",
        "updated_at": "2026-03-04T09:15:00+01:00",
        "buyer_accepts_marketing": sale.agreed,
        "payment_gateway_names": ["shopify_payments"],
        "test": sale.test,
        "source_name": "web",
        "subtotal_price": euros(sale.subtotal),
        "total_discounts": euros(taken_off),
        "total_shipping_price_set": money(euros(sale.shipping), sale.currency),
        "total_tax": euros(sale.tax),
        "total_price": euros(sale.subtotal + sale.shipping),
        "line_items": lines,
        "refunds": [],
    }


@st.composite
def _woo_line(draw: st.DrawFn) -> dict[str, Any]:
    subtotal, quantity = draw(_CENTS), draw(st.integers(1, 4))
    total = draw(st.integers(0, subtotal)) if draw(st.booleans()) else subtotal
    return {
        "id": draw(st.integers(1, 10**6)),
        "name": draw(st.sampled_from(["Hoodie", "Beanie", "Cap"])),
        "product_id": draw(st.integers(1, 3)),
        "variation_id": draw(st.integers(0, 2)),
        "sku": draw(st.sampled_from(["", None, "beanie", "hoodie"])),
        "quantity": quantity,
        "subtotal": euros(subtotal),
        "total": euros(total),
        "total_tax": euros(round(total * 0.2)),
    }


@st.composite
def woo_orders(draw: st.DrawFn) -> dict[str, Any]:
    """An order as `wc/v3/orders` lists it and as the webhook tells it: they are one."""
    lines = draw(st.lists(_woo_line(), min_size=1, max_size=4, unique_by=lambda line: line["id"]))
    total = sum(Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines)
    status = draw(st.sampled_from(["completed", "processing", "refunded", "cancelled", "on-hold", "pending", "failed"]))
    sums = [str(-(Decimal(line["total"]) + Decimal(line["total_tax"]))) for line in lines]
    part = st.lists(st.sampled_from([*sums, "-1.23"]), max_size=2) if status == "completed" else st.just([])
    refunds = [f"-{total:.2f}"] if status == "refunded" else draw(part)
    customer = draw(st.sampled_from([0, 26]))
    return {
        "id": 0,
        "order_key": "wc_order_1",
        "status": status,
        "currency": "EUR",
        "prices_include_tax": True,
        "date_created": "2026-03-22T16:28:02",
        "date_created_gmt": "2026-03-22T16:28:02",
        "date_modified": "2026-03-23T16:28:02",
        "date_modified_gmt": "2026-03-23T16:28:02",
        "shipping_total": euros(draw(_CENTS)),
        "total": f"{total:.2f}",
        "total_tax": euros(sum(round(float(line["total_tax"]) * 100) for line in lines)),
        "customer_id": customer,
        "billing": {"email": "Guest@Example.com", "country": "AT"},
        "shipping": {"country": "AT"},
        "created_via": "checkout",
        "line_items": lines,
        "fee_lines": [{"id": 9, "name": "Wrapping", "total": "2.00"}] if draw(st.booleans()) else [],
        "refunds": [{"id": 800 + place, "reason": "", "total": one} for place, one in enumerate(refunds)],
    }
