"""Groups of points that lie together, and whether there are any."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pairwell.measure.customers.visits import Array

_MOST_GROUPS = 6
_STRONG = 0.8  # prediction strength, as the source advises
_SPLITS = 5
_STARTS = 8
_ROUNDS = 100
_STILL = 1e-9  # no difference, as far as sums of floats can tell
_SMALLEST = 0.02  # of the points: fewer are odd ones, not a group
_KEPT = 4  # answers: of two moments, for two shops or settings; half a megabyte each
_WIDTH = 0.2  # of the way between two centres
_SURE = 3.0


class Found(NamedTuple):
    """Centres, the spread of points around them, and how often another half of the points agrees."""

    centres: Array
    strength: float


def find_groups(points: Array, *, seed: int = 0) -> Found | None:
    """As many groups as another half of the points confirms; None where the points are one cloud.

    The number of groups is the largest up to 6 with a prediction strength of .8 or more, none with less than a fiftieth
    of the points, and with fewer points half-way between any two centres than on either side: else a group is only a
    part cut out of one cloud. Equal points give equal groups, in whatever order they come.
    Source: Tibshirani and Walther 2005, J. Comput. Graph. Stat. 14.
    """
    ordered = points[np.lexsort(points.T[::-1])]
    return _find(ordered.tobytes(), points.shape[1], seed)


@lru_cache(_KEPT)
def _find(content: bytes, width: int, seed: int) -> Found | None:
    """Of points in order, row behind row. Seconds of work, and reports ask again for what has not changed."""
    ordered = np.frombuffer(content).reshape(-1, width)
    for number in range(min(_MOST_GROUPS, ordered.shape[0] // 4), 1, -1):
        rng = np.random.default_rng([seed, number])
        strength = _mean_strength(ordered, number, rng)
        if strength is not None and strength >= _STRONG:
            centres = fit_centres(ordered, number, rng)
            sizes = np.bincount(nearest(ordered, centres), minlength=number)
            if sizes.min() >= _SMALLEST * ordered.shape[0] and _parted(ordered, centres):
                centres.flags.writeable = False
                return Found(centres, strength)
    return None


def nearest(points: Array, centres: Array) -> Array:
    """The number of the nearest centre of each point."""
    return _nearest(2 * points, centres)


def spread(points: Array, centres: Array) -> float:
    """Squared distances to the nearest centre, summed."""
    return float(((points - centres[nearest(points, centres)]) ** 2).sum())


def fit_centres(points: Array, number: int, rng: np.random.Generator) -> Array:
    """The best of some runs of k-means. Sources: Lloyd 1982; Arthur and Vassilvitskii 2007 (where to start)."""
    runs = [_settle(points, _far_apart(points, number, rng)) for _ in range(_STARTS)]
    return min(runs, key=lambda centres: spread(points, centres))


def _far_apart(points: Array, number: int, rng: np.random.Generator) -> Array:
    centres: Array = points[rng.integers(points.shape[0])][None, :]
    distances = ((points - centres) ** 2).sum(axis=1)
    for _ in range(number - 1):
        total = distances.sum()
        chosen = rng.choice(points.shape[0], p=distances / total) if total > 0 else rng.integers(points.shape[0])
        centres = np.vstack([centres, points[chosen]])
        distances = np.minimum(distances, ((points - points[chosen]) ** 2).sum(axis=1))
    return centres


def _nearest(doubled: Array, centres: Array) -> Array:
    places: Array = np.argmin((centres**2).sum(axis=1) - doubled @ centres.T, axis=1)
    return places


def _settle(points: Array, centres: Array) -> Array:
    (number, width), doubled = centres.shape, 2 * points
    # All columns are summed at once, one behind the other: each in the order of the points, as it would be by itself.
    values, first = np.ascontiguousarray(points.T).ravel(), number * np.arange(width)[:, None]
    for _ in range(_ROUNDS):
        places = _nearest(doubled, centres)
        counts = np.bincount(places, minlength=number)
        sums = np.bincount((first + places).ravel(), weights=values, minlength=number * width).reshape(width, number).T
        moved: Array = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
        if (np.abs(moved - centres) <= _STILL).all():
            break
        centres = moved
    return centres


def _mean_strength(points: Array, number: int, rng: np.random.Generator) -> float | None:
    """Over all splits; None as soon as those that are left could not make it strong any more."""
    found = list[float]()
    for left in range(_SPLITS - 1, -1, -1):
        found.append(_strength(points, number, rng))
        if sum(found) + left < _SPLITS * _STRONG - _STILL:  # none is above 1
            return None
    return float(np.mean(found))


def _strength(points: Array, number: int, rng: np.random.Generator) -> float:
    """Pairs of one group in one half that the other half's centres keep together: the share, in the worst group."""
    lots = rng.permutation(points.shape[0])
    first, second = points[np.sort(lots[::2])], points[np.sort(lots[1::2])]
    own = nearest(second, fit_centres(second, number, rng))
    other = nearest(second, fit_centres(first, number, rng))
    both = np.bincount(own * number + other, minlength=number * number).reshape(number, number)
    sizes = both.sum(axis=1)
    if sizes.min() < 2:  # noqa: PLR2004 - a pair
        return 0.0
    return float(((both * (both - 1)).sum(axis=1) / (sizes * (sizes - 1))).min())


def _parted(points: Array, centres: Array) -> bool:
    """Whether fewer points lie half-way between any two centres than on either side, beyond chance."""
    places = nearest(points, centres)
    return all(
        _valley(points[(places == one) | (places == other)], centres[one], centres[other])
        for one in range(centres.shape[0])
        for other in range(one)
    )


def _valley(points: Array, one: Array, other: Array) -> bool:
    """Whether the half-way is emptier than some place on either side, of equal width, by three standard errors."""
    along = np.sort((points - one) @ (other - one) / ((other - one) ** 2).sum())
    starts = np.arange(-0.5, 1.5 - _WIDTH, _WIDTH / 4)
    counts = np.searchsorted(along, starts + _WIDTH) - np.searchsorted(along, starts)
    half_way = int(np.searchsorted(along, 0.5 + _WIDTH / 2) - np.searchsorted(along, 0.5 - _WIDTH / 2))
    sides = (starts + _WIDTH <= 0.5 - _WIDTH / 2, starts >= 0.5 + _WIDTH / 2)
    fewer = min(int(counts[side].max()) for side in sides)
    return bool(fewer - half_way > _SURE * np.sqrt(fewer + half_way))
