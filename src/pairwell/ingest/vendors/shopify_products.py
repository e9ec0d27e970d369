"""Shopify's export of products: one row a variant or a picture, in the headers of before 2025 and of since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import amount, attribute, filled, is_yes, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.related import Links, Sold

COMPLEMENTS = "product.metafields.shopify--discovery--product_recommendation.complementary_products"
_NEW = {
    "url handle": "handle",
    "published on online store": "published",
    "sku": "variant sku",
    "price": "variant price",
    "inventory tracker": "variant inventory tracker",
    "inventory quantity": "variant inventory qty",
    "continue selling when out of stock": "variant inventory policy",
    "product image url": "image src",
    "variant image url": "variant image",
}  # what the newer header calls the columns of the older one; both without regard to case
_FIELDS = {
    "items": {
        "item_id": "Variant SKU, else Title and option values",
        "title": "Title and option values",
        "category": "Product Category, else Type",
        "brand": "Vendor",
        "family": "Handle",
        "price": "Variant Price",
        "cost": "Cost per item",
        "image_url": "Variant Image, else Image Src",
        "published": "Published, Status",
        "stock": "Variant Inventory Qty",
        "attributes.shopify_handle": "Handle",
        "attributes.shopify_title": "Title",
    },
    "relations": {
        "anchor_id": "Handle",
        "item_id": "Complementary products",
        "relation": "Complementary products",
        "rank": "Complementary products",
    },
}
_NO_OPTION = "default title"
_SOLD_WITHOUT_STOCK = {"continue", "true"}
_OPTIONS = 3


class _Product(msgspec.Struct, frozen=True):
    """What the rows of a product share."""

    handle: str
    title: str
    shared: dict[str, str]
    names: list[str]  # of the options
    gift_card: bool


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Product by product; what only its first row says is said of all its variants."""
    links = Links()
    for _, rows in groupby(map(_renamed, given), key=lambda row: text(row[1].get("handle"))):
        yield from _product(list(rows), links)
    yield from links.pieces()


def _renamed(given: Given) -> tuple[Given, dict[str, Any]]:
    cells: dict[str, Any] = {}
    for column, cell in given.cells.items():
        name = column.casefold()
        cells.setdefault(COMPLEMENTS if COMPLEMENTS in name else _NEW.get(name, name), cell)
    return given, cells


def _product(rows: Sequence[tuple[Given, dict[str, Any]]], links: Links) -> Iterator[Piece]:
    product = _shared(rows)
    for given, cells in rows:
        if not _is_variant(cells):
            yield Left(given, "items", "part_of_product")
        elif product.gift_card:
            yield Left(given, "items", "gift_card")
        else:
            item = _item(cells, product)
            sold = Sold(item_id=item.get("item_id", ""), published=is_yes(item["published"]))
            links.sold(product.handle, sold)
            yield Row(given, "items", item)
    first, cells = rows[0]
    told = next((cells[COMPLEMENTS] for _, cells in rows if COMPLEMENTS in cells), "")
    links.told(first, product.handle, "complement", [handle for part in told.split(";") if (handle := part.strip())])


def _is_variant(cells: dict[str, Any]) -> bool:
    return any(text(cells.get(name)) for name in ("variant price", "variant sku", "option1 value"))


def _shared(rows: Sequence[tuple[Given, dict[str, Any]]]) -> _Product:
    first: dict[str, Any] = {}
    for _, cells in rows:
        for name, cell in cells.items():
            first.setdefault(name, cell)
    handle = text(first.get("handle")) or ""
    title = text(first.get("title")) or handle
    state = (text(first.get("status")) or "active").casefold()
    shared = {
        "category": first.get("product category") or first.get("type"),
        "brand": first.get("vendor"),
        "family": handle,
        "image_url": first.get("image src"),
        "published": state == "active" and is_yes(first.get("published") or "true"),
        "attributes.shopify_handle": handle,
        "attributes.shopify_title": title,
    }
    names = [text(first.get(f"option{place} name")) or "" for place in range(1, _OPTIONS + 1)]
    return _Product(handle, title, filled(shared), names, is_yes(first.get("gift card")))


def _item(cells: dict[str, Any], product: _Product) -> dict[str, str]:
    options = [text(cells.get(f"option{place} value")) for place in range(1, _OPTIONS + 1)]
    chosen = [
        (name, value)
        for name, value in zip(product.names, options, strict=True)
        if value and value.casefold() != _NO_OPTION
    ]
    title = " - ".join(filter(None, (product.title, " / ".join(value for _, value in chosen))))
    own = {
        "item_id": cells.get("variant sku") or title,
        "title": title,
        "price": cells.get("variant price"),
        "cost": cells.get("cost per item"),
        "image_url": cells.get("variant image"),
        "stock": _stock(cells),
        **{attribute(name): value for name, value in chosen if name},
    }
    return product.shared | filled(own)


def _stock(cells: dict[str, Any]) -> str | None:
    """What there is; nothing where Shopify does not count it, or sells on without."""
    counted = text(cells.get("variant inventory tracker"))
    sold_on = (text(cells.get("variant inventory policy")) or "").casefold() in _SOLD_WITHOUT_STOCK
    quantity = amount(cells.get("variant inventory qty"))
    if not counted or sold_on or quantity is None:
        return None
    return str(max(0, int(quantity)))


SHOPIFY_PRODUCTS = Export(
    source="shopify",
    title="Shopify's export of products",
    page="https://help.shopify.com/en/manual/products/import-export/using-csv",
    seen="November 2026",
    marks=(
        frozenset({"handle", "title", "variant sku", "variant price", "option1 name", "option1 value"}),
        frozenset({"url handle", "title", "sku", "price", "option1 name", "option1 value"}),
    ),
    fields=_FIELDS,
    reshape=reshape,
    counted_in=frozenset({"variant inventory qty", "inventory quantity"}),
    numbers=frozenset(
        {"variant price", "price", "cost per item", "variant inventory qty", "inventory quantity"},
    ),
)
