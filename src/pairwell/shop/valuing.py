"""Customers as tables, one row each: what is expected of them, and how they score."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.customers.outlook import Outlook, look_ahead, outlook_table
from pairwell.measure.customers.recency import Scores, score, score_table
from pairwell.measure.customers.visits import Visits, read_visits
from pairwell.measure.unknown import NotKnown
from pairwell.report.untold import why_not

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_LONGEST = 3_650
_Found = TypeVar("_Found", Visits, Outlook, Scores)


def expect_of_customers(shop: Parts, days: int, *, now: datetime) -> pa.Table:
    """What `pairwell.open(...).customer_outlook` answers."""
    if not 1 <= days <= _LONGEST:
        raise RequestError(
            f"`days` is {days}.", hint=f"Ask for the coming 1 to {_LONGEST:,} days, as in days=365.", field="days"
        )
    visits = _read(shop, now)
    return outlook_table(visits, _known(look_ahead(visits, days)))


def score_customers(shop: Parts, *, now: datetime) -> pa.Table:
    """What `pairwell.open(...).customer_scores` answers."""
    visits = _read(shop, now)
    return score_table(visits, _known(score(visits)))


def _read(shop: Parts, now: datetime) -> Visits:
    shop.keeping.compact()
    return _known(read_visits(shop.measured, shop.published.settings.shop.timezone, now))


def _known(found: _Found | NotKnown) -> _Found:
    if isinstance(found, NotKnown):
        raise EvidenceError(f"Orders do not tell this of customers: {why_not(found)}")
    return found
