"""What HubSpot's records say, whether its API lists them (JSON) or its export writes them (CSV)."""

from __future__ import annotations

from typing import Any

from pairwell.ingest.vendors.cells import text
from pairwell.ingest.vendors.export import Given

# What the columns of an export are called -> the property.
_LABELS = {
    "record id": "hs_object_id",
    "deal name": "dealname",
    "deal stage": "dealstage",
    "close date": "closedate",
    "deal owner": "hubspot_owner_id",
    "is closed won": "hs_is_closed_won",
    "deal probability": "hs_deal_stage_probability",
    "product id": "hs_product_id",
    "sku": "hs_sku",
    "unit price": "price",
    "unit discount": "discount",
    "net price": "amount",
    "company name": "company",
    "job title": "jobtitle",
    "state/region": "state",
    "country/region": "country",
    "lifecycle stage": "lifecyclestage",
    "lead status": "hs_lead_status",
    "unsubscribed from all email": "hs_email_optout",
    "opted out of all email": "hs_email_optout",
    "last modified date": "lastmodifieddate",
    "create date": "createdate",
    "associated contact ids": "contacts",
    "associated company ids": "companies",
    "associated deal ids": "deals",
}
_LINKS = ("contacts", "companies", "deals")
_ID = "hs_object_id"


def properties(row: Given) -> dict[str, Any]:
    """The properties of a record by their internal names, with the first record of each kind that goes with it."""
    inner = row.cells.get("properties")
    if isinstance(inner, dict):
        said = {**inner, _ID: inner.get(_ID) or row.cells.get("id"), "archived": row.cells.get("archived")}
        return said | {kind: _associated(row, kind) for kind in _LINKS}
    said = {_LABELS.get(name.casefold(), name.casefold()): cell for name, cell in row.cells.items()}
    return said | {kind: _first(said.get(kind)) for kind in _LINKS}


def _associated(row: Given, kind: str) -> str | None:
    """The first id of `associations.KIND.results`."""
    links = row.cells.get("associations")
    link = links.get(kind) if isinstance(links, dict) else None
    results = link.get("results") if isinstance(link, dict) else None
    first = results[0] if isinstance(results, list) and results else None
    return text(first.get("id")) if isinstance(first, dict) else None


def _first(cell: Any) -> str | None:  # noqa: ANN401
    return (text(cell) or "").split(";")[0].strip() or None
