"""Everything that the reports of offers are made of, read once."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import read_first_met
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.offers.attribution import Attributed, attribute
from pairwell.measure.offers.effects import FOLLOWING_DAYS, Bought, bought_of
from pairwell.measure.offers.gather import read_told
from pairwell.measure.offers.rows import Lines, Told
from pairwell.measure.offers.sold import Buyers, read_lines
from pairwell.measure.offers.trials import HoldoutOf, Trial, gather_trial
from pairwell.measure.period import Period
from pairwell.operations.database import Database

_HOUR = 3_600_000_000  # microseconds


class Sources(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Where it is read, and what holds now."""

    dataset: Dataset
    database: Database
    settings: Settings
    holdout_of: HoldoutOf


class Read(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was decided, told and bought in a period, and who is compared with whom."""

    told: Told
    lines: Lines
    attributed: Attributed
    bought: Bought
    trial: Trial


def read_offers(sources: Sources, period: Period) -> Read:
    """Read the journal and the dataset for a period; the dataset holds what the journal told of orders."""
    window = round(sources.settings.attribution.window_h * _HOUR)
    back = timedelta(microseconds=window) + timedelta(
        days=max(FOLLOWING_DAYS, min(sources.settings.decline.quiet_days, 365.0))
    )
    told = read_told(sources.database, period, back)
    units = Codes()
    for name in told.names.units:
        units[name]
    trial = gather_trial(
        read_first_met(sources.database, until=period.until),
        units,
        since=to_micros(period.since),
        holdout_of=sources.holdout_of,
    )
    visitors = read_orders_of_visitors(sources.database, since=period.since, until=period.until)
    lines = read_lines(sources.dataset, Buyers(units=units.names, visitors=visitors), period, sources.settings.shop)
    attributed = attribute(told, lines, window=window)
    bought = bought_of(told, lines, attributed, window=window)
    return Read(told=told, lines=lines, attributed=attributed, bought=bought, trial=trial)
