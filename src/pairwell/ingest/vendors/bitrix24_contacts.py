"""Bitrix24's contacts as customers, without names, telephones and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pairwell.ingest.vendors.bitrix24 import fields
from pairwell.ingest.vendors.cells import filled
from pairwell.ingest.vendors.deals import account_of
from pairwell.ingest.vendors.export import Export, Given, Piece, Row

_ATTRIBUTES = {
    "company": "companytitle",
    "job_title": "post",
    "type": "typeid",
    "source": "sourceid",
    "city": "addresscity",
    "region": "addressregion",
    "country": "addresscountry",
}
_FIELDS = {
    "customers": {
        "customer_id": "ID",
        "account_id": "company: and COMPANY_ID",
        "attributes.company": "Компания or Company of an exported list",
        "attributes.job_title": "POST",
        "attributes.type": "TYPE_ID",
        "attributes.source": "SOURCE_ID",
        "attributes.city": "ADDRESS_CITY",
        "attributes.region": "ADDRESS_REGION",
        "attributes.country": "ADDRESS_COUNTRY",
    },
}


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Contact by contact."""
    for row in given:
        said = fields(row)
        told = {"customer_id": said.get("id"), "account_id": account_of(said.get("companyid"))}
        told |= {f"attributes.{name}": said.get(called) for name, called in _ATTRIBUTES.items()}
        yield Row(row, "customers", filled(told))


BITRIX24_CONTACTS = Export(
    source="bitrix24",
    title="Bitrix24's contacts",
    page="https://helpdesk.bitrix24.ru/open/18478840/",
    seen="November 2026",
    marks=(
        frozenset({"id", "name", "last_name", "assigned_by_id", "opened"}),
        frozenset({"id", "name", "lastname", "assignedbyid", "opened"}),
        frozenset({"id", "имя", "фамилия", "тип контакта", "ответственный"}),
        frozenset({"id", "first name", "last name", "contact type", "responsible"}),
    ),
    fields=_FIELDS,
    reshape=reshape,
    member="id",
)
