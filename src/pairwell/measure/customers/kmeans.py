"""Groups of points that lie together, and whether there are any."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.measure.customers.visits import Array

_MOST_GROUPS = 6
_STRONG = 0.8  # prediction strength, as the source advises
_SPLITS = 5
_STARTS = 8
_ROUNDS = 100
_SMALLEST = 0.02  # of the points: fewer are odd ones, not a group
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
    for number in range(min(_MOST_GROUPS, points.shape[0] // 4), 1, -1):
        rng = np.random.default_rng([seed, number])
        strength = float(np.mean([_strength(ordered, number, rng) for _ in range(_SPLITS)]))
        if strength >= _STRONG:
            centres = fit_centres(ordered, number, rng)
            sizes = np.bincount(nearest(ordered, centres), minlength=number)
            if sizes.min() >= _SMALLEST * ordered.shape[0] and _parted(ordered, centres):
                return Found(centres, strength)
    return None


def nearest(points: Array, centres: Array) -> Array:
    """The number of the nearest centre of each point."""
    places: Array = np.argmin((centres**2).sum(axis=1) - 2 * points @ centres.T, axis=1)
    return places


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


def _settle(points: Array, centres: Array) -> Array:
    for _ in range(_ROUNDS):
        places = nearest(points, centres)
        counts = np.bincount(places, minlength=centres.shape[0])
        sums = np.column_stack([np.bincount(places, weights=column, minlength=centres.shape[0]) for column in points.T])
        moved: Array = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
        if np.allclose(moved, centres, rtol=0, atol=1e-9):
            break
        centres = moved
    return centres


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
