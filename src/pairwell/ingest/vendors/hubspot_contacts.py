"""HubSpot's contacts as customers: what tells of their trade and place, and that they opted out of e-mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pairwell.ingest.vendors.cells import filled, is_yes
from pairwell.ingest.vendors.deals import account_of
from pairwell.ingest.vendors.export import Export, Given, Piece, Row
from pairwell.ingest.vendors.hubspot import properties

_ATTRIBUTES = {
    "company": "company",
    "industry": "industry",
    "job_title": "jobtitle",
    "city": "city",
    "region": "state",
    "country": "country",
    "lifecycle_stage": "lifecyclestage",
    "lead_status": "hs_lead_status",
}
_FIELDS = {
    "customers": {
        "customer_id": "hs_object_id",
        "account_id": "company: and associatedcompanyid, else associations.companies",
        **{f"attributes.{name}": said for name, said in _ATTRIBUTES.items()},
    },
    "consents": {
        "customer_id": "hs_object_id",
        "channel": "hs_email_optout",
        "given": "hs_email_optout",
        "at": "lastmodifieddate, else createdate",
    },
}


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Contact by contact. That somebody did not opt out is no consent and tells nothing."""
    for row in given:
        said = properties(row)
        company = said.get("associatedcompanyid") or said.get("companies")
        told: dict[str, Any] = {"customer_id": said.get("hs_object_id"), "account_id": account_of(company)}
        told |= {f"attributes.{name}": said.get(called) for name, called in _ATTRIBUTES.items()}
        customer = filled(told)
        yield Row(row, "customers", customer)
        if "customer_id" in customer and is_yes(said.get("hs_email_optout")):
            at = said.get("lastmodifieddate") or said.get("createdate")
            no = {"customer_id": customer["customer_id"], "channel": "email", "given": "no", "at": at}
            yield Row(row, "consents", filled(no))


HUBSPOT_CONTACTS = Export(
    source="hubspot",
    title="HubSpot's contacts",
    page="https://developers.hubspot.com/docs-beta/crm/contacts",
    seen="November 2026",
    marks=(
        frozenset({"properties.hs_object_id", "properties.email", "properties.lastmodifieddate"}),
        *(
            frozenset({"record id", "first name", "last name", "email", own})
            for own in ("lifecycle stage", "lead status", "marketing contact status", "associated company ids")
        ),
    ),
    fields=_FIELDS,
    reshape=reshape,
    member="properties",
)
