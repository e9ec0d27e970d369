"""Who comes to the simulated shop: tastes, purse, patience."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Floats, Ints
from pairwell.simulate.catalogue import Catalogue
from pairwell.simulate.size import ShopSize
from pairwell.simulate.streams import Purpose, open_stream

_REGIONS = ("Coast", "Hills", "Plains", "City")
_AGES = ("18-29", "30-44", "45-59", "60+")
_TOUCHY = 0.18  # share of customers whom offers annoy
_FROM_THE_START = 0.6  # share of customers there at the opening


class Crowd(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One entry a customer; logs are natural, money in minor units."""

    ids: tuple[str, ...]
    index: dict[str, int]
    regions: tuple[str, ...]
    ages: tuple[str, ...]
    want: Floats  # [customer, need] log wish
    liking: Floats  # [customer, item] log wish within a need: quality, brand, price
    brand_taste: Floats  # [customer, brand]
    thrift: Floats  # how much a price hurts, 1 is usual
    purse: Ints  # what one visit may cost at most
    activity: Floats  # visits against the average customer
    joined: Ints  # day of the first possible visit
    resolve: Floats  # log odds of finishing the checkout
    suggestible: Floats  # what a fitting offer adds to the log odds; below 0: offers put off
    touchy: Floats  # fatigue added by one offer
    patience: Floats  # days in which fatigue fades to 1/e


def make_crowd(catalogue: Catalogue, size: ShopSize, seed: int) -> Crowd:
    """Customers, each from a stream of their own."""
    widths = (int(catalogue.department.max()) + 1, len(catalogue.needs), len(catalogue.brands), 8)
    streams = [open_stream(seed, Purpose.CROWD, customer) for customer in range(size.customers)]
    normal = np.stack([stream.standard_normal(sum(widths)) for stream in streams])
    uniform = np.stack([stream.random(6) for stream in streams])
    interest, whim, brand, own = np.split(normal, np.cumsum(widths)[:-1], axis=1)
    return _as_crowd(catalogue, size, _want(catalogue, interest, whim), (0.7 * brand, own, uniform))


def _want(catalogue: Catalogue, interest: Floats, whim: Floats) -> Floats:
    pull = np.array([need.pull for need in catalogue.needs])
    return np.asarray(pull + 1.0 * interest[:, catalogue.department] + 0.5 * whim, dtype=np.float64)


def _as_crowd(catalogue: Catalogue, size: ShopSize, want: Floats, drawn: tuple[Floats, Floats, Floats]) -> Crowd:
    brand, own, uniform = drawn
    ids = tuple(f"C{number:05d}" for number in range(1, size.customers + 1))
    thrift = np.exp(0.35 * own[:, 0])
    touchy = np.where(uniform[:, 0] < _TOUCHY, 0.25 + 0.4 * uniform[:, 1], 0.06 * uniform[:, 1])
    return Crowd(
        ids=ids,
        index={customer: number for number, customer in enumerate(ids)},
        regions=tuple(_REGIONS[int(len(_REGIONS) * each)] for each in uniform[:, 2]),
        ages=tuple(_AGES[int(len(_AGES) * each)] for each in uniform[:, 3]),
        want=want,
        liking=_liking(catalogue, brand, own[:, 1], thrift),
        brand_taste=brand,
        thrift=thrift,
        purse=np.maximum(6_000, 27_000 * np.exp(0.6 * own[:, 2])).astype(np.int64),
        activity=np.exp(0.8 * own[:, 3] - 0.32),
        joined=np.where(uniform[:, 4] < _FROM_THE_START, 0, uniform[:, 5] * 0.8 * size.days).astype(np.int64),
        resolve=1.1 + 0.5 * own[:, 4],
        suggestible=0.25 + 0.40 * own[:, 5],
        touchy=touchy,
        patience=np.exp(2.6 + 0.3 * own[:, 6]),
    )


def _liking(catalogue: Catalogue, brand: Floats, love: Floats, thrift: Floats) -> Floats:
    """Dearer is worse, better is better, and people differ in both."""
    cheapest = np.minimum.reduceat(catalogue.price, catalogue.need_start)[catalogue.need]
    dearness = np.log(catalogue.price / cheapest)
    return np.asarray(
        (0.9 + 0.4 * love)[:, None] * catalogue.quality - 1.1 * thrift[:, None] * dearness + brand[:, catalogue.brand],
        dtype=np.float64,
    )
