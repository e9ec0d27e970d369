"""Magento's (Adobe Commerce's) export of products: one row a product and store view, variants before their parent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pairwell.ingest.vendors.cells import amount, attribute, deepest, filled, is_yes, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.related import Links, Sold

_FIELDS = {
    "items": {
        "item_id": "sku",
        "title": "name",
        "category": "categories",
        "brand": "additional_attributes manufacturer",
        "family": "configurable_variations of the parent",
        "price": "special_price without dates, else price",
        "cost": "additional_attributes cost",
        "image_url": "base_image",
        "published": "product_online",
        "stock": "is_in_stock, qty",
        "attributes.magento_parent": "configurable_variations of the parent",
    },
    "relations": {
        "anchor_id": "sku",
        "item_id": "crosssell_skus, upsell_skus",
        "relation": "crosssell_skus, upsell_skus",
        "rank": "crosssell_position, upsell_position",
    },
}
_LISTS = {"crosssell": "complement", "upsell": "upgrade"}
_ROOT = "default category"


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """All rows are held: which parent a variant has, only the parent says, and it comes later."""
    rows = list(given)
    own = [row for row in rows if not text(row.cells.get("store_view_code"))]
    parents = {sku: row.cells for row in own for sku in _variations(row.cells)}
    links = Links()
    for row in rows:
        yield _piece(row, parents, links)
    yield from links.pieces()


def _piece(row: Given, parents: Mapping[str, Mapping[str, Any]], links: Links) -> Piece:
    cells = row.cells
    kind, sku = (text(cells.get("product_type")) or "simple").casefold(), text(cells.get("sku")) or ""
    if text(cells.get("store_view_code")):
        return Left(row, "items", "part_of_product")  # another store view's words for the same product
    if kind == "grouped":
        return Left(row, "items", "not_sold_alone")
    if kind == "giftcard":
        return Left(row, "items", "gift_card")
    _tell(row, sku, links)
    if kind == "configurable":
        return Left(row, "items", "part_of_product")
    parent = parents.get(sku)
    item = _item(cells, parent)
    sold = Sold(item_id=sku, published=is_yes(item["published"]))
    links.sold(sku, sold)
    if parent is not None:
        links.sold(item.get("family", ""), sold)
    return Row(row, "items", item)


def _variations(cells: Mapping[str, Any]) -> list[str]:
    """The SKUs in "sku=A-S,size=S|sku=A-M,size=M"."""
    told = (text(cells.get("configurable_variations")) or "").split("|")
    return [sku for one in told if (sku := _pairs(one).get("sku"))]


def _pairs(cell: Any) -> dict[str, str]:  # noqa: ANN401
    """The members of "name=value,name=value"; a comma inside a value goes on with it."""
    found: dict[str, str] = {}
    last = None
    for part in (text(cell) or "").split(","):
        name, mark, value = part.partition("=")
        if mark:
            last = name.strip()
            found[last] = value.strip()
        elif last is not None:
            found[last] += f",{part}"
    return found


def _tell(row: Given, sku: str, links: Links) -> None:
    for column, relation in _LISTS.items():
        names = [name.strip() for name in (text(row.cells.get(f"{column}_skus")) or "").split(",") if name.strip()]
        places = [amount(place) for place in (text(row.cells.get(f"{column}_position")) or "").split(",")]
        if len(places) == len(names) and None not in places:
            order = sorted(range(len(names)), key=lambda one: (places[one] or 0, one))
            names = [names[one] for one in order]
        links.told(row, sku, relation, names)


def _item(cells: Mapping[str, Any], parent: Mapping[str, Any] | None) -> dict[str, str]:
    more = _pairs(cells.get("additional_attributes"))
    above = parent or {}
    categories = text(above.get("categories")) or text(cells.get("categories")) or ""
    name = text(above.get("sku"))
    return filled(
        {
            "item_id": cells.get("sku"),
            "title": cells.get("name"),
            "category": deepest(map(_path, categories.split(","))),
            "brand": more.get("manufacturer"),
            "family": name,
            "price": _price(cells),
            "cost": more.get("cost"),
            "image_url": cells.get("base_image") or above.get("base_image"),
            "published": _is_online(cells) and (parent is None or _is_online(above)),
            "stock": _stock(cells),
            "attributes.magento_parent": name,
            **{attribute(one): value for one, value in _chosen(cells, parent).items()},
        }
    )


def _chosen(cells: Mapping[str, Any], parent: Mapping[str, Any] | None) -> dict[str, str]:
    """The options by which a variant differs from others of its parent."""
    told = (text((parent or {}).get("configurable_variations")) or "").split("|")
    mine = next((pairs for one in told if (pairs := _pairs(one)).get("sku") == text(cells.get("sku"))), {})
    return {name: value for name, value in mine.items() if name != "sku"}


def _path(category: str) -> str:
    levels = [level.strip() for level in category.split("/") if level.strip()]
    return " > ".join(levels[1:] if levels and levels[0].casefold() == _ROOT else levels)


def _price(cells: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The price of now; one that holds for some days only may be over before the next export."""
    dated = cells.get("special_price_from_date") or cells.get("special_price_to_date")
    return cells.get("price") if dated else cells.get("special_price") or cells.get("price")


def _is_online(cells: Mapping[str, Any]) -> bool:
    return is_yes(cells.get("product_online") or "1")


def _stock(cells: Mapping[str, Any]) -> str | None:
    """What there is: none where the shop says so, and nothing said where it is not counted or sold on without."""
    if not is_yes(cells.get("is_in_stock") or "1"):
        return "0"
    quantity, sold_on = amount(cells.get("qty")), amount(cells.get("allow_backorders"))
    return None if not quantity or sold_on else str(max(0, int(quantity)))


MAGENTO_PRODUCTS = Export(
    source="magento",
    title="Magento's export of products",
    page="https://experienceleague.adobe.com/en/docs/commerce-admin/systems/data-transfer/data-attributes-product",
    seen="November 2026",
    marks=(frozenset({"sku", "store_view_code", "attribute_set_code", "product_type", "product_online"}),),
    fields=_FIELDS,
    reshape=reshape,
    counted_in=frozenset({"is_in_stock", "qty"}),
    numbers=frozenset({"price", "special_price", "qty"}),
)
