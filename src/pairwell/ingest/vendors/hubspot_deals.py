"""HubSpot's deals and their line items, which are records of their own: two files, read together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import amount, filled, is_yes, moment, plain, text
from pairwell.ingest.vendors.deals import Deal, customer_of, is_won, pieces_of
from pairwell.ingest.vendors.export import Export, Given, Left, Piece
from pairwell.ingest.vendors.hubspot import line_items, properties
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


class _Record(msgspec.Struct, frozen=True):
    given: Given
    said: dict[str, Any]


def reshape(given: Iterable[Given], won: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Deal by deal, once every file was read: a line item names its deal, or a deal its line items."""
    deals: dict[str, _Record] = {}
    items: list[_Record] = []
    seen: set[str] = set()
    for row in given:
        record = _Record(row, properties(row))
        number = text(record.said.get("hs_object_id"))
        if "dealstage" in record.said or "dealname" in record.said:
            if number is None or number in deals:
                yield Left(row, "orders", "repeated_order" if number else "no_order_id")
            else:
                deals[number] = record
        elif number is not None and number in seen:
            yield Left(row, "orders", "exact_duplicate")
        else:
            seen |= {number} if number else set()
            items.append(record)
    sold = _by_deal(deals, items)
    for number, deal in deals.items():
        lines = [Line(item.given, _line(item.said)) for item in sold.pop(number, [])]
        order = _order(number, deal.said)
        yield from pieces_of(Deal(rows=[deal.given], order=order, won=_won(deal.said, won), lines=lines))
    yield from (Left(item.given, "orders", "line_without_deal") for left in sold.values() for item in left)


def _by_deal(deals: dict[str, _Record], items: list[_Record]) -> dict[str, list[_Record]]:
    named = {item: number for number, deal in deals.items() for item in line_items(deal.given, deal.said)}
    sold: dict[str, list[_Record]] = {}
    for item in items:
        number = text(item.said.get("deals")) or named.get(text(item.said.get("hs_object_id")) or "", "")
        sold.setdefault(number, []).append(item)
    return sold


def _order(number: str, deal: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": number,
        "placed_at": moment(deal.get("closedate")),
        "customer_id": customer_of(deal.get("contacts"), deal.get("companies")),
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
    moments=frozenset({"close date"}),
    numbers=frozenset({"amount", "quantity", "unit price", "unit discount", "net price"}),
)
