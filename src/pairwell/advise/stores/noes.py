"""What customers declined, of whom and why."""

from __future__ import annotations

import msgspec

from pairwell.clock import to_micros
from pairwell.journal.offers_told import read_decisions_told
from pairwell.measure.period import Period
from pairwell.operations.database import Database


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """One offer that a customer said no to."""

    decision_id: str
    offer_no: int
    kind: str
    name: str  # its item, of a bundle all of them
    seller_id: str | None  # who asked for the decision
    at: int  # microseconds since 1970
    reason: str | None


def read_declined(database: Database, period: Period) -> list[Declined]:
    """The offers of the period's decisions that were declined, whenever that was. Raises `JournalError`."""
    return [
        Declined(
            decision_id=decision.decision_id,
            offer_no=offer.offer_no,
            kind=offer.kind,
            name=offer.name,
            seller_id=decision.seller,
            at=offer.declined,
            reason=offer.reason,
        )
        for some in read_decisions_told(database, since=period.since, until=period.until)
        for decision in some
        for offer in decision.offers
        if offer.declined is not None
    ]


def within(declined: Declined, period: Period) -> bool:
    """Whether the no was said in the period."""
    return to_micros(period.since) <= declined.at < to_micros(period.until)
