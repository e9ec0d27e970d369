"""Under which name a customer is known here: the shop's own id, or a pseudonym."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.events import Event
from pairwell.records import DecisionRequest

T = TypeVar("T", DecisionRequest, Event)


def secret_of(workspace: Workspace, settings: Settings) -> bytes | None:
    """What pseudonyms are made with; None where customers keep their ids. Raises `StorageError`."""
    return read_secret(workspace) if settings.ingest.pseudonyms else None


def known_here(named: T, secret: bytes | None) -> T:
    """`named` with the pseudonym of its customer or account, so that the id itself is kept nowhere."""
    if secret is None:
        return named
    usage = getattr(named, "usage", None)  # only an event tells of it
    if usage is not None:
        account_id = pseudonym_of(secret, usage.account_id)
        named = msgspec.structs.replace(named, usage=msgspec.structs.replace(usage, account_id=account_id))
    if named.customer_id is None:
        return named
    return msgspec.structs.replace(named, customer_id=pseudonym_of(secret, named.customer_id))
