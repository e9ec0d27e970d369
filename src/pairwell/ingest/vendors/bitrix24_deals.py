"""Bitrix24's deals: a list exported with its products (a row each), or REST's deals and product rows, read together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

import msgspec

from pairwell.ingest.vendors.bitrix24 import fields
from pairwell.ingest.vendors.cells import amount, filled, moment, plain, text
from pairwell.ingest.vendors.deals import Deal, customer_of, is_won, number_of, pieces_of
from pairwell.ingest.vendors.export import Export, Given, Left, Piece
from pairwell.ingest.vendors.lines import Line

_FIELDS = {
    "orders": {
        "order_id": "ID",
        "item_id": "PRODUCT_ID, else PRODUCT_NAME; in a list Товар or Product",
        "placed_at": "CLOSEDATE, else DATE_CREATE",
        "customer_id": "CONTACT_ID, else company: and COMPANY_ID",
        "title": "PRODUCT_NAME",
        "quantity": "QUANTITY",
        "unit_price": "PRICE_BRUTTO, else PRICE",
        "line_discount": "PRICE_BRUTTO, PRICE, QUANTITY",
        "currency": "CURRENCY_ID",
        "seller_id": "ASSIGNED_BY_ID",
        "status": "STAGE_SEMANTIC_ID, STAGE_ID",
    },
}
_SEMANTICS = {"s": True, "f": False, "p": False}
_WON = "won"  # how the codes of won stages end: WON, C5:WON
_OF_DEALS = {"d", "2"}  # owners of product rows that are deals


class _Said(msgspec.Struct, frozen=True):
    given: Given
    fields: dict[str, Any]


def reshape(given: Iterable[Given], won: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Rows of a list deal by deal; REST's deals once every file was read: product rows name their deal."""
    deals: dict[str, _Said] = {}
    products: dict[str, list[_Said]] = {}
    said = (_Said(row, fields(row)) for row in given)
    for number, rows in groupby(said, key=lambda one: None if _is_rest(one.fields) else text(one.fields.get("id"))):
        if number is not None:
            yield from _of_list(list(rows), won)
            continue
        for one in rows:
            if left := _keep(one, deals, products):
                yield left
    for number, deal in deals.items():
        lines = [Line(row.given, _line(row.fields)) for row in products.pop(number, [])]
        order = _order(deal.fields) | {
            "customer_id": customer_of(deal.fields.get("contactid"), deal.fields.get("companyid"))
        }
        yield from pieces_of(Deal(rows=[deal.given], order=order, won=_won(deal.fields, won), lines=lines))
    for rows_left in products.values():
        yield from (Left(row.given, "orders", "line_without_deal") for row in rows_left)


def _is_rest(said: dict[str, Any]) -> bool:
    return "stageid" in said or "ownerid" in said or text(said.get("id")) is None


def _keep(one: _Said, deals: dict[str, _Said], products: dict[str, list[_Said]]) -> Left | None:
    """Note a deal or a product row of a deal; what is neither is left."""
    number = text(one.fields.get("id"))
    if "ownerid" in one.fields:
        if (text(one.fields.get("ownertype")) or "d").casefold() not in _OF_DEALS:
            return Left(one.given, "orders", "line_without_deal")
        rows = products.setdefault(text(one.fields["ownerid"]) or "", [])
        if number is not None and any(text(row.fields.get("id")) == number for row in rows):
            return Left(one.given, "orders", "exact_duplicate")
        rows.append(one)
    elif number is None:
        return Left(one.given, "orders", "no_order_id")
    elif number in deals:
        return Left(one.given, "orders", "repeated_order")
    else:
        deals[number] = one
    return None


def _of_list(rows: list[_Said], won: frozenset[str]) -> Iterator[Piece]:
    """A deal of an exported list, which repeats its cells on a row for each product and calls contacts by name."""
    first = rows[0].fields
    with_product = [row for row in rows if text(row.fields.get("productname"))]
    lines = [Line(row.given, _line(row.fields)) for row in with_product]
    bare = [row.given for row in rows if row not in with_product]
    yield from pieces_of(Deal(rows=bare, order=_order(first), won=_won(first, won), lines=lines))


def _order(deal: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": deal.get("id"),
        "placed_at": moment(deal.get("closedate")) or moment(deal.get("datecreate")),
        "seller_id": deal.get("assignedbyid"),
        "currency": deal.get("currencyid"),
    }


def _won(deal: dict[str, Any], named: frozenset[str]) -> bool:
    """By the group of its stage, else by the code of the stage, which no renaming changes, else by its name."""
    flag = _SEMANTICS.get((text(deal.get("stagesemanticid")) or "").casefold())
    code = text(deal.get("stageid"))
    if flag is None and code is not None:
        flag = code.casefold().rsplit(":", 1)[-1] == _WON
    return is_won([code, deal.get("stage")], flag=flag, named=named)


def _line(row: dict[str, Any]) -> dict[str, str]:
    price, before, quantity = (amount(row.get(name)) for name in ("price", "pricebrutto", "quantity"))
    taken = before is not None and price is not None and quantity is not None and before > price
    off = (before - price) * quantity if taken and before and price is not None and quantity else Decimal(0)
    return filled(
        {
            "item_id": number_of(row.get("productid")) or row.get("productname"),
            "title": row.get("productname"),
            "quantity": row.get("quantity"),
            "unit_price": row.get("pricebrutto") if off else row.get("price"),
            "line_discount": plain(off) if off else None,
        }
    )


BITRIX24_DEALS = Export(
    source="bitrix24",
    title="Bitrix24's deals with their products",
    page="https://apidocs.bitrix24.com/api-reference/crm/universal/product-rows/index.html",
    seen="November 2026",
    marks=(
        frozenset({"id", "stage_id", "opportunity", "currency_id"}),
        frozenset({"id", "stageid", "opportunity", "currencyid"}),
        frozenset({"owner_id", "owner_type", "product_name", "price", "quantity"}),
        frozenset({"ownerid", "ownertype", "productname", "price", "quantity"}),
        frozenset({"id", "стадия сделки", "товар", "цена", "количество"}),
        frozenset({"id", "название сделки", "стадия", "товар", "цена", "количество"}),
        frozenset({"id", "deal name", "stage", "responsible", "product", "price", "quantity"}),
    ),
    fields=_FIELDS,
    reshape=reshape,
    staged=lambda won: partial(reshape, won=won),
    member="id",
    moments=frozenset({"assumed close date", "close date"}),
    numbers=frozenset({"цена", "количество", "сумма", "price", "quantity", "income"}),
)
