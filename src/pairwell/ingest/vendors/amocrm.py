"""amoCRM's (Kommo's) deals and contacts as its API lists them, and the catalogue that names what deals sold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import amount, filled, is_yes, plain, text
from pairwell.ingest.vendors.deals import Deal, account_of, customer_of, is_won, number_of, pieces_of
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line

_DEALS = {
    "orders": {
        "order_id": "id",
        "item_id": "_embedded.catalog_elements.id",
        "placed_at": "closed_at",
        "customer_id": "_embedded.contacts.id, else company: and _embedded.companies.id",
        "title": "name of the catalogue's element",
        "quantity": "_embedded.catalog_elements.metadata.quantity",
        "unit_price": "PRICE of the catalogue's element",
        "line_total": "price, of a deal with one product",
        "discount": "price, where it is less than its products come to",
        "seller_id": "responsible_user_id",
        "status": "status_id",
    },
}
_CONTACTS = {
    "customers": {
        "customer_id": "id",
        "account_id": "company: and _embedded.companies.id",
        "attributes.job_title": "POSITION of custom_fields_values",
    },
}
_WON = "142"  # in every pipeline, whatever it calls them


class _Element(msgspec.Struct, frozen=True):
    title: str | None
    price: Decimal | None


def reshape_deals(given: Iterable[Given], won: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Deal by deal, once every file was read: elements of the catalogue, where they are told, name what was sold."""
    deals: dict[str, Given] = {}
    elements: dict[str, _Element] = {}
    for row in given:
        number = text(row.cells.get("id"))
        if number is None:
            yield Left(row, "orders", "no_order_id")
        elif "catalog_id" in row.cells and "status_id" not in row.cells:
            elements[number] = _Element(text(row.cells.get("name")), amount(_custom(row.cells, "PRICE")))
            yield Left(row, "orders", "part_of_deal")
        elif number in deals:
            yield Left(row, "orders", "repeated_order")
        else:
            deals[number] = row
    for number, row in deals.items():
        yield from _deal(number, row, elements, won)


def _deal(number: str, row: Given, elements: Mapping[str, _Element], named: frozenset[str]) -> Iterator[Piece]:
    deal = row.cells
    status, pipeline = text(deal.get("status_id")), text(deal.get("pipeline_id"))
    flag = not is_yes(deal.get("is_deleted")) and is_won(
        [status, f"{pipeline}:{status}"], flag=status == _WON, named=named
    )
    lines = [_line(said, elements) for said in _linked(deal, "catalog_elements")]
    cells = [line for line in lines if not elements or line.get("item_id") in elements]
    order = {
        "order_id": number,
        "placed_at": deal.get("closed_at"),
        "customer_id": customer_of(_main(_linked(deal, "contacts")), _main(_linked(deal, "companies"))),
        "seller_id": deal.get("responsible_user_id"),
    }
    price = amount(deal.get("price"))
    if len(cells) == 1 and price is not None and price > 0:
        cells = [{name: cell for name, cell in cells[0].items() if name != "unit_price"} | {"line_total": plain(price)}]
    elif price is not None and (off := _off(cells, price)) is not None:
        order["discount"] = plain(off)
    told = [Line(Given(row.file, row.line, {"deal": number, **line}), line) for line in cells]
    yield from pieces_of(Deal(rows=[] if told else [row], order=order, won=flag, lines=told))


def _line(said: dict[str, Any], elements: Mapping[str, _Element]) -> dict[str, str]:
    """A product of a deal, which says its number and how many; the catalogue says the rest."""
    metadata = said.get("metadata")
    inner: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
    number = number_of(said.get("id"))
    known = elements.get(number or "", _Element(None, None))
    quantity = inner.get("quantity") if inner.get("quantity") is not None else said.get("quantity")
    price = None if known.price is None else plain(known.price)
    return filled({"item_id": number, "title": known.title, "quantity": quantity, "unit_price": price})


def _off(lines: list[dict[str, str]], price: Decimal) -> Decimal | None:
    """What a deal came to less than its products do; None where a price is not known, or nothing was taken off."""
    numbers = [(amount(line.get("unit_price")), amount(line.get("quantity"))) for line in lines]
    known = [(each, many) for each, many in numbers if each is not None and many is not None]
    whole = sum((each * many for each, many in known), Decimal(0))
    return whole - price if known and len(known) == len(lines) and 0 < price < whole else None


def reshape_contacts(given: Iterable[Given]) -> Iterator[Piece]:
    """Contact by contact, without names, telephones and e-mails."""
    for row in given:
        told = {
            "customer_id": row.cells.get("id"),
            "account_id": account_of(_main(_linked(row.cells, "companies"))),
            "attributes.job_title": _custom(row.cells, "POSITION"),
        }
        yield Row(row, "customers", filled(told))


def _linked(cells: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    embedded = cells.get("_embedded")
    found = embedded.get(kind) if isinstance(embedded, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _main(linked: list[dict[str, Any]]) -> str | None:
    """The main one of several contacts, else the first."""
    main = next((one for one in linked if is_yes(one.get("is_main"))), linked[0] if linked else {})
    return text(main.get("id"))


def _custom(cells: Mapping[str, Any], code: str) -> str | None:
    """The first value of a field that amoCRM itself defines."""
    fields = cells.get("custom_fields_values")
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict) and field.get("field_code") == code:
            values = field.get("values")
            first = values[0] if isinstance(values, list) and values else None
            return text(first.get("value")) if isinstance(first, dict) else None
    return None


_LISTED = Export(
    source="amocrm",
    title="amoCRM's deals (api/v4/leads)",
    page="https://www.amocrm.ru/developers/content/crm_platform/leads-api",
    seen="November 2026",
    marks=(
        frozenset({"id", "status_id", "pipeline_id", "responsible_user_id"}),
        frozenset({"id", "catalog_id", "name", "created_by", "account_id"}),
    ),
    fields=_DEALS,
    reshape=reshape_deals,
    staged=lambda won: partial(reshape_deals, won=won),
    member="account_id",
)
AMOCRM = (
    _LISTED,
    msgspec.structs.replace(
        _LISTED,
        title="amoCRM's contacts (api/v4/contacts)",
        page="https://www.amocrm.ru/developers/content/crm_platform/contacts-api",
        marks=(frozenset({"id", "first_name", "responsible_user_id", "account_id"}),),
        fields=_CONTACTS,
        reshape=reshape_contacts,
        staged=None,
    ),
)
