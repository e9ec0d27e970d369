"""The seasons of use, learned from all accounts of one industry at once: no account alone knows two years.

For each industry and meter the logarithm of a month's use is taken as a line of each account's own plus a season that
they share. Both are fitted in turn until they settle (backfitting: Buja, Hastie and Tibshirani 1989); the season of a
month is the median of what is left, so that bursts do not bear on it, and is shrunk towards none by as much of its
spread as chance explains (James and Stein 1961).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import pi
from typing import Final

import numpy as np
import numpy.typing as npt

from pairwell.advise.account import Account
from pairwell.advise.billing.days import MONTHS_OF_A_YEAR
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.billing.season import Season
from pairwell.advise.signals.view import Monthly, View

FEWEST_ACCOUNTS: Final = 8  # of an industry, that tell of a meter
FEWEST_MONTHS: Final = 10  # of each of them
FEWEST_KNOWN: Final = 15  # of all of them together: less than a year and a quarter leaves season and growth mixed up
_LEAST_USE: Final = 3.0  # units a month: fewer are mostly chance
_ROUNDS: Final = 15

Seasons = Mapping[tuple[str, str], Season]
"""By industry and meter."""

_Floats = npt.NDArray[np.float64]


def find_seasons(accounts: Iterable[Account], prices: Prices) -> Seasons:
    """Those that enough accounts tell of."""
    told: defaultdict[tuple[str, str], list[Monthly]] = defaultdict(list)
    for account in accounts:
        if account.industry:
            for series in _series(account, prices):
                told[account.industry, series.meter].append(series)
    found = {place: _season(place[0], group) for place, group in sorted(told.items())}
    return {place: season for place, season in found.items() if season is not None}


def seasons_of(seasons: Seasons, account: Account) -> dict[str, Season]:
    """Those of an account's industry, by meter."""
    return {meter: season for (industry, meter), season in seasons.items() if industry == account.industry}


def _series(account: Account, prices: Prices) -> list[Monthly]:
    """The months that tell what was wanted: not those that took all there was, nor those with hardly any use."""
    limits: defaultdict[str, set[float]] = defaultdict(set)
    for meter in (meter for plan in prices.plans for meter in plan.meters if not meter.tiers):
        limits[meter.meter].add(float(meter.included))
    found = []
    for series in View(account=account, prices=prices).monthly.values():
        kept = [
            (month, units)
            for month, units in zip(series.months, series.quantities, strict=True)
            if units >= _LEAST_USE and units not in limits[series.meter]
        ]
        if len(kept) >= FEWEST_MONTHS:
            found.append(Monthly(series.meter, tuple(one for one, _ in kept), tuple(one for _, one in kept)))
    return found


def _season(kind: str, group: list[Monthly]) -> Season | None:
    months = sorted({month for series in group for month in series.months})
    if len(group) < FEWEST_ACCOUNTS or len(months) < FEWEST_KNOWN:
        return None
    place = {month: number for number, month in enumerate(months)}
    logs = np.full((len(group), len(months)), np.nan)
    for row, series in zip(logs, group, strict=True):
        row[[place[month] for month in series.months]] = np.log(series.quantities)
    times = np.array([_in_months(month) for month in months])
    of_year = np.array([month.month - 1 for month in months])
    factors = np.exp(_settled(logs, times - times.mean(), of_year))
    return Season(tuple(factors.tolist()), len(group), kind)


def _in_months(day: dt.date) -> float:
    return float(day.year * MONTHS_OF_A_YEAR + day.month)


def _settled(logs: _Floats, times: _Floats, of_year: npt.NDArray[np.int64]) -> _Floats:
    """The season that is left once each account's own line is taken out, and the lines once the season is."""
    season = np.zeros(MONTHS_OF_A_YEAR)
    left = logs
    for _ in range(_ROUNDS):
        left = logs - _lines(logs - season[of_year], times)
        season = _by_month(left, of_year)
    return season * _kept(left - season[of_year], season, of_year)


def _by_month(left: _Floats, of_year: npt.NDArray[np.int64]) -> _Floats:
    medians = [np.nanmedian(left[:, of_year == month]) if (of_year == month).any() else 0.0
               for month in range(MONTHS_OF_A_YEAR)]  # fmt: skip
    found = np.nan_to_num(np.array(medians, dtype=np.float64))
    return np.asarray(found - found.mean(), dtype=np.float64)


def _lines(logs: _Floats, times: _Floats) -> _Floats:
    """Each account's straight line through the months it has."""
    has = ~np.isnan(logs)
    count = has.sum(axis=1)
    spans = np.where(has, times, 0.0)
    middle = spans.sum(axis=1) / count
    level = np.nansum(logs, axis=1) / count
    off = np.where(has, times - middle[:, None], 0.0)
    slope = np.nansum(off * np.nan_to_num(logs), axis=1) / (off**2).sum(axis=1)
    return np.asarray(level[:, None] + slope[:, None] * (times - middle[:, None]), dtype=np.float64)


def _kept(misses: _Floats, season: _Floats, of_year: npt.NDArray[np.int64]) -> float:
    """How much of the season's spread is more than medians of so many misses would have by chance."""
    told = [int((~np.isnan(misses[:, of_year == month])).sum()) for month in range(MONTHS_OF_A_YEAR)]
    each = pi / 2 * float(np.nanvar(misses))  # a median varies so much more than a mean
    chance = sum(each / count for count in told if count) / MONTHS_OF_A_YEAR
    spread = float((season**2).mean())
    return max(0.0, 1 - chance / spread) if spread > 0 else 0.0
