"""A feed in YML (Yandex Market Language): an offer an item, its category by number in a tree that stands above."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import amount, attribute, filled, is_yes, text
from pairwell.ingest.vendors.export import BEGIN, Export, Given, Piece, Row

_FIELDS = {
    "items": {
        "item_id": "@id",
        "title": "name, else typePrefix, vendor, model, title",
        "category": "categoryId",
        "brand": "vendor",
        "family": "@group_id",
        "price": "price",
        "cost": "purchase_price",
        "currency": "currencyId",
        "image_url": "picture",
        "url": "url",
        "published": "disabled, archived, @deleted",
        "stock": "@available, count",
    },
    "relations": {
        "anchor_id": "@id",
        "item_id": "rec",
        "relation": "rec",
        "rank": "rec",
    },
}
_RENAMED = {"RUR": "RUB"}  # the code of before 1998, which YML goes on taking
_GONE = ("disabled", "archived", "deleted")
_COUNTS = ("count", "stock_quantity", "quantity_in_stock")
_field = lru_cache(maxsize=1 << 16)(attribute)  # a feed has few names of parameters, and millions of parameters


class _Shop(msgspec.Struct):
    """What a feed says of its shop before its offers."""

    categories: dict[str, tuple[str, str]]  # id -> name, id of the one above
    paths: dict[str, str]  # id -> "A > B > C", as far as asked
    currency: str | None = None  # the one whose rate is 1


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Offer by offer; categories and currencies are no rows. `<rec>` names offers that may come later, or never."""
    shop = _Shop({}, {})
    for row in given:
        if BEGIN in row.cells:
            shop = _Shop({}, {})
        elif isinstance(category := row.cells.get("<category>"), dict):
            above = text(category.get("@parentId")) or ""
            shop.categories[text(category.get("@id")) or ""] = (text(category.get("")) or "", above)
        elif isinstance(currency := row.cells.get("<currency>"), dict):
            shop.currency = _main_currency(shop.currency, currency)
        else:
            yield Row(row, "items", _item(row.cells, shop))
            yield from _relations(row)


def _main_currency(known: str | None, currency: Mapping[str, Any]) -> str | None:
    rate = amount(text(currency.get("@rate")) or "1")
    return text(currency.get("@id")) if known is None and rate == 1 else known


def _item(cells: Mapping[str, Any], shop: _Shop) -> dict[str, str]:
    currency = _said(cells, "currencyId") or shop.currency or ""
    return filled(
        {
            "item_id": cells.get("@id"),
            "title": _title(cells),
            "category": _path(_said(cells, "categoryId"), shop),
            "brand": _said(cells, "vendor"),
            "family": cells.get("@group_id"),
            "price": _said(cells, "price"),
            "cost": _said(cells, "purchase_price"),
            "currency": _RENAMED.get(currency.upper(), currency),
            "image_url": _said(cells, "picture"),
            "url": _said(cells, "url"),
            "published": not any(is_yes(_either(cells, name)) for name in _GONE),
            "stock": _stock(cells),
            **_attributes(cells),
        }
    )


def _relations(row: Given) -> Iterator[Piece]:
    named = (part.strip() for part in (_said(row.cells, "rec") or "").split(","))
    for rank, other in enumerate(dict.fromkeys(name for name in named if name)):
        cells = {"anchor_id": row.cells.get("@id"), "item_id": other, "relation": "complement", "rank": rank}
        yield Row(row, "relations", filled(cells))


def _title(cells: Mapping[str, Any]) -> str | None:
    """The name of a simple offer, else that of the type `vendor.model`, else of `artist.title`."""
    parts = [_said(cells, name) for name in ("typePrefix", "vendor", "model")]
    model = " ".join(part for part in parts if part) if parts[-1] else None
    return _said(cells, "name") or model or _said(cells, "title")


def _path(category: str | None, shop: _Shop) -> str | None:
    """The names from the root to a category; nothing where the feed does not list it."""
    if category is None:
        return None
    if category not in shop.paths:
        names: dict[str, str] = {}
        at = category
        while at in shop.categories and at not in names:
            names[at], above = shop.categories[at]
            at = above
        shop.paths[category] = " > ".join(name for name in reversed(names.values()) if name)
    return shop.paths[category]


def _stock(cells: Mapping[str, Any]) -> str | None:
    """What there is: none where the offer is not available, and nothing said where nobody counts."""
    if (_either(cells, "available") or "true").casefold() == "false":
        return "0"
    return next((count for name in _COUNTS if (count := _said(cells, name))), None)


def _attributes(cells: Mapping[str, Any]) -> dict[str, str]:
    """`<param>` under their names, values with their units; several values of one name follow each other."""
    found: dict[str, str] = {}
    for param in _all(cells, "param"):
        name = text(param.get("@name")) if isinstance(param, dict) else None
        value = text(param.get("")) if isinstance(param, dict) else None
        if name and value:
            unit = text(param.get("@unit"))
            field, said = _field(name), f"{value} {unit}" if unit else value
            found[field] = f"{found[field]}, {said}" if field in found else said
    country = _said(cells, "country_of_origin")
    return found | ({"attributes.country_of_origin": country} if country else {})


def _all(cells: Mapping[str, Any], name: str) -> list[Any]:
    value = cells.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _said(cells: Mapping[str, Any], name: str) -> str | None:
    """The text of the first element of this name."""
    for value in _all(cells, name)[:1]:
        return text(value.get("")) if isinstance(value, dict) else text(value)
    return None


def _either(cells: Mapping[str, Any], name: str) -> str | None:
    """What an attribute says, else the element of the same name."""
    return text(cells.get(f"@{name}")) or _said(cells, name)


YML = Export(
    source="yml",
    title="a feed in YML",
    page="https://yandex.ru/support/marketplace/tools/elements/",
    seen="November 2026",
    marks=(frozenset({"@id", "price", "categoryid"}), frozenset({"@id", "price", "currencyid"})),
    fields=_FIELDS,
    reshape=reshape,
)
