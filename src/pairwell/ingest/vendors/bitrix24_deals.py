"""Bitrix24's deals: a list exported with its products (a row each), or REST's deals and product rows, read together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from pairwell.ingest.vendors.bitrix24 import fields
from pairwell.ingest.vendors.bitrix24_lists import Listed, product_of
from pairwell.ingest.vendors.cells import amount, filled, moment, plain, text
from pairwell.ingest.vendors.deals import CHANGED, Deal, Newest, customer_of, is_won, number_of, pieces_of
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


_HELD = (
    "id",
    "stageid",
    "stage",
    "stagesemanticid",
    "currencyid",
    "assignedbyid",
    "closedate",
    "datecreate",
    "ownerid",
    "ownertype",
    "productid",
    "productname",
    "price",
    "pricebrutto",
    "quantity",
)


def reshape(given: Iterable[Given], won: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Deal by deal, once every file was read: product rows name their deal, and a deal may be told again.

    Held are all rows, each with the cells that are used.
    """
    deals, products, listed = Newest(), Newest(), Listed()
    bare: list[Given] = []  # product rows without a number
    for row in given:
        told = _held(row)
        number = text(told.cells.get("id"))
        if "ownerid" in told.cells:
            left = _product(told, products, bare)
        elif number is None:
            left = Left(told, "orders", "no_order_id")
        else:
            left = deals.tell(number, told) if "stageid" in told.cells else listed.tell(number, told)
        if left:
            yield left
    yield from _of_lists(listed, won)
    yield from _of_rest(deals, [*products.records.values(), *bare], won)


def _held(row: Given) -> Given:
    said = fields(row)
    held = {name: said[name] for name in _HELD if name in said}
    customer = customer_of(said.get("contactid"), said.get("companyid"))
    return Given(row.file, row.line, held | filled({"customer_id": customer, CHANGED: said.get("datemodify")}))


def _product(told: Given, products: Newest, bare: list[Given]) -> Left | None:
    """Note a product row of a deal; one of anything else is left."""
    if (text(told.cells.get("ownertype")) or "d").casefold() not in _OF_DEALS:
        return Left(told, "orders", "line_without_deal")
    number = text(told.cells.get("id"))
    if number is not None:
        return products.tell(number, told)
    bare.append(told)
    return None


def _of_rest(deals: Newest, products: Iterable[Given], won: frozenset[str]) -> Iterator[Piece]:
    sold: dict[str, list[Given]] = {}
    for row in products:
        sold.setdefault(text(row.cells["ownerid"]) or "", []).append(row)
    for number, deal in deals.records.items():
        lines = [Line(row, _line(row.cells)) for row in sold.pop(number, [])]
        order = _order(deal.cells) | {"customer_id": deal.cells.get("customer_id")}
        yield from pieces_of(Deal(rows=[deal], order=order, won=_won(deal.cells, won), lines=lines))
    yield from (Left(row, "orders", "line_without_deal") for rows in sold.values() for row in rows)


def _of_lists(listed: Listed, won: frozenset[str]) -> Iterator[Piece]:
    """Deals of exported lists, which repeat a deal's cells on a row for each product and call contacts by name."""
    for rows, older in listed.deals():
        yield from older
        first = rows[0].cells
        lines = [Line(row, _line(row.cells)) for row in rows if product_of(row)]
        bare = [row for row in rows if not product_of(row)]
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
    taxed=True,
    moments=frozenset({"assumed close date", "close date"}),
    numbers=frozenset({"цена", "количество", "сумма", "price", "quantity", "income"}),
)
