"""HubSpot's deals and their line items, which are records of their own: two files, read together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from pairwell.ingest.vendors.cells import amount, filled, is_yes, moment, plain, text
from pairwell.ingest.vendors.deals import CHANGED, Deal, Newest, customer_of, is_won, pieces_of
from pairwell.ingest.vendors.export import Export, Given, Left, Piece
from pairwell.ingest.vendors.hubspot import changed, line_items, properties
from pairwell.ingest.vendors.lines import Line

_FIELDS = {
    "orders": {
        "order_id": "hs_object_id of the deal",
        "item_id": "hs_sku, else hs_product_id, else name",
        "placed_at": "closedate",
        "customer_id": "associations.contacts, else company: and associations.companies",
        "title": "name of the line item",
        "quantity": "quantity",
        "unit_price": "price",
        "line_discount": "amount, else discount",
        "currency": "hs_line_item_currency_code, else deal_currency_code",
        "seller_id": "hubspot_owner_id",
        "status": "hs_is_closed_won, hs_deal_stage_probability, dealstage",
    },
}
_SURE = Decimal(1)  # probability of a stage that is won
_IN_PERCENT = Decimal(100)


_OF_DEAL = (
    "hs_object_id",
    "dealstage",
    "hs_is_closed_won",
    "hs_deal_stage_probability",
    "archived",
    "closedate",
    "hubspot_owner_id",
    "deal_currency_code",
    "currency",
)
_OF_ITEM = (
    "hs_object_id",
    "deals",
    "hs_sku",
    "hs_product_id",
    "name",
    "quantity",
    "price",
    "amount",
    "discount",
    "hs_line_item_currency_code",
)


def reshape(given: Iterable[Given], won: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Deal by deal, once every file was read: a line item names its deal, or a deal its line items.

    Held are all deals and line items, each with the cells that are used.
    """
    deals, items = Newest(), Newest()
    bare: list[Given] = []  # line items without a number
    for row in given:
        said = properties(row)
        is_deal = "dealstage" in said or "dealname" in said
        told = _deal(row, said) if is_deal else _item(row, said)
        number = text(said.get("hs_object_id"))
        if number is not None:
            if left := (deals if is_deal else items).tell(number, told):
                yield left
        elif is_deal:
            yield Left(told, "orders", "no_order_id")
        else:
            bare.append(told)
    sold = _by_deal(deals, [*items.records.values(), *bare])
    for number, deal in deals.records.items():
        lines = [Line(item, _line(item.cells)) for item in sold.pop(number, [])]
        order = _order(number, deal.cells)
        yield from pieces_of(Deal(rows=[deal], order=order, won=_won(deal.cells, won), lines=lines))
    yield from (Left(item, "orders", "line_without_deal") for left_items in sold.values() for item in left_items)


def _deal(row: Given, said: dict[str, Any]) -> Given:
    held = {name: said[name] for name in _OF_DEAL if said.get(name) is not None}
    held |= filled({"customer_id": customer_of(said.get("contacts"), said.get("companies")), CHANGED: changed(said)})
    return Given(row.file, row.line, held | {"line items": line_items(row, said)})


def _item(row: Given, said: dict[str, Any]) -> Given:
    held = {name: said[name] for name in _OF_ITEM if said.get(name) is not None}
    return Given(row.file, row.line, held | filled({CHANGED: changed(said)}))


def _by_deal(deals: Newest, items: Iterable[Given]) -> dict[str, list[Given]]:
    named = {item: number for number, deal in deals.records.items() for item in deal.cells["line items"]}
    sold: dict[str, list[Given]] = {}
    for item in items:
        number = text(item.cells.get("deals")) or named.get(text(item.cells.get("hs_object_id")) or "", "")
        sold.setdefault(number, []).append(item)
    return sold


def _order(number: str, deal: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": number,
        "placed_at": moment(deal.get("closedate")),
        "customer_id": deal.get("customer_id"),
        "seller_id": deal.get("hubspot_owner_id"),
        "currency": deal.get("deal_currency_code") or deal.get("currency"),
    }


def _won(deal: dict[str, Any], named: frozenset[str]) -> bool:
    """By the property that says so, else by the probability of its stage, else by what the stage is called."""
    flag: bool | None = None
    if text(deal.get("hs_is_closed_won")):
        flag = is_yes(deal["hs_is_closed_won"])
    elif (sure := _probability(deal.get("hs_deal_stage_probability"))) is not None:
        flag = sure == _SURE
    return not is_yes(deal.get("archived")) and is_won([deal.get("dealstage")], flag=flag, named=named)


def _probability(value: Any) -> Decimal | None:  # noqa: ANN401  (any JSON value)
    """A share, which exports also write in percent."""
    said = text(value) or ""
    number = amount(said.removesuffix("%"))
    return number / _IN_PERCENT if number is not None and said.endswith("%") else number


def _line(item: dict[str, Any]) -> dict[str, str]:
    return filled(
        {
            "item_id": item.get("hs_sku") or item.get("hs_product_id") or item.get("name"),
            "title": item.get("name"),
            "quantity": item.get("quantity"),
            "unit_price": item.get("price"),
            "line_discount": _discount(item),
            "currency": item.get("hs_line_item_currency_code"),
        }
    )


def _discount(item: dict[str, Any]) -> str | None:
    """What was taken off the line: `discount` is of one piece; `amount` is what was left of all."""
    price, quantity, left = (amount(item.get(name)) for name in ("price", "quantity", "amount"))
    if price is not None and quantity is not None and left is not None and 0 <= left <= price * quantity:
        return plain(price * quantity - left)
    off = amount(item.get("discount"))
    return None if off is None or quantity is None else plain(off * quantity)


HUBSPOT_DEALS = Export(
    source="hubspot",
    title="HubSpot's deals with their line items",
    page="https://developers.hubspot.com/docs/api/crm/deals",
    seen="November 2026",
    marks=(
        frozenset({"properties.hs_object_id", "properties.dealname", "properties.dealstage"}),
        frozenset({"properties.hs_object_id", "properties.quantity", "properties.price", "properties.name"}),
        frozenset({"record id", "deal name", "deal stage", "close date"}),
        frozenset({"record id", "name", "quantity", "unit price", "associated deal ids"}),
    ),
    fields=_FIELDS,
    reshape=reshape,
    staged=lambda won: partial(reshape, won=won),
    member="properties",
    net=True,
    moments=frozenset({"close date"}),
    numbers=frozenset({"amount", "quantity", "unit price", "unit discount", "net price"}),
)
