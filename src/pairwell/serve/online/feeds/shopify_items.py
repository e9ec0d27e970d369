"""Shopify's products, as events of their variants."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pairwell.ingest.vendors.cells import text
from pairwell.ingest.vendors.export import Given, Row
from pairwell.ingest.vendors.shopify_products import reshape
from pairwell.serve.online.feeds.items import item_body, item_event
from pairwell.serve.online.feeds.told import Cells, EventBody, Terms, Told, parts
from pairwell.serve.online.feeds.values import count, moment

_SOURCE = "shopify"
_TRACKED: Final = "inventory_management"  # gone from payloads since API version 2024-07


def item_events(payload: Cells, version: datetime, terms: Terms) -> Told:
    """An event for each variant, as of the product's moment or its own, whichever is later."""
    variants = parts(payload, "variants")
    given = [Given(_SOURCE, place, _row(payload, variant)) for place, variant in enumerate(variants)]
    events: list[EventBody] = []
    left: dict[str, int] = {}
    for piece in reshape(given):
        if not isinstance(piece, Row):
            left[piece.rule] = left.get(piece.rule, 0) + 1
        elif piece.table == "items":
            variant = variants[piece.given.line]
            own = moment(variant.get("updated_at"), terms.zone)
            at = version if own is None else max(own, version)
            item = item_body(piece.cells, stock=_stock(variant, piece.cells), currency=terms.currency)
            events.append(item_event((_SOURCE, payload.get("id"), variant.get("id")), item, at))
    if not variants:
        left["no_variants"] = 1
    return Told(events=events, left=left)


def _row(payload: Cells, variant: Cells) -> Cells:
    """The row of the export that tells of a variant."""
    tracker = variant.get(_TRACKED) if _TRACKED in variant else "shopify"
    cells: Cells = {
        "Handle": payload.get("handle"),
        "Title": payload.get("title"),
        "Status": payload.get("status"),
        "Published": "true" if text(payload.get("published_at")) else "false",
        "Gift Card": "true" if (text(payload.get("product_type")) or "").casefold() == "gift card" else None,
        "Variant SKU": variant.get("sku"),
        "Variant Price": variant.get("price"),
        "Variant Inventory Tracker": tracker,
        "Variant Inventory Policy": variant.get("inventory_policy"),
        "Variant Inventory Qty": count(variant.get("inventory_quantity")),
    }
    for place, option in enumerate(parts(payload, "options")[:3], start=1):
        cells[f"Option{place} Name"] = option.get("name")
    for place in (1, 2, 3):
        cells[f"Option{place} Value"] = variant.get(f"option{place}")
    return {name: cell for name, cell in cells.items() if cell not in (None, "")}


def _stock(variant: Cells, cells: dict[str, str]) -> dict[str, Any]:
    """What there is, null where it is not counted or sold on without; nothing where the payload holds no quantity."""
    if "stock" in cells:
        return {"stock": int(cells["stock"])}
    return {} if count(variant.get("inventory_quantity")) is None else {"stock": None}
