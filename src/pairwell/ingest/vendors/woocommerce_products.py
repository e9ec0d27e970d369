"""WooCommerce's export of products: one row a product or a variation of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import amount, attribute, deepest, filled, is_yes, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.related import Links, Sold

_FIELDS = {
    "items": {
        "item_id": "SKU, else id: and ID",
        "title": "Name",
        "category": "Categories",
        "brand": "Brands",
        "family": "Parent",
        "price": "Sale price without dates, else Regular price",
        "cost": "Cost of goods",
        "image_url": "Images",
        "published": "Published, Visibility in catalog",
        "stock": "In stock?, Stock, Backorders allowed?",
        "attributes.woocommerce_parent": "Parent",
    },
    "relations": {
        "anchor_id": "SKU, else id: and ID",
        "item_id": "Upsells, Cross-sells",
        "relation": "Upsells, Cross-sells",
        "rank": "Upsells, Cross-sells",
    },
}
_LISTS = {"Cross-sells": "complement", "Upsells": "upgrade"}
_NOT_SOLD = {"grouped", "external"}
_ESCAPED = ("=", "+", "-", "@")
_COMMA = re.compile(r"(?<!\\),")  # one inside a name is written \,
_SHARED = ("Categories", "Brands", "Images", "In stock?", "Stock", "Backorders allowed?")


class _Parents(msgspec.Struct, frozen=True):
    """Products with variations that were read so far: by their name, and by what else they are called."""

    rows: dict[str, Given]
    names: dict[str, str]
    unnamed: set[str]  # those of which a variation without SKU is taken already

    def find(self, reference: str | None) -> tuple[str, dict[str, Any]]:
        """The name and the cells of a product; the reference itself and no cells where it was not read."""
        name = self.names.get(reference or "", reference or "")
        return name, self.rows[name].cells if name in self.rows else {}


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Row by row; a product with variations says what they share, and those that stand above it wait for it."""
    links, parents = Links(), _Parents({}, {}, set())
    early: list[Given] = []
    for row in map(_unescaped, given):
        if "variation" in _kinds(row.cells) and not parents.find(text(row.cells.get("Parent")))[1]:
            early.append(row)
        else:
            yield _piece(row, links, parents)
    yield from (_variation(row, links, parents) for row in early)
    yield from links.pieces()


def _unescaped(row: Given) -> Given:
    """The row without the apostrophe that the exporter puts before what a spreadsheet would take for a formula."""
    cells = {
        name: cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in _ESCAPED else cell
        for name, cell in row.cells.items()
    }
    return Given(row.file, row.line, cells)


def _kinds(cells: dict[str, Any]) -> set[str]:
    return {kind.strip() for kind in (text(cells.get("Type")) or "simple").casefold().split(",")}


def _piece(row: Given, links: Links, parents: _Parents) -> Piece:
    cells = row.cells
    kinds, name = _kinds(cells), _name(cells)
    if kinds & _NOT_SOLD:
        return Left(row, "items", "not_sold_alone")
    if "variable" in kinds:
        parents.rows[name] = row
        parents.names[f"id:{cells.get('ID')}"] = name
        _tell(row, name, links)
        return Left(row, "items", "part_of_product")
    if "variation" in kinds:
        return _variation(row, links, parents)
    item = filled(_item(cells, cells) | {"item_id": name})
    links.sold(name, _sold(item))
    _tell(row, name, links)
    return Row(row, "items", item)


