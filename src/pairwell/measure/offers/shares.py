"""How much of what was sold is put down to offers."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import numpy as np

from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.offers.attribution import Attributed, attribute
from pairwell.measure.offers.gather import read_told
from pairwell.measure.offers.reading import HOUR, lookback
from pairwell.measure.offers.rows import Lines
from pairwell.measure.offers.sold import Buyers, read_lines
from pairwell.measure.period import Period
from pairwell.operations.database import Database


class PutDown(msgspec.Struct, frozen=True, kw_only=True):
    """What of the orders of a period is put down to offers."""

    orders: int  # with any such line
    units: float
    revenue: int  # minor units; returns not deducted, as in the revenue of orders


def read_put_down(dataset: Dataset, database: Database, settings: Settings, period: Period) -> PutDown | None:
    """What `attribute` puts down to offers; None where nobody is known to have seen any in time for the period."""
    window = timedelta(hours=settings.attribution.window_h)
    told = read_told(database, period, lookback(settings))
    if told.offers.exposed_last.max(initial=-1) < (period.since - window).timestamp() * 1_000_000:
        return None
    visitors = read_orders_of_visitors(database, since=period.since, until=period.until)
    lines = read_lines(dataset, Buyers(units=told.names.units, visitors=visitors), period, settings.shop)
    return put_down(lines, attribute(told, lines, window=round(settings.attribution.window_h * HOUR)))


def put_down(lines: Lines, attributed: Attributed) -> PutDown:
    """The sums of the lines that are put down to an offer."""
    ours = attributed.offer >= 0
    return PutDown(
        orders=len(np.unique(lines.order[ours])),
        units=float(lines.quantity[ours].sum()),
        revenue=round(float(lines.gross[ours].sum())),
    )
