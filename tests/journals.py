"""Decisions put into a journal without deciding them, and what a journal says of a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pairwell.journal.round import Claim, Reservation
from pairwell.journal.standing import Lookback, Standing, Total
from pairwell.journal.store import Journal
from pairwell.records import Decision, DecisionRequest

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
EVERYTHING = Lookback(declines=_EVER, signals=_EVER, signal_types=["dismiss"], contacts=_EVER)


def log(journal: Journal, *decisions: Decision, claims: Sequence[Claim] = ()) -> list[bool]:
    """Log decisions in one round; of each whether it was new, not one for a request that had its decision."""
    totals = [Total(name=claim.cap, since=None) for claim in claims]
    back = Lookback(declines=_EVER, signals=_EVER, signal_types=(), contacts=_EVER, totals=totals)
    added = []
    with journal.round([decision.inputs.request for decision in decisions]) as opened:
        opened.look_back(back, now=decisions[0].inputs.now)
        for decision in decisions:
            known = decision.inputs.request.request_id in opened.known
            added.append(not known)
            if not known:
                opened.add(decision, reservation(decision, claims))
    return added


def reservation(decision: Decision, claims: Sequence[Claim] = ()) -> Reservation:
    """By a block of a page, until the answer is no longer valid."""
    return Reservation(channel="site", interrupts=False, lapses_at=decision.answer.valid_until, claims=claims)


def standing(
    journal: Journal,
    customer_id: str | None = None,
    visitor_id: str | None = None,
    *,
    now: datetime,
    since: datetime = _EVER,
) -> Standing:
    """How a person stands, counted back to `since`."""
    request = DecisionRequest(placement="cart", customer_id=customer_id, visitor_id=visitor_id)
    back = Lookback(declines=since, signals=since, signal_types=["dismiss"], contacts=since)
    with journal.round([request], "read") as opened:
        opened.look_back(back, now=now)
        return opened.standing(request)


def an_hour_later(decision: Decision) -> datetime:
    """When every reservation of it has lapsed."""
    return decision.answer.valid_until + timedelta(hours=1)
