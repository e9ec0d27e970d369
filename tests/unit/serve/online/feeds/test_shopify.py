"""Payloads of Shopify as events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.unit.serve.online.feeds.payloads import (
    GIFT,
    MAT,
    TENT,
    TIP,
    money,
    shopify_line,
    shopify_order,
    shopify_product,
    shopify_refund,
)

from pairwell.events import Event
from pairwell.serve.online.feeds.shopify import tell_shopify
from pairwell.serve.online.feeds.told import Terms, Told

TERMS = Terms(now=datetime(2026, 11, 21, tzinfo=UTC), currency="EUR", zone=ZoneInfo("UTC"))
_events = msgspec.json.Decoder(list[Event])


def tell(topic: str, payload: dict[str, Any]) -> Told:
    return tell_shopify(topic, payload, {}, TERMS)


def told(topic: str, payload: dict[str, Any]) -> list[Event]:
    """The events, each of a form that the intake takes."""
    return _events.decode(msgspec.json.encode(tell(topic, payload).events))


def by_type(events: list[Event]) -> dict[str, list[Event]]:
    return {kind: [event for event in events if event.type == kind] for kind in {event.type for event in events}}


def test_an_order_is_called_as_its_export_calls_it() -> None:
    found = by_type(told("orders/paid", shopify_order(TENT, MAT)))
    (event,) = found["order"]
    assert event.order is not None
    assert (event.order.order_id, event.customer_id, event.order.channel) == ("#1001", "buyer1@example.com", "web")
    assert event.order.placed_at == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert event.at.replace(microsecond=0) == datetime(2026, 3, 2, 8, 15, 7, tzinfo=UTC)
    assert [(line.item_id, line.quantity, line.unit_price_minor) for line in event.order.lines] == [
        ("TENT-GR-2", 1, 18900),
        ("MAT-BL", 2, 3900),
    ]
    assert event.order.shipping_minor == 490
    assert [one.status.status for one in found["status"] if one.status] == ["completed"]
    assert [(one.consent.channel, one.consent.given) for one in found["consent"] if one.consent] == [("email", True)]


def test_gift_cards_and_tips_are_no_goods_and_equal_lines_are_pieces() -> None:
    mug = shopify_line(21, "Enamel Mug", "12.00", sku="MUG")
    payload = shopify_order(mug, {**mug, "id": 22}, GIFT, TIP)
    (order,) = by_type(told("orders/create", payload))["order"]
    assert order.order is not None
    assert [(line.item_id, line.quantity) for line in order.order.lines] == [("MUG", 2)]
    assert tell("orders/create", payload).left == {"gift_card": 1, "not_goods": 1}


def test_money_is_the_shops_not_what_the_customer_saw() -> None:
    line = {**TENT, "price_set": money("189.00", shown="205.00"), "price": "205.00"}
    (order,) = by_type(told("orders/create", shopify_order(line)))["order"]
    assert order.order is not None
    assert (order.order.lines[0].unit_price_minor, order.order.currency) == (18900, "EUR")


def test_what_was_taken_off_the_whole_order_stands_beside_the_discounts_of_lines() -> None:
    line = {**TENT, "total_discount": "18.90", "total_discount_set": money("18.90")}
    payload = shopify_order(line, MAT, subtotal_price="238.10", total_discounts="33.80")
    (order,) = by_type(told("orders/create", payload))["order"]
    assert order.order is not None
    assert (order.order.lines[0].discount_minor, order.order.discount_minor) == (1890, 1000)


@pytest.mark.parametrize(
    "said",
    [
        {"financial_status": "pending"},
        {"financial_status": "voided"},
        {"financial_status": "expired"},
        {"cancelled_at": "2026-03-03T10:00:00+01:00"},
    ],
)
def test_what_nobody_paid_or_was_cancelled_counts_nowhere(said: dict[str, str]) -> None:
    found = by_type(told("orders/updated", shopify_order(TENT, **said)))
    assert "order" not in found
    assert [one.status.status for one in found["status"] if one.status] == ["cancelled"]


def test_cash_on_delivery_is_a_sale_once_it_is_sent() -> None:
    payload = shopify_order(TENT, financial_status="pending", fulfillment_status="fulfilled")
    assert "order" in by_type(told("orders/fulfilled", payload))


def test_of_versions_made_in_one_second_the_one_that_was_paid_is_the_later() -> None:
    waits = told("orders/create", shopify_order(TENT, financial_status="pending"))
    paid = told("orders/paid", shopify_order(TENT))
    assert max(event.at for event in waits if event.type == "status") < min(
        event.at for event in paid if event.type == "status"
    )


def test_refunds_name_lines_pieces_and_money() -> None:
    refund = shopify_refund((12, 1, "39.00"))
    found = by_type(told("orders/updated", shopify_order(TENT, MAT, refunds=[refund])))
    (event,) = found["return"]
    assert event.returned is not None
    assert event.at == datetime(2026, 3, 5, 9, tzinfo=UTC)
    back = event.returned
    assert (back.order_id, back.item_id, back.quantity, back.refund_minor) == ("#1001", "MAT-BL", 1, 3900)


def test_a_line_of_two_that_are_one_item_is_named_by_its_number() -> None:
    dear = {**MAT, "id": 15, "price": "45.00", "price_set": money("45.00")}
    found = told("orders/updated", shopify_order(MAT, dear, refunds=[shopify_refund((15, 1, "45.00"))]))
    (event,) = by_type(found)["return"]
    assert event.returned is not None
    assert (event.returned.item_id, event.returned.line_no) == (None, 2)


def test_an_order_paid_back_whole_came_back_whole_and_no_more() -> None:
    parts = [shopify_refund((12, 1, "39.00")), shopify_refund(id=2, transactions=[{"amount": "228.00"}])]
    payload = shopify_order(TENT, MAT, financial_status="refunded", refunds=parts)
    back = [event.returned for event in by_type(told("orders/updated", payload))["return"]]
    assert sorted((one.item_id or "", one.quantity) for one in back if one) == [
        ("MAT-BL", 1),
        ("MAT-BL", 1),
        ("TENT-GR-2", 1),
    ]


def test_money_without_a_line_is_left_with_a_word() -> None:
    payload = shopify_order(TENT, financial_status="partially_refunded", refunds=[shopify_refund()])
    assert tell("orders/updated", payload).left == {"return_line_unclear": 1}


@pytest.mark.parametrize(("state", "given"), [("subscribed", True), ("unsubscribed", False), ("not_subscribed", False)])
def test_a_customer_says_yes_or_no(state: str, given: bool) -> None:
    said = {"state": state, "consent_updated_at": "2026-03-01T12:00:00Z"}
    payload = {"id": 5, "email": "Buyer9@example.com", "email_marketing_consent": said}
    (event,) = told("customers/update", payload)
    assert event.consent is not None
    assert (event.customer_id, event.consent.given) == ("buyer9@example.com", given)
    assert event.at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    other = {"customer_id": 5, "email_address": "Buyer9@example.com", "email_marketing_consent": said}
    assert told("customers_email_marketing_consent/update", other) == [event]


@pytest.mark.parametrize("payload", [{}, {"email": "a@b.c"}, {"email_marketing_consent": {"state": "subscribed"}}])
def test_who_said_nothing_said_nothing(payload: dict[str, Any]) -> None:
    assert tell("customers/create", payload).left == {"nothing_said": 1}


def test_a_product_tells_of_each_variant_as_orders_call_it() -> None:
    items = [event.item for event in told("products/update", shopify_product())]
    assert [(one.item_id, one.price_minor, one.stock, one.published) for one in items if one] == [
        ("TENT-GR-2", 18900, 7, True),
        ("Trekking Tent - Red / 2 persons", 19900, None, True),  # sold on without stock
    ]


@pytest.mark.parametrize("said", [{"status": "draft"}, {"status": "archived"}, {"published_at": None}])
def test_what_is_not_on_sale_is_not_published(said: dict[str, Any]) -> None:
    items = [event.item for event in told("products/update", shopify_product(**said))]
    assert [one.published for one in items if one] == [False, False]


def test_stock_that_newer_payloads_do_not_say_is_counted_counts() -> None:
    (variant, _) = shopify_product()["variants"]
    bare = {name: value for name, value in variant.items() if name != "inventory_management"}
    (event,) = told("products/update", shopify_product(variants=[{**bare, "inventory_quantity": 0}]))
    assert event.item is not None
    assert event.item.stock == 0
    (event,) = told("products/update", shopify_product(variants=[{**variant, "inventory_management": None}]))
    assert event.item is not None
    assert event.item.stock is None
    del bare["inventory_quantity"]
    (event,) = told("products/update", shopify_product(variants=[bare]))
    assert event.item is not None
    assert event.item.stock is msgspec.UNSET


def test_an_edit_is_told_by_the_order_it_changed_and_nothing_without_a_name_is_an_order() -> None:
    edit = {
        "order_edit": {"id": 7, "order_id": 1, "line_items": {"additions": [], "removals": [{"id": 1, "delta": 1}]}}
    }
    assert tell("orders/edited", edit) == Told(left={"told_by_orders_updated": 1})
    assert tell("orders/updated", edit) == Told(left={"no_order_id": 1})


def test_pieces_that_an_edit_took_out_are_not_sold() -> None:
    order = shopify_order({**TENT, "current_quantity": 0}, {**MAT, "quantity": 2, "current_quantity": 1})
    (event,) = by_type(told("orders/updated", order))["order"]
    assert event.order is not None
    assert [(line.item_id, line.quantity) for line in event.order.lines] == [("MAT-BL", 1)]


def test_who_was_never_asked_said_nothing() -> None:
    def said(state: str) -> Told:
        consent = {"state": state, "consent_updated_at": None}
        return tell("customers/update", {"id": 5, "email": "a@shop.example", "email_marketing_consent": consent})

    assert said("not_subscribed").left == {"nothing_said": 1}
    assert len(said("unsubscribed").events) == len(said("redacted").events) == 1
