"""A feed of Google Merchant Center: RSS or Atom with Google's own elements, or a table of the same names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pairwell.ingest.vendors.cells import attribute, deepest, filled, text
from pairwell.ingest.vendors.export import BEGIN, Export, Given, Left, Piece, Row

_FIELDS = {
    "items": {
        "item_id": "id",
        "title": "title",
        "category": "product_type, else google_product_category",
        "brand": "brand",
        "family": "item_group_id",
        "price": "sale_price without dates, else price",
        "cost": "cost_of_goods_sold",
        "currency": "price",
        "image_url": "image_link, else additional_image_link",
        "url": "link",
        "stock": "availability",
    },
}
_ATTRIBUTES = (
    "color",
    "size",
    "size_type",
    "size_system",
    "material",
    "pattern",
    "gender",
    "age_group",
    "energy_efficiency_class",
)
_MONEY = re.compile(r"^(?:(?P<before>[A-Za-z]{3})\s*)?(?P<amount>[^A-Za-z]*?)(?:\s*(?P<after>[A-Za-z]{3}))?$")
_DETAIL = re.compile(r"(?<!\\),")
_PARTS = 3  # of a detail in a table: section, name, value


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Product by product."""
    for row in given:
        if BEGIN not in row.cells:
            yield _piece(row, _named(row.cells))


def _piece(row: Given, cells: Mapping[str, Any]) -> Piece:
    on_sale = not _first(cells, "sale_price_effective_date") and _first(cells, "sale_price")
    price, currency = _money(on_sale or _first(cells, "price"))
    cost, other = _money(_first(cells, "cost_of_goods_sold"))
    if currency and other and currency != other:
        return Left(row, "items", "mixed_currencies")
    item = {
        "item_id": _first(cells, "id"),
        "title": _first(cells, "title"),
        "category": _category(cells),
        "brand": _first(cells, "brand"),
        "family": _first(cells, "item_group_id"),
        "price": price,
        "cost": cost,
        "currency": currency or other,
        "image_url": _first(cells, "image_link") or (_first(cells, "additional_image_link") or "").split(",")[0],
        "url": _first(cells, "link"),
        "stock": "0" if _word(cells, "availability") == "out_of_stock" else None,
        **{attribute(name): _first(cells, name) for name in _ATTRIBUTES},
        **_details(cells),
    }
    return Row(row, "items", filled(item))


def _named(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells by Google's names. Elements of Google's namespace go before those of RSS or Atom."""
    found: dict[str, Any] = {}
    for own in (True, False):
        for name, value in cells.items():
            if name.startswith("g:") == own:
                key = "_".join(name.removeprefix("g:").casefold().split())
                found.setdefault(key, value)
    return found


def _first(cells: Mapping[str, Any], name: str) -> str | None:
    """The first value of that name; of a link of Atom its address."""
    value = cells.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    return text(value.get("") or value.get("@href")) if isinstance(value, dict) else text(value)


def _word(cells: Mapping[str, Any], name: str) -> str:
    return "_".join((_first(cells, name) or "").casefold().split())


def _money(value: str | None) -> tuple[str | None, str | None]:
    """The amount and the currency of "15.00 USD"; what is written otherwise stays as it is."""
    found = _MONEY.match(value or "")
    if found is None or not found["amount"]:
        return value, None
    currency = found["after"] or found["before"]
    return found["amount"], currency.upper() if currency else None


def _category(cells: Mapping[str, Any]) -> str | None:
    """The shop's own category, else Google's, which may be a number."""
    own = _first(cells, "product_type") or _first(cells, "google_product_category")
    return deepest([own]) if own else None


def _details(cells: Mapping[str, Any]) -> dict[str, str]:
    """Each `product_detail` under its own name: the parts of an element, or "section:name:value,…" of a table."""
    told = cells.get("product_detail")
    pairs: list[tuple[str | None, str | None]] = []
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict):
            detail = _named(one)
            pairs.append((_first(detail, "attribute_name"), _first(detail, "attribute_value")))
        else:
            pairs += _listed(text(one) or "")
    return {attribute(name): value for name, value in pairs if name and value}


def _listed(told: str) -> Iterator[tuple[str, str]]:
    """A comma that no further detail follows is part of the value before it."""
    details: list[str] = []
    for part in _DETAIL.split(told):
        if part.count(":") >= _PARTS - 1 or not details:
            details.append(part)
        else:
            details[-1] += f",{part}"
    for detail in details:
        parts = detail.replace("\\,", ",").split(":", _PARTS - 1)
        if len(parts) == _PARTS:
            yield parts[1].strip(), parts[2].strip()


GOOGLE_MERCHANT = Export(
    source="google-merchant",
    title="a feed of Google Merchant Center",
    page="https://support.google.com/merchants/answer/7052112",
    seen="November 2026",
    marks=(
        frozenset({"g:id", "g:price"}),
        frozenset({"id", "title", "link", "image_link", "price", "availability"}),
        frozenset({"id", "title", "link", "image link", "price", "availability"}),
    ),
    fields=_FIELDS,
    reshape=reshape,
)
