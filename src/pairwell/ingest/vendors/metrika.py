"""Yandex Metrica's visits as the Logs API gives them: a row a visit, its events of goods in arrays side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from pairwell.ingest.vendors.cells import amount, filled, plain, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line, added_up

_EVENTS = {
    "events": {
        "type": "ym:s:productEventType",
        "at": "ym:s:productEventTime",
        "item_id": "ym:s:productID, else productName",
        "visitor_id": "ym:s:clientID",
        "session_id": "ym:s:visitID",
    },
}
_ORDERS = {
    "orders": {
        "order_id": "ym:s:purchaseID",
        "item_id": "ym:s:purchasedProductID, else purchasedProductName",
        "placed_at": "ym:s:purchaseDateTime",
        "title": "ym:s:purchasedProductName",
        "quantity": "ym:s:purchasedProductQuantity",
        "unit_price": "ym:s:purchasedProductPrice",
        "currency": "ym:s:purchaseCurrency",
        "category": "ym:s:purchasedProductCategory",
        "brand": "ym:s:purchasedProductBrand",
        "status": "ym:s:purchaseID",
    },
}
_BEHAVIOUR = {"detail": "view", "add": "add_to_cart", "remove": "remove_from_cart"}
_ELEMENT = re.compile(r"'((?:[^'\\]|\\.)*)'|([^,\[\]'\s]+)")
_MICRO = Decimal(1_000_000)
_FAR = 1_000  # times the revenue from which prices are surely in millionths


def reshape(given: Iterable[Given], *, table: str) -> Iterator[Piece]:
    """Visit by visit; one in which nothing was done with goods tells nothing."""
    ordered: set[str] = set()
    for row in given:
        visit = {_renamed(name): cell for name, cell in row.cells.items()}
        pieces = list(_events(row, visit) if table == "events" else _orders(row, visit, ordered))
        yield from pieces or [Left(row, table, "nothing_of_goods")]


def _renamed(name: str) -> str:
    """The name of a column since October 2025: until then arrays were called otherwise."""
    short = name.removeprefix("ym:s:")
    if short == "eventsProductType":
        return "productEventType"
    if short.startswith("eventsProduct"):
        return "product" + short.removeprefix("eventsProduct")
    if short.startswith("products"):
        return "purchasedProduct" + short.removeprefix("products")
    return short


def _array(visit: Mapping[str, Any], name: str) -> list[str]:
    """The elements of an array, as ClickHouse writes it into text."""
    cell = text(visit.get(name)) or ""
    if cell.startswith("[\\'"):
        cell = re.sub(r"\\(.)", r"\1", cell)
    return [bare or re.sub(r"\\(.)", r"\1", quoted) for quoted, bare in _ELEMENT.findall(cell)]


def _objects(visit: Mapping[str, Any], prefix: str) -> list[dict[str, str]]:
    """The objects whose members stand in arrays of one length, by what follows `prefix` in the arrays' names."""
    members = [name.removeprefix(prefix) for name in visit if name.startswith(prefix)]
    arrays = {member: _array(visit, prefix + member) for member in members if member[:1].isupper()}
    longest = max(map(len, arrays.values()), default=0)
    # An array of another length is none of these objects: who stands where cannot be told.
    even = {name: cells for name, cells in arrays.items() if len(cells) == longest}
    return [{name: cells[place] for name, cells in even.items()} for place in range(longest)]


def _events(row: Given, visit: Mapping[str, Any]) -> Iterator[Piece]:
    for event in _objects(visit, "product"):
        kind = _BEHAVIOUR.get(event.get("EventType", ""))
        if kind is None:
            yield Left(row, "events", "purchase_event" if event.get("EventType") == "purchase" else "unknown_event")
            continue
        cells = {
            "type": kind,
            "at": event.get("EventTime"),
            "item_id": event.get("ID") or event.get("Name"),
            "visitor_id": visit.get("clientID"),
            "session_id": visit.get("visitID"),
        }
        yield Row(row, "events", filled(cells))


def _orders(row: Given, visit: Mapping[str, Any], ordered: set[str]) -> Iterator[Piece]:
    products = _objects(visit, "purchasedProduct")
    for purchase in _objects(visit, "purchase"):
        order_id = purchase.get("ID", "")
        if order_id and order_id in ordered:
            yield Left(row, "orders", "repeated_order")
            continue
        ordered |= {order_id} if order_id else set()
        mine = [product for product in products if product.get("PurchaseID") == order_id]
        told = filled(
            {
                "order_id": order_id,
                "placed_at": purchase.get("DateTime"),
                "currency": purchase.get("Currency"),
                "status": "completed",
            }
        )
        factor = _factor(mine, amount(purchase.get("Revenue")))
        lines = [Line(row, _line(product, factor)) for product in mine] or [Line(row, {})]
        for piece in added_up(lines, "orders"):
            yield Row(piece.given, piece.table, told | piece.cells) if isinstance(piece, Row) else piece


def _factor(products: Iterable[Mapping[str, str]], revenue: Decimal | None) -> Decimal:
    """What prices are divided by: the Logs API gives them in millionths; a file that was converted does not."""
    priced = ((amount(product.get("Price")), amount(product.get("Quantity"))) for product in products)
    total = sum((price * (quantity or 1) for price, quantity in priced if price is not None), Decimal(0))
    return Decimal(1) if revenue and total < revenue * _FAR else _MICRO


def _line(product: Mapping[str, str], factor: Decimal) -> dict[str, str]:
    price = amount(product.get("Price"))
    levels = [
        said
        for level in range(1, 6)
        if (said := product.get(f"Category{level}", product.get(f"CategoryLevel{level}", "")))
    ]
    return filled(
        {
            "item_id": product.get("ID") or product.get("Name"),
            "title": product.get("Name"),
            "quantity": product.get("Quantity") if amount(product.get("Quantity")) else None,  # 0: the page did not say
            "unit_price": None if price is None else plain(price / factor),
            "category": " > ".join(levels) or (product.get("Category") or "").replace("/", " > "),
            "brand": product.get("Brand"),
        }
    )


METRIKA = (
    Export(
        source="metrika",
        title="Yandex Metrica's log of visits",
        page="https://yandex.com/dev/metrika/en/logs/fields/visits",
        seen="November 2026",
        marks=(
            frozenset({"ym:s:visitid", "ym:s:clientid", "ym:s:producteventtype", "ym:s:producteventtime"}),
            frozenset({"ym:s:visitid", "ym:s:clientid", "ym:s:eventsproducttype", "ym:s:eventsproducteventtime"}),
        ),
        fields=_EVENTS,
        reshape=partial(reshape, table="events"),
    ),
    Export(
        source="metrika",
        title="Yandex Metrica's log of visits",
        page="https://yandex.com/dev/metrika/en/logs/fields/visits",
        seen="November 2026",
        marks=(
            frozenset({"ym:s:purchaseid", "ym:s:purchasedatetime", "ym:s:purchasedproductpurchaseid"}),
            frozenset({"ym:s:purchaseid", "ym:s:purchasedatetime", "ym:s:productspurchaseid"}),
        ),
        fields=_ORDERS,
        reshape=partial(reshape, table="orders"),
    ),
)
