"""What comes by itself means what it means in a file, in whatever order it comes; and only what was signed is heard."""

from __future__ import annotations

import base64
import csv
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.property.random_sales import HEADER, Sale, sales, shopify_payload, shopify_rows, woo_orders
from tests.unit.serve.online.feeds.payloads import shopify_product, woo_product

from pairwell import create
from pairwell import open as open_workspace
from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.settings import Settings
from pairwell.config.settings import Shop as ShopSettings
from pairwell.config.storing import Currency
from pairwell.events import Event
from pairwell.facts.order_state import order_states
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.feeds.segment import tell_calls
from pairwell.serve.online.feeds.shopify import TOPICS, tell_shopify
from pairwell.serve.online.feeds.signing import read_signature, require_signed
from pairwell.serve.online.feeds.told import Terms, Told
from pairwell.serve.online.feeds.woocommerce import TOPICS as WOO_TOPICS
from pairwell.serve.online.feeds.woocommerce import tell_woocommerce
from pairwell.shop.face import Shop

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
TERMS = Terms(now=NOW, currency="EUR", zone=ZoneInfo("Europe/Vienna"))
SLOW = settings(
    max_examples=3,  # of many orders each: what a file costs lies in the file, not in its rows
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
COLUMNS = {
    "orders": (
        "order_id", "customer_id", "placed_at", "channel", "discount_minor", "shipping_minor", "tax_minor", "currency",
        "rate",
    ),
    "order_lines": ("order_id", "line_no", "item_id", "quantity", "unit_price_minor", "discount_minor"),
    "returns": ("order_id", "line_no", "quantity", "at", "refund_minor"),
    "consents": ("customer_id", "channel", "given", "at"),
}  # fmt: skip
STATUSES = ["completed", "processing", "refunded", "cancelled", "on-hold", "pending", "failed"]
_decoder = msgspec.json.Decoder(list[Event])


class Twins:
    """Two shops of the same settings: one reads files, one hears webhooks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._examples = 0
        self.read, self.heard = (_shop(folder / name) for name in ("read", "heard"))

    def names(self, count: int, prefix: str) -> list[str]:
        """Names of orders that were in no example before."""
        self._examples += 1
        return [f"{prefix}{self._examples:04}{place:02}" for place in range(count)]

    def file(self, name: str) -> Path:
        return self._folder / name

    def hear(self, told: list[Told]) -> None:
        events = [event for one in told for event in _events(one)]
        assert self.heard.log_events(events, NOW).refused == []
        self.heard.keeping.compact()

    def close(self) -> None:
        self.read.close()
        self.heard.close()


def _shop(folder: Path) -> Shop:
    made = create(folder)
    shop = ShopSettings(currency="EUR", prices_include_tax=True, tax_rate=0.2)
    text = render_settings(Settings(shop=shop, currency=Currency(rates={"GBP": 1.17})))
    made.workspace.settings_file.write_text(text, encoding="utf-8")
    publish_settings(made.workspace)
    made.close()
    return open_workspace(folder)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    made = Twins(tmp_path_factory.mktemp("twins"))
    yield made
    made.close()


def _events(told: Told) -> list[Event]:
    return _decoder.decode(msgspec.json.encode(told.events))


def _rows(shop: Shop, table: str, names: list[str]) -> list[tuple[Any, ...]]:
    found = shop.dataset.table(table)
    if "order_id" in found.columns:
        found = found.filter(found.order_id.isin(names))
    columns = COLUMNS[table]
    rows = found.select(*columns).to_pyarrow().to_pylist()
    return sorted((tuple(row[column] for column in columns) for row in rows), key=repr)


def _require_same_returns(twins: Twins, names: list[str]) -> None:
    """The same came back at the same time; a refund that is not stated is what was paid, as a file says it."""
    heard, read = _rows(twins.heard, "returns", names), _rows(twins.read, "returns", names)
    assert [row[:-1] for row in heard] == [row[:-1] for row in read]
    assert all(mine[-1] in {None, its[-1]} for mine, its in zip(heard, read, strict=True))


@SLOW
@given(drawn=st.lists(sales(), min_size=12, max_size=24))
def test_an_order_of_shopify_is_the_same_from_a_file_and_from_a_webhook(twins: Twins, drawn: list[Sale]) -> None:
    names = twins.names(len(drawn), "#")
    path = twins.file("orders_export.csv")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER, restval="")
        writer.writeheader()
        writer.writerows(row for name, sale in zip(names, drawn, strict=True) for row in shopify_rows(name, sale))
    twins.read.ingest("orders", path, source="shopify")
    payloads = [shopify_payload(name, sale) for name, sale in zip(names, drawn, strict=True)]
    twins.hear([tell_shopify("orders/updated", one, {}, TERMS) for one in payloads])
    for table in ("orders", "order_lines", "consents"):
        assert _rows(twins.heard, table, names) == _rows(twins.read, table, names)
    _require_same_returns(twins, names)


@SLOW
@given(drawn=st.lists(woo_orders(), min_size=12, max_size=24))
def test_an_order_of_woocommerce_is_the_same_from_a_file_and_from_a_webhook(
    twins: Twins, drawn: list[dict[str, Any]]
) -> None:
    names = twins.names(len(drawn), "")
    orders = [{**order, "id": int(name)} for name, order in zip(names, drawn, strict=True)]
    names = [str(order["id"]) for order in orders]
    path = twins.file("orders.json")
    path.write_text(json.dumps(orders), encoding="utf-8")
    twins.read.ingest("orders", path, source="woocommerce")
    twins.hear([tell_woocommerce("order.updated", order, {}, TERMS) for order in orders])
    for table in ("orders", "order_lines"):
        assert _rows(twins.heard, table, names) == _rows(twins.read, table, names)
    _require_same_returns(twins, names)


# --- in whatever order they come ------------------------------------------------------------------


def _state(deliveries: list[Told], order_id: str) -> tuple[object, ...]:
    """What is known of the order when they came in this order; what has the same name counts once."""
    came: dict[str, Event] = {}
    for told in deliveries:
        for event in _events(told):
            came.setdefault(event.event_id, event)
    state = order_states(came.values()).get(order_id)
    if state is None:
        return ()
    lines = None if state.order is None else state.order.order
    back = sorted((event.event_id, event.at, event.returned) for event in state.returns)
    return lines, state.placed_at, state.cancelled, state.customer_id, state.bought(), state.known(), back


@FAST
@given(data=st.data(), versions=st.lists(sales(), min_size=1, max_size=4))
def test_versions_come_to_the_same_in_any_order_and_number(data: st.DataObject, versions: list[Sale]) -> None:
    told = []
    for sale in versions:
        moment = f"2026-03-04T09:15:{data.draw(st.integers(0, 3)):02}+01:00"  # several in one second, too
        payload = {**shopify_payload("#1", sale), "updated_at": moment}
        told.append(tell_shopify("orders/updated", payload, {}, TERMS))
    again = data.draw(st.lists(st.sampled_from(told), max_size=4))
    shuffled = data.draw(st.permutations([*told, *again]))
    assert _state(shuffled, "#1") == _state(told, "#1")


@FAST
@given(data=st.data(), order=woo_orders(), ends=st.lists(st.sampled_from(STATUSES), min_size=1, max_size=4))
def test_so_it_is_with_woocommerce(data: st.DataObject, order: dict[str, Any], ends: list[str]) -> None:
    told = []
    for place, status in enumerate(ends):
        second = place if data.draw(st.booleans()) else 0
        changed = {"id": 7, "status": status, "date_modified_gmt": f"2026-03-23T16:28:{second:02}"}
        told.append(tell_woocommerce("order.updated", {**order, **changed}, {}, TERMS))
    shuffled = data.draw(st.permutations([*told, *told]))
    assert _state(shuffled, "7") == _state(told, "7")


# --- what was signed ----------------------------------------------------------------------------------


def _signature(body: bytes, secret: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret, body, "sha256"))


@FAST
@given(body=st.binary(min_size=1, max_size=200), secret=st.binary(min_size=1, max_size=40), data=st.data())
def test_any_changed_byte_of_the_body_is_refused(body: bytes, secret: bytes, data: st.DataObject) -> None:
    scope = {"headers": [(b"x-sig", _signature(body, secret))]}
    signature = read_signature(scope, b"x-sig")
    require_signed(body, signature, [b"another", secret])
    place, flipped = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(1, 255))
    changed = bytes([*body[:place], body[place] ^ flipped, *body[place + 1 :]])
    for other in (changed, body + b"\n", body[:-1]):
        with pytest.raises(Refused):
            require_signed(other, signature, [b"another", secret])


@FAST
@given(body=st.binary(max_size=50), data=st.data())
def test_any_changed_sign_of_the_signature_is_refused(body: bytes, data: st.DataObject) -> None:
    right = _signature(body, b"secret")
    place, other = data.draw(st.integers(0, len(right) - 1)), data.draw(st.integers(0, 255))
    changed = bytes([*right[:place], other, *right[place + 1 :]])
    if changed == right:
        return
    with pytest.raises(Refused):
        require_signed(body, read_signature({"headers": [(b"x-sig", changed)]}, b"x-sig"), [b"secret"])


# --- whatever comes -----------------------------------------------------------------------------------

NAMES = [
    "id",
    "name",
    "email",
    "phone",
    "currency",
    "created_at",
    "updated_at",
    "line_items",
    "refunds",
    "quantity",
    "price",
    "sku",
    "refund_line_items",
    "line_item_id",
    "subtotal",
    "variants",
    "options",
    "customer",
    "status",
    "type",
    "total",
    "email_marketing_consent",
    "state",
    "date_modified_gmt",
    "date_created_gmt",
    "customer_id",
    "billing",
    "variation_id",
    "properties",
    "products",
    "event",
    "timestamp",
    "sentAt",
    "messageId",
    "userId",
    "anonymousId",
    "order_id",
    "product_id",
    "financial_status",
    "total_shipping_price_set",
    "shop_money",
    "amount",
    "regular_price",
    "stock_quantity",
    "manage_stock",
    "option1",
    "inventory_quantity",
    "discount",
]
WORDS = st.sampled_from(
    ["", " ", "1", "-1", "0.5", "1e999", "NaN", "Infinity", "9" * 400, "paid", "refunded", "completed", "subscribed",
     "variation", "track", "Order Completed", "Order Refunded", "Product Viewed", "Order Cancelled", "EUR", "XX",
     "2026-03-23T16:28:00Z", "2026-03-23", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "a@b.c"]
) | st.text(max_size=5)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=15
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(payload=OBJECTS, topic=st.sampled_from([*TOPICS, *WOO_TOPICS, ""]), page=st.booleans())
def test_whatever_comes_tells_something_that_can_be_sent_on(payload: dict[str, Any], topic: str, page: bool) -> None:
    told = [
        tell_shopify(topic, payload, {}, TERMS),
        tell_woocommerce(topic, payload, {}, TERMS),
        tell_calls([{**payload, "type": "track"}, payload], payload.get("sentAt"), TERMS, of_page=page),
    ]
    for one in told:
        assert msgspec.json.decode(one.body())["events"] is not None
        assert all(number > 0 for number in one.left.values())
    assert len(told[2].places) == len(told[2].events)


ODD: st.SearchStrategy[Any] = st.sampled_from(
    ["1e999", "1e999999", "-1e999999", "1e-999999", "0e999", "9" * 400, "0.5", "-1", "", "x", 1e308, 5e-324, 10**18, 0,
     None, True, [], {}, "2026-13-01", "9999-12-31T23:59:59.999999-14:00"]
)  # fmt: skip


def _spoiled(data: st.DataObject, value: Any) -> Any:
    """The same payload with some of its values odd."""
    if isinstance(value, dict):
        return {name: _spoiled(data, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spoiled(data, inner) for inner in value]
    return data.draw(ODD) if data.draw(st.integers(0, 5)) == 0 else value


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), sale=sales(), order=woo_orders())
def test_odd_numbers_in_real_payloads_do_no_harm(data: st.DataObject, sale: Sale, order: dict[str, Any]) -> None:
    products = [{"sku": "a", "price": 1.5, "quantity": 1}, {"sku": "a", "price": 1.5, "quantity": 2}]
    properties = {"order_id": "o", "currency": "EUR", "discount": 1, "shipping": 2, "products": products}
    call = {"type": "track", "event": "Order Completed", "timestamp": "2026-11-21T10:00:00Z", "properties": properties}
    told = [
        tell_shopify("orders/updated", _spoiled(data, shopify_payload("#1", sale)), {}, TERMS),
        tell_shopify("products/update", _spoiled(data, shopify_product()), {}, TERMS),
        tell_woocommerce("order.updated", _spoiled(data, order), {}, TERMS),
        tell_woocommerce("product.updated", _spoiled(data, woo_product()), {}, TERMS),
        tell_calls([_spoiled(data, call)], data.draw(ODD), TERMS, of_page=False),
    ]
    assert all(len(one.body()) < 20_000 for one in told)
