"""Everything that the reports of offers are made of, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
import numpy as np

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import FirstMet, read_first_met
from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.offers.attribution import Attributed, attribute
from pairwell.measure.offers.effects import FOLLOWING_DAYS, Bought, bought_of
from pairwell.measure.offers.estimates import Ints
from pairwell.measure.offers.gather import read_told
from pairwell.measure.offers.rows import Lines, Told
from pairwell.measure.offers.sold import Buyers, read_lines
from pairwell.measure.offers.trials import HoldoutOf, Trial, gather_trial
from pairwell.measure.period import Period
from pairwell.operations.database import Database

UNMET = 2**62
HOUR = 3_600_000_000  # microseconds


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
    units: Sequence[str]  # "c:ID", "v:ID"; first those of `told`
    met: Ints  # microseconds since 1970 of the first decision about each unit; UNMET: by no lot


def read_offers(sources: Sources, period: Period) -> Read:
    """Read the journal and the dataset for a period; the dataset holds what the journal told of orders."""
    window = round(sources.settings.attribution.window_h * HOUR)
    told = read_told(sources.database, period, lookback(sources.settings))
    units = Codes()
    for name in told.names.units:
        units[name]
    first_met = list(read_first_met(sources.database, until=period.until))
    trial = gather_trial(
        first_met,
        units,
        since=to_micros(period.since),
        holdout_of=sources.holdout_of,
    )
    visitors = read_orders_of_visitors(sources.database, since=period.since, until=period.until)
    lines = read_lines(sources.dataset, Buyers(units=units.names, visitors=visitors), period, sources.settings.shop)
    attributed = attribute(told, lines, window=window)
    bought = bought_of(told, lines, attributed, window=window)
    return Read(
        told=told,
        lines=lines,
        attributed=attributed,
        bought=bought,
        trial=trial,
        units=units.names,
        met=_first(first_met, units.names),
    )


def lookback(settings: Settings) -> timedelta:
    """How long before a period decisions may matter to what was bought and declined in it."""
    days = max(FOLLOWING_DAYS, min(settings.decline.quiet_days, 365.0))
    return timedelta(hours=settings.attribution.window_h, days=days)


def _first(met: Iterable[FirstMet], units: Sequence[str]) -> Ints:
    found = dict.fromkeys(units, UNMET)
    for one in met:
        found[one.whose] = min(found.get(one.whose, UNMET), one.first)
    return np.array([found[name] for name in units], dtype=np.int64)
