"""Events taken in: journaled first, then counted into what customers own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from pairwell.journal.store import Journal
from pairwell.records import Event, EventReceipt


class Owners(Protocol):
    """Who owns what; adding the same order again changes nothing."""

    def add_order(self, customer_id: str, item_ids: Iterable[str], at: datetime) -> None: ...


def take_events(events: Sequence[Event], *, journal: Journal, owners: Owners, now: datetime) -> EventReceipt:
    """Journal events and count orders into ownership. Raises `JournalError`; sending again is then safe."""
    receipt, _ = journal.log_events(events, now=now)
    refused = {refusal.index for refusal in receipt.refused}
    # Duplicates too: the process may have died between the journal and this, and counting again is harmless.
    for index, event in enumerate(events):
        if index not in refused and event.order is not None and event.customer_id is not None:
            owners.add_order(event.customer_id, (line.item_id for line in event.order.lines), event.at)
    return receipt
