"""The files that shop systems import, in their own columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO

import msgspec

from pairwell.records import Item
from pairwell.shop.exports.listing import Beside, Listed, Listing
from pairwell.shop.exports.naming import ByHandle, ByItem, ByParent, Naming
from pairwell.wording import plain_cell

SHOPIFY_COMPLEMENTS = (
    "Complementary products (product.metafields.shopify--discovery--product_recommendation.complementary_products)"
)
_SHOPIFY_MOST = 10


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A shop system that lists are written for."""

    name: str
    title: str
    page: str  # where the vendor documents the columns
    seen: str  # when that page was read: month and year
    naming: Callable[[Mapping[str, Item]], Naming]
    write: Callable[[TextIO, Listing], int]  # gives the number of rows
    most: int | None = None  # what the system takes of a kind beside one product
    upgrades: bool = True  # whether it has a place for them


def _write_shopify(stream: TextIO, listing: Listing) -> int:
    rows = [
        (product.title or product.name, product.name, "; ".join(_names(product.complements)))
        for product in listing.products
        if product.complements
    ]
    return _write(stream, ("Title", "URL handle", SHOPIFY_COMPLEMENTS), rows)


def _write_woocommerce(stream: TextIO, listing: Listing) -> int:
    rows = [
        (
            product.name.removeprefix("id:") if product.name.startswith("id:") else "",
            "" if product.name.startswith("id:") else product.name,
            ", ".join(map(_escaped, _names(product.upgrades))),
            ", ".join(map(_escaped, _names(product.complements))),
        )
        for product in listing.products
    ]
    return _write(stream, ("ID", "SKU", "Upsells", "Cross-sells"), rows)


def _escaped(name: str) -> str:
    """A comma inside a name is written so that it does not part names."""
    return name.replace(",", "\\,")


def _write_plain(stream: TextIO, listing: Listing) -> int:
    rows = [
        (
            plain_cell(product.name),
            plain_cell(beside.item_id),
            relation,
            rank,
            "yes" if beside.curated else "no",
            f"{beside.score:.6g}",
        )
        for product in listing.products
        for relation, listed in (("complement", product.complements), ("upgrade", product.upgrades))
        for rank, beside in enumerate(listed)
    ]
    return _write(stream, ("anchor_id", "item_id", "relation", "rank", "pinned", "score"), rows)


def _write_magento(stream: TextIO, listing: Listing) -> int:
    rows = [
        (
            product.name,
            *_with_positions(_names(product.complements)),
            *_with_positions(_names(product.upgrades)),
        )
        for product in listing.products
    ]
    header = ("sku", "crosssell_skus", "crosssell_position", "upsell_skus", "upsell_position")
    return _write(stream, header, rows)


def _with_positions(names: Sequence[str]) -> tuple[str, str]:
    """Names in their order, and their places, from 1."""
    return ",".join(names), ",".join(str(place) for place in range(1, len(names) + 1))


def _names(listed: Sequence[Beside]) -> list[str]:
    return [beside.name for beside in listed]


def _write(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    written = 0
    for row in rows:
        writer.writerow(row)
        written += 1
    return written


def drop_upgrades(product: Listed) -> Listed:
    """The product for a system that has no place for upgrades."""
    return msgspec.structs.replace(product, upgrades=[])


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            name="shopify",
            title="Shopify's import of products",
            page="https://help.shopify.com/en/manual/products/import-export/using-csv",
            seen="November 2026",
            naming=lambda _: ByHandle(),
            write=_write_shopify,
            most=_SHOPIFY_MOST,
            upgrades=False,
        ),
        Target(
            name="woocommerce",
            title="WooCommerce's import of products",
            page="https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema",
            seen="November 2026",
            naming=lambda items: ByParent(items, "woocommerce_parent"),
            write=_write_woocommerce,
        ),
        Target(
            name="magento",
            title="Magento's import of products",
            page="https://experienceleague.adobe.com/en/docs/commerce-admin/systems/data-transfer/data-attributes-product",
            seen="November 2026",
            naming=lambda items: ByParent(items, "magento_parent", without=","),
            write=_write_magento,
        ),
        Target(
            name="csv",
            title="a plain list, a row a pair",
            page="docs/exports.md",
            seen="November 2026",
            naming=lambda _: ByItem(),
            write=_write_plain,
        ),
    )
}
