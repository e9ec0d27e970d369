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
    "associated line item ids": "line items",
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


def line_items(row: Given, said: dict[str, Any]) -> list[str]:
    """The ids of the line items that a deal names."""
    if isinstance(row.cells.get("properties"), dict):
        return [*_results(row, "line items"), *_results(row, "line_items")]
    return [one.strip() for one in (text(said.get("line items")) or "").split(";") if one.strip()]


def changed(said: dict[str, Any]) -> str | None:
    """When a record was changed last."""
    return text(said.get("hs_lastmodifieddate")) or text(said.get("lastmodifieddate"))


def _associated(row: Given, kind: str) -> str | None:
    return next(iter(_results(row, kind)), None)


def _results(row: Given, kind: str) -> list[str]:
    """The ids of `associations.KIND.results`."""
    links = row.cells.get("associations")
    link = links.get(kind) if isinstance(links, dict) else None
    results = link.get("results") if isinstance(link, dict) else None
    listed = [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []
    return [said for one in listed if (said := text(one.get("id")))]


def _first(cell: Any) -> str | None:  # noqa: ANN401
    return (text(cell) or "").split(";")[0].strip() or None
