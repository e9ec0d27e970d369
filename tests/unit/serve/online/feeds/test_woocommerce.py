"""Payloads of WooCommerce as events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.unit.serve.online.feeds.payloads import woo_product

from pairwell.events import Event
from pairwell.serve.online.feeds.told import Terms, Told
from pairwell.serve.online.feeds.woocommerce import tell_woocommerce

TERMS = Terms(now=datetime(2026, 11, 21, tzinfo=UTC), currency="EUR", zone=ZoneInfo("UTC"))
FILE = Path(__file__).resolve().parents[3] / "ingest" / "vendors" / "files" / "woocommerce_orders.json"
ORDERS = {str(order["id"]): order for order in json.loads(FILE.read_text(encoding="utf-8"))}
_events = msgspec.json.Decoder(list[Event])


def tell(topic: str, payload: dict[str, Any], **headers: str) -> Told:
    return tell_woocommerce(topic, payload, headers, TERMS)


def told(topic: str, payload: dict[str, Any], **headers: str) -> list[Event]:
    """The events, each of a form that the intake takes."""
    return _events.decode(msgspec.json.encode(tell(topic, payload, **headers).events))


def test_an_order_is_net_and_its_coupons_stand_in_its_lines() -> None:
    order, status = told("order.created", ORDERS["727"])
    assert order.order is not None
    assert order.order.net
    assert [(line.item_id, line.unit_price_minor, line.discount_minor) for line in order.order.lines] == [
        ("hoodie-blue", 3750, 0),
        ("beanie", 1000, 200),
    ]
    assert (order.customer_id, order.order.shipping_minor, order.order.tax_minor) == ("26", 403, 1187)
    assert status.status is not None
    assert status.status.status == "completed"


def test_guests_are_called_by_their_address_and_fees_are_no_goods() -> None:
    assert told("order.updated", ORDERS["728"])[0].customer_id == "buyer2@example.com"
    assert tell("order.updated", ORDERS["728"]).left == {"not_goods": 1}


@pytest.mark.parametrize("number", ["729", "732"])
def test_what_waits_for_money_or_failed_counts_nowhere(number: str) -> None:
    (event,) = told("order.updated", ORDERS[number])
    assert event.status is not None
    assert (event.status.order_id, event.status.status) == (number, "cancelled")


def test_a_refund_meets_the_line_that_it_paid_for() -> None:
    *_, back = told("order.updated", ORDERS["731"])
    assert back.returned is not None
    assert (back.returned.item_id, back.returned.quantity, back.returned.refund_minor) == ("beanie", 1, 1000)
    assert back.returned.net
    unclear = {**ORDERS["731"], "refunds": [{"id": 1, "reason": "", "total": "-3.33"}]}
    assert tell("order.updated", unclear).left == {"return_line_unclear": 1}


def test_an_order_paid_back_whole_came_back_whole() -> None:
    *_, back = told("order.updated", ORDERS["730"])
    assert back.returned is not None
    assert (back.returned.item_id, back.returned.quantity, back.returned.refund_minor) == ("hoodie-zip", 1, None)


def test_an_order_thrown_away_counts_no_longer_each_time_it_is() -> None:
    first, second = (told("order.deleted", {"id": 727}, **{"x-wc-webhook-delivery-id": one})[0] for one in "ab")
    assert first.status is not None
    assert (first.status.order_id, first.status.status) == ("727", "cancelled")
    assert first.event_id != second.event_id


def test_a_product_tells_price_stock_and_publication() -> None:
    (event,) = told("product.updated", woo_product())
    assert event.item is not None
    assert event.at == datetime(2026, 3, 23, 9, 1, 14, tzinfo=UTC)
    assert (event.item.item_id, event.item.price_minor, event.item.stock) == ("beanie", 1800, 3)
    assert event.item.published


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"date_on_sale_to_gmt": "2026-04-01T00:00:00"}, (2000, 3, True)),  # a price of some days only
        ({"stock_status": "outofstock", "stock_quantity": 0}, (1800, 0, True)),
        ({"backorders": "notify"}, (1800, None, True)),
        ({"manage_stock": False, "stock_quantity": None}, (1800, None, True)),
        ({"manage_stock": "parent"}, (1800, 3, True)),
        ({"status": "draft"}, (1800, 3, False)),
        ({"catalog_visibility": "hidden"}, (1800, 3, False)),
    ],
)
def test_a_product_as_its_file_would_tell_it(said: dict[str, Any], expected: tuple[object, ...]) -> None:
    (event,) = told("product.updated", woo_product(**said))
    assert event.item is not None
    assert (event.item.price_minor, event.item.stock, event.item.published) == expected


def test_a_variation_is_an_item_and_its_product_is_not() -> None:
    (event,) = told("product.updated", woo_product(type="variation", sku="hoodie-blue", parent_id=44))
    assert event.item is not None
    assert event.item.item_id == "hoodie-blue"
    (unnamed,) = told("product.updated", woo_product(type="variation", sku="", id=61, parent_id=44))
    assert unnamed.item is not None
    assert unnamed.item.item_id == "id:61"
    assert tell("product.updated", woo_product(type="variable")).left == {"part_of_product": 1}
    assert tell("product.created", woo_product(type="grouped")).left == {"not_sold_alone": 1}


def test_other_topics_tell_nothing() -> None:
    assert tell("coupon.created", {"id": 1}).left == {"topic_not_taken": 1}


def test_a_whole_order_is_never_thrown_away() -> None:
    whole = {"id": 7, "status": "processing", "date_modified_gmt": "2026-11-20T11:59:30", "line_items": []}
    assert tell("order.deleted", whole) == Told(left={"not_deleted": 1})


def test_an_order_that_is_back_counts_although_its_end_was_told_late() -> None:
    (gone,) = told("order.deleted", {"id": 727})
    back = [event for event in told("order.restored", ORDERS["727"]) if event.type == "status"]
    assert gone.at <= back[0].at
