"""amoCRM's (Kommo's) deals and contacts as its API lists them, and the catalogue that names what deals sold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from pairwell.ingest.vendors.cells import amount, filled, is_yes, plain, text
from pairwell.ingest.vendors.deals import (
    CHANGED,
    Deal,
    Newest,
    account_of,
    customer_of,
    is_won,
    number_of,
    pieces_of,
)
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
_PRODUCTS = "catalog_elements"
_WON = "142"  # in every pipeline, whatever it calls them


_OF_DEAL = ("id", "status_id", "pipeline_id", "is_deleted", "price", "closed_at", "responsible_user_id")


class _Element(msgspec.Struct, frozen=True):
    title: str | None
    price: Decimal | None


class _Catalogue(msgspec.Struct, frozen=True):
    """The elements that were told, by number, and which catalogues they are of; none at all where none were told."""

    elements: dict[str, _Element]
    numbers: set[str]

    def has(self, product: Mapping[str, Any]) -> bool:
        """Whether it may be of one of them: entries of others, such as invoices, are no products."""
        catalogue = product.get("catalog_id")
        return not self.numbers or catalogue is None or catalogue in self.numbers


def reshape_deals(given: Iterable[Given], won: frozenset[str] = frozenset()) -> Iterator[Piece]:
    """Deal by deal, once every file was read: elements of the catalogue, where they are told, name what was sold.

    Held are all deals with the cells that are used, and name and price of each element.
    """
    deals = Newest()
    catalogue = _Catalogue({}, set())
    for row in given:
        number = text(row.cells.get("id"))
        if number is None:
            yield Left(_held(row), "orders", "no_order_id")
        elif "catalog_id" in row.cells and "status_id" not in row.cells:
            catalogue.elements[number] = _Element(text(row.cells.get("name")), amount(_custom(row.cells, "PRICE")))
            catalogue.numbers.update(filled({"": row.cells["catalog_id"]}).values())
            yield Left(_held(row), "orders", "part_of_deal")
        elif left := deals.tell(number, _held(row)):
            yield left
    for number, row in deals.records.items():
        yield from _deal(number, row, catalogue, won)


def _held(row: Given) -> Given:
    """A deal with the cells that are used: who bought, and of each product its number, its catalogue and how many."""
    held = {name: row.cells[name] for name in _OF_DEAL if row.cells.get(name) is not None}
    customer = customer_of(_main(_linked(row.cells, "contacts")), _main(_linked(row.cells, "companies")))
    held |= filled({"customer_id": customer, CHANGED: row.cells.get("updated_at")})
    return Given(row.file, row.line, held | {"products": [_product(said) for said in _linked(row.cells, _PRODUCTS)]})


def _product(said: dict[str, Any]) -> dict[str, str]:
    metadata = said.get("metadata")
    inner: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
    told = {name: said.get(name) if inner.get(name) is None else inner[name] for name in ("quantity", "catalog_id")}
    return filled({"id": number_of(said.get("id")), **told})


def _deal(number: str, row: Given, catalogue: _Catalogue, named: frozenset[str]) -> Iterator[Piece]:
    deal = row.cells
    status, pipeline = text(deal.get("status_id")), text(deal.get("pipeline_id"))
    flag = not is_yes(deal.get("is_deleted")) and is_won(
        [status, f"{pipeline}:{status}"], flag=status == _WON, named=named
    )
    cells = [_line(product, catalogue.elements) for product in deal["products"] if catalogue.has(product)]
    order = {
        "order_id": number,
        "placed_at": deal.get("closed_at"),
        "customer_id": deal.get("customer_id"),
        "seller_id": deal.get("responsible_user_id"),
    }
    price = amount(deal.get("price"))
    if len(cells) == 1 and price is not None and price > 0:
        cells = [{name: cell for name, cell in cells[0].items() if name != "unit_price"} | {"line_total": plain(price)}]
    elif price is not None and (off := _off(cells, price)) is not None:
        order["discount"] = plain(off)
    whose = filled({"order_id": number, "customer_id": deal.get("customer_id")})
    told = [Line(Given(row.file, row.line, whose | line), line) for line in cells]
    yield from pieces_of(Deal(rows=[] if told else [row], order=order, won=flag, lines=told))
    others = [product for product in deal["products"] if not catalogue.has(product)]
    yield from (Left(Given(row.file, row.line, whose | product), "orders", "part_of_deal") for product in others)


def _line(product: Mapping[str, str], elements: Mapping[str, _Element]) -> dict[str, str]:
    """A product of a deal, which says its number and how many; the catalogue says the rest, where it knows it."""
    number = product.get("id")
    known = elements.get(number or "", _Element(None, None))
    price = None if known.price is None else plain(known.price)
    told = {"item_id": number, "title": known.title, "quantity": product.get("quantity"), "unit_price": price}
    return filled(told)


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
