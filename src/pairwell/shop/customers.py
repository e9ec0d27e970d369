"""What is known of one customer, for a person who asks."""

from __future__ import annotations

from datetime import datetime, timedelta

from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.errors import NotFoundError
from pairwell.facts.store import FactStore
from pairwell.records import CustomerFacts


def find_customer(
    workspace: Workspace, settings: Settings, facts: FactStore, customer_id: str, *, now: datetime
) -> CustomerFacts:
    """The facts of a customer, who may be named as the shop or as a pseudonym does. Raises `NotFoundError`."""
    names = [customer_id]
    if settings.ingest.pseudonyms:
        names.insert(0, pseudonym_of(read_secret(workspace), customer_id))
    found = facts.customers(names, complaints_since=now - timedelta(days=settings.customers.complaint_days))
    for name in names:
        if name in found:
            return found[name]
    raise NotFoundError(
        f"Nothing is known of a customer {customer_id!r}.",
        hint="Check the id; orders, consents, needs and feedback make customers known.",
    )
