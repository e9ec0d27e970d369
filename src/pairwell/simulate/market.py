"""What changes from day to day, for everyone: prices, stock, fashion, seasons."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.catalogue import Catalogue
from pairwell.simulate.size import ShopSize

_YEAR = 365.25
_MONTH = 30.4
_DEARER = 0.25  # share of families whose price rises
_WEEKDAYS = np.array([0.95, 0.90, 0.90, 0.95, 1.05, 1.20, 1.05])  # Monday first
_PRICE_FELT = 1.2  # how much a price that rose lowers the wish for the item


class Market(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row a day since the opening. Money in minor units, for one piece."""

    visiting: Floats  # [day] visits against an average day
    season: Floats  # [day, need] log scale
    price: Ints  # [day, item]
    discount: Ints  # [day, item] off the price
    in_stock: Bools  # [day, item]
    appeal: Floats  # [day, item] fashion and price, log scale


def make_market(catalogue: Catalogue, size: ShopSize, rng: np.random.Generator) -> Market:
    """The days of a world, the later ones included."""
    year_day: Floats = np.mod(size.opened.timetuple().tm_yday + np.arange(size.horizon, dtype=np.float64), _YEAR)
    price = _prices(catalogue, size, rng)
    discount = _promotions(catalogue, price, rng)
    dearer = np.log((price - discount) / catalogue.price)
    return Market(
        visiting=_visiting(size, year_day),
        season=_seasons(catalogue, year_day),
        price=price,
        discount=discount,
        in_stock=_stock(catalogue, size, rng),
        appeal=_fashion(catalogue, size, rng)[:, catalogue.family] - _PRICE_FELT * dearer,
    )


def _visiting(size: ShopSize, year_day: Floats) -> Floats:
    weekday = np.array([(size.opened + timedelta(days=day)).weekday() for day in range(size.horizon)])
    summer = 0.18 * np.cos(2 * np.pi * (year_day - 165) / _YEAR)
    gifts = 0.7 * np.exp(-(((year_day - 345) / 12) ** 2))
    return np.asarray(_WEEKDAYS[weekday] * (1 + summer + gifts), dtype=np.float64)


def _seasons(catalogue: Catalogue, year_day: Floats) -> Floats:
    peak = np.array([need.peak for need in catalogue.needs])
    swing = np.array([need.swing for need in catalogue.needs])
    return np.asarray(swing * np.cos(2 * np.pi * (year_day[:, None] - peak) / _YEAR), dtype=np.float64)


def _prices(catalogue: Catalogue, size: ShopSize, rng: np.random.Generator) -> Ints:
    """A quarter of the families becomes dearer once, by 3 to 9 %."""
    n = len(catalogue.families)
    rise = np.where(rng.random(n) < _DEARER, rng.uniform(1.03, 1.09, n), 1.0)[catalogue.family]
    turn = rng.integers(0, size.horizon, n)[catalogue.family]
    later = np.round(catalogue.price * rise / 10).astype(np.int64) * 10
    return np.where(np.arange(size.horizon)[:, None] >= turn, later, catalogue.price)


def _promotions(catalogue: Catalogue, price: Ints, rng: np.random.Generator) -> Ints:
    """15 % off a department, for a week, about four times a year."""
    discount = np.zeros_like(price)
    departments = np.array([catalogue.needs[need].department for need in catalogue.need])
    for department in dict.fromkeys(departments):
        items = np.flatnonzero(departments == department)
        for start in np.flatnonzero(rng.random(len(price)) < 4 / _YEAR):
            week = slice(start, start + 7)
            discount[week, items] = np.round(price[week, items] * 0.15).astype(np.int64)
    return discount


def _stock(catalogue: Catalogue, size: ShopSize, rng: np.random.Generator) -> Bools:
    """Every item is sold out about once a year, for 3 to 20 days."""
    in_stock = np.ones((size.horizon, len(catalogue.items)), dtype=np.bool_)
    for item in range(len(catalogue.items)):
        for start in rng.integers(0, size.horizon, rng.poisson(size.horizon / _YEAR)):
            in_stock[start : start + rng.integers(3, 21), item] = False
    return in_stock


def _fashion(catalogue: Catalogue, size: ShopSize, rng: np.random.Generator) -> Floats:
    """Families gain and lose favour in a random walk by months."""
    months = np.arange(0, size.horizon + _MONTH, _MONTH)
    start = rng.normal(0.0, 0.45, len(catalogue.families))
    walk = start + np.cumsum(rng.normal(0.0, 0.10, (len(months), len(catalogue.families))), axis=0)
    days = np.arange(size.horizon)
    return np.stack([np.interp(days, months, one) for one in walk.T], axis=1)