def _variation(row: Given, links: Links, parents: _Parents) -> Piece:
    parent, shared = parents.find(text(row.cells.get("Parent")))
    name = _name(row.cells)
    if not text(row.cells.get("SKU")) and text(shared.get("SKU")):
        # Orders call a variation without SKU by the SKU of its product: all such are one item there.
        if parent in parents.unnamed:
            return Left(row, "items", "part_of_product")
        parents.unnamed.add(parent)
        name = parent
    own = {key: cell for key, cell in row.cells.items() if (key, cell) != ("Stock", "parent")}
    item = _item(own, {key: shared[key] for key in _SHARED if key in shared} | own)
    item = filled(item | {"item_id": name, "family": parent, "attributes.woocommerce_parent": parent})
    if shared and not _is_published(shared):
        item["published"] = "false"
    links.sold(parent, _sold(item))
    links.called(parent, f"id:{shared.get('ID')}")
    links.sold(name, _sold(item))
    links.called(name, f"id:{row.cells.get('ID')}")
    return Row(row, "items", item)


def _name(cells: dict[str, Any]) -> str:
    """The SKU, else the number; nothing where the row has neither."""
    sku, number = text(cells.get("SKU")), text(cells.get("ID"))
    return sku or (f"id:{number}" if number else "")


def _tell(row: Given, name: str, links: Links) -> None:
    links.called(name, f"id:{row.cells.get('ID')}")
    for column, relation in _LISTS.items():
        others = (part.replace("\\,", ",").strip() for part in _COMMA.split(text(row.cells.get(column)) or ""))
        links.told(row, name, relation, [other for other in others if other])


def _sold(item: dict[str, str]) -> Sold:
    return Sold(item_id=item.get("item_id", ""), published=is_yes(item["published"]))


def _item(own: dict[str, Any], shared: dict[str, Any]) -> dict[str, str]:
    """The fields of an item; `shared` says what the row itself leaves open."""
    categories = [part.replace("\\,", ",") for part in _COMMA.split(text(shared.get("Categories")) or "")]
    return filled(
        {
            "title": own.get("Name"),
            "category": deepest(categories),
            "brand": _first(shared.get("Brands")),
            "price": _price(own),
            "cost": own.get("Cost of goods"),
            "image_url": _first(shared.get("Images")),
            "published": _is_published(own),
            "stock": _stock(shared),
            **dict(_attributes(own)),
        }
    )


def _first(cell: Any) -> str | None:  # noqa: ANN401
    return _COMMA.split(text(cell) or "")[0].replace("\\,", ",").strip() or None


def _price(cells: dict[str, Any]) -> Any:  # noqa: ANN401
    """The price of now; one that holds for some days only may be over before the next export."""
    dated = cells.get("Date sale price starts") or cells.get("Date sale price ends")
    return cells.get("Regular price") if dated else cells.get("Sale price") or cells.get("Regular price")


def _is_published(cells: dict[str, Any]) -> bool:
    return is_yes(cells.get("Published") or "1") and (text(cells.get("Visibility in catalog")) or "") != "hidden"


def _stock(cells: dict[str, Any]) -> str | None:
    """What there is: none where the shop says so, and nothing said where it is not counted or sold on without."""
    if not is_yes(cells.get("In stock?") or "1"):
        return "0"
    quantity = amount(cells.get("Stock"))
    backorders = (text(cells.get("Backorders allowed?")) or "0") not in {"0", "no"}
    return None if quantity is None or backorders else str(max(0, int(quantity)))


def _attributes(cells: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Attributes with one value; several are a choice between variations."""
    place = 1
    while f"Attribute {place} name" in cells:
        values = text(cells.get(f"Attribute {place} value(s)"))
        if values and len(_COMMA.split(values)) == 1:
            yield attribute(str(cells[f"Attribute {place} name"])), values.replace("\\,", ",")
        place += 1


WOOCOMMERCE_PRODUCTS = Export(
    source="woocommerce",
    title="WooCommerce's export of products",
    page="https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema",
    seen="November 2026",
    marks=(frozenset({"type", "sku", "name", "is featured?", "visibility in catalog", "regular price", "categories"}),),
    fields=_FIELDS,
    reshape=reshape,
    counted_in=frozenset({"in stock?", "stock"}),
    numbers=frozenset({"regular price", "sale price", "cost of goods", "stock"}),
)
