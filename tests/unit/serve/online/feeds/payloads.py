"""Payloads made from what the vendors document; no person or shop of them exists."""

from __future__ import annotations

from typing import Any


def money(amount: str, currency: str = "EUR", shown: str | None = None) -> dict[str, Any]:
    """An amount in the shop's money, and in that which the customer saw."""
    seen = {"amount": shown or amount, "currency_code": "USD" if shown else currency}
    return {"shop_money": {"amount": amount, "currency_code": currency}, "presentment_money": seen}


def shopify_line(number: int, name: str, price: str, **said: Any) -> dict[str, Any]:
    """A line item of an order: https://shopify.dev/docs/api/admin-rest/latest/resources/order (November 2026)."""
    return {
        "id": number,
        "name": name,
        "title": name.split(" - ", maxsplit=1)[0],
        "price": price,
        "price_set": money(price),
        "quantity": 1,
        "current_quantity": said.get("quantity", 1),
        "requires_shipping": True,
        "gift_card": False,
        "sku": None,
        "taxable": True,
        "total_discount": "0.00",
        "total_discount_set": money("0.00"),
        "variant_id": number + 1,
        "vendor": "Nordkamm",
        "tax_lines": [],
        "discount_allocations": [],
        **said,
    }


def shopify_order(*lines: dict[str, Any], **said: Any) -> dict[str, Any]:
    """An order of these lines, paid and without a discount unless said otherwise."""
    whole = sum(float(line["price"]) * line["quantity"] for line in lines)
    order = {
        "id": 820982911946154508,
        "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
        "name": "#1001",
        "email": "Buyer1@Example.com",
        "contact_email": "buyer1@example.com",
        "phone": None,
        "buyer_accepts_marketing": True,
        "cancelled_at": None,
        "created_at": "2026-03-02T09:15:00+01:00",
        "updated_at": "2026-03-02T09:15:07+01:00",
        "processed_at": "2026-03-02T09:15:00+01:00",
        "currency": "EUR",
        "presentment_currency": "USD",
        "financial_status": "paid",
        "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"],
        "source_name": "web",
        "subtotal_price": f"{whole:.2f}",
        "total_discounts": "0.00",
        "total_tax": "0.00",
        "total_price": f"{whole + 4.9:.2f}",
        "total_shipping_price_set": money("4.90"),
        "taxes_included": True,
        "test": False,
        "customer": {"id": 115310627314723954, "email": "buyer1@example.com"},
        "shipping_address": {"country_code": "DE"},
        "billing_address": {"country_code": "DE"},
        "line_items": list(lines),
        "refunds": [],
    }
    return {**order, **said}


TENT = shopify_line(11, "Trekking Tent - Green / 2 persons", "189.00", sku="TENT-GR-2")
MAT = shopify_line(12, "Camping Mat - Blue", "39.00", sku="MAT-BL", quantity=2)
GIFT = shopify_line(13, "Gift card - 25", "25.00", gift_card=True, requires_shipping=False)
TIP = shopify_line(14, "Tip", "2.00", requires_shipping=False)


def shopify_refund(*lines: tuple[int, int, str], **said: Any) -> dict[str, Any]:
    """A refund of (line item, pieces, money): https://shopify.dev/docs/api/admin-rest/latest/resources/refund."""
    listed = [
        {
            "id": 1000 + item,
            "line_item_id": item,
            "quantity": quantity,
            "restock_type": "return",
            "subtotal": float(amount),
            "subtotal_set": money(amount),
            "total_tax": 0.0,
        }
        for item, quantity, amount in lines
    ]
    refund = {"id": 509562969, "order_id": 820982911946154508, "created_at": "2026-03-05T10:00:00+01:00"}
    return {**refund, "refund_line_items": listed, "transactions": [], "order_adjustments": [], **said}


def shopify_product(**said: Any) -> dict[str, Any]:
    """A product: https://shopify.dev/docs/api/admin-rest/latest/resources/product (November 2026)."""
    variant = {
        "id": 808950810,
        "product_id": 632910392,
        "title": "Green / 2 persons",
        "price": "189.00",
        "sku": "TENT-GR-2",
        "position": 1,
        "inventory_policy": "deny",
        "inventory_quantity": 7,
        "inventory_management": "shopify",
        "inventory_item_id": 808950810,
        "option1": "Green",
        "option2": "2 persons",
        "option3": None,
        "updated_at": "2026-03-02T09:15:07+01:00",
    }
    bare = {**variant, "id": 808950811, "sku": "", "option1": "Red", "inventory_policy": "continue", "price": "199.00"}
    product = {
        "id": 632910392,
        "title": "Trekking Tent",
        "handle": "trekking-tent",
        "product_type": "Tents",
        "vendor": "Nordkamm",
        "status": "active",
        "published_at": "2026-01-01T00:00:00+01:00",
        "updated_at": "2026-03-02T09:15:07+01:00",
        "options": [{"name": "Colour", "position": 1}, {"name": "Size", "position": 2}],
        "variants": [variant, bare],
    }
    return {**product, **said}


def woo_product(**said: Any) -> dict[str, Any]:
    """A product: https://woocommerce.github.io/woocommerce-rest-api-docs/#product-properties (November 2026)."""
    product = {
        "id": 794,
        "name": "Beanie",
        "type": "simple",
        "status": "publish",
        "catalog_visibility": "visible",
        "sku": "beanie",
        "price": "18",
        "regular_price": "20",
        "sale_price": "18",
        "date_on_sale_from_gmt": None,
        "date_on_sale_to_gmt": None,
        "manage_stock": True,
        "stock_quantity": 3,
        "stock_status": "instock",
        "backorders": "no",
        "parent_id": 0,
        "variations": [],
        "date_modified": "2026-03-23T10:01:14",
        "date_modified_gmt": "2026-03-23T09:01:14",
    }
    return {**product, **said}
