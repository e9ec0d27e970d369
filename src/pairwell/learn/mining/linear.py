"""What each anchor adds to the guess of an add-on once the others have had their say: a sparse linear autoencoder."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, thin
from pairwell.learn.compiled import THREADS, compiled, tight
from pairwell.learn.mining.encode import in_threads
from pairwell.learn.mining.score import make_scale, weigh_pairs
from pairwell.learn.mining.weights import pair_weights, weight_unit
from pairwell.model.neighbours import Neighbours

_MOST_ANCHORS = 100  # of one add-on, by score; the work grows with the cube
_RIDGE = 5.0  # orders


class _Pairs(NamedTuple):
    """Kept pairs, by anchor and by add-on."""

    offsets: Array
    items: Array
    score: Array
    weights: Array  # sum of the weights of the orders with both, in orders
    anchors: Array  # of each pair
    starts: Array  # where each add-on begins in `places`
    places: Array  # pairs by add-on, then by anchor
    own: Array  # sum of the weights of the orders with each item


def linear_weights(baskets: Baskets, kept: Neighbours, learn: Learn, threads: int = THREADS) -> Array:
    """A weight for each kept pair of these orders; 0 beyond the 100 best anchors of an add-on.

    For the anchors S of an add-on j, `(G_SS + λI) w = G_Sj`, where G holds the weights of the orders with two items,
    as far as pairs are kept, and those of each item. Source: Steck 2019 (EASE), restricted to S, without the
    constraint on the diagonal, which j outside S makes needless.
    """
    pairs, weights = _arrange(baskets, kept, learn), np.zeros(kept.items.size, dtype=np.float32)
    in_threads(lambda first, last: _solve(first, last, pairs, weights), len(baskets.item_ids), threads)
    return weights


def linear_arrays(weights: Array, share: float) -> dict[str, Array]:
    """The arrays of a model; `share` is what `complete` multiplies the weights with."""
    return {"pair_linear": weights, "linear_share": np.array([share])}


def no_linear() -> dict[str, Array]:
    """The arrays of a model that completes without."""
    return linear_arrays(np.empty(0, dtype=np.float32), 0.0)


def _arrange(baskets: Baskets, kept: Neighbours, learn: Learn) -> _Pairs:
    n_items = len(baskets.item_ids)
    own, together = _sums(thin(baskets)[0], learn)
    anchors = np.repeat(np.arange(n_items, dtype=np.int32), np.diff(kept.offsets))
    starts = np.concatenate(([0], np.cumsum(np.bincount(kept.items, minlength=n_items))))
    places = np.empty(kept.items.size, dtype=np.int64)
    _by_add_on(kept.items, starts[:-1].copy(), places)
    weights = weigh_pairs(kept.score, anchors, kept.items, make_scale(own, together, learn))
    return _Pairs(
        offsets=kept.offsets,
        items=kept.items,
        score=kept.score,
        weights=weights,
        anchors=anchors,
        starts=starts,
        places=places,
        own=own,
    )


def _sums(baskets: Baskets, learn: Learn) -> tuple[Array, float]:
    """Weights of the orders with each item, and of all directed pairs, in orders."""
    weights, unit, sizes = pair_weights(baskets, learn).astype(np.float64), weight_unit(baskets.n_orders), baskets.sizes
    own = np.bincount(baskets.items, weights=np.repeat(weights, sizes), minlength=len(baskets.item_ids))
    return own / unit, float((weights * sizes * (sizes - 1)).sum()) / unit


@tight
def _by_add_on(items: Array, ends: Array, places: Array) -> None:
    for place in range(items.size):
        places[ends[items[place]]] = place
        ends[items[place]] += 1


@compiled
def _solve(first: int, last: int, pairs: _Pairs, weights: Array) -> None:
    seats = np.full(pairs.own.size, -1, dtype=np.int64)
    system = np.empty((_MOST_ANCHORS, _MOST_ANCHORS))
    right = np.empty(_MOST_ANCHORS)
    for add_on in range(first, last):
        places = pairs.places[pairs.starts[add_on] : pairs.starts[add_on + 1]]
        if places.size > _MOST_ANCHORS:  # equal scores go by anchor
            places = places[np.argsort(-pairs.score[places], kind="mergesort")[:_MOST_ANCHORS]]
        _fill(pairs, places, seats, system, right)
        _solve_one(system, right, places.size)
        for seat in range(places.size):
            weights[places[seat]] = right[seat]
            seats[pairs.anchors[places[seat]]] = -1


@tight
def _fill(pairs: _Pairs, places: Array, seats: Array, system: Array, right: Array) -> None:
    """The upper triangle of G_SS + λI, and G_Sj."""
    for seat in range(places.size):
        anchor = pairs.anchors[places[seat]]
        seats[anchor] = seat
        right[seat] = pairs.weights[places[seat]]
        system[seat, seat : places.size] = 0.0
        system[seat, seat] = pairs.own[anchor] + _RIDGE
    for seat in range(places.size):
        anchor = pairs.anchors[places[seat]]
        for place in range(pairs.offsets[anchor], pairs.offsets[anchor + 1]):
            other = seats[pairs.items[place]]
            if other >= 0:
                system[min(seat, other), max(seat, other)] = pairs.weights[place]


@tight
def _solve_one(system: Array, right: Array, size: int) -> None:
    """Cholesky's way, in place; `right` becomes the solution.

    With pairs left out, G may have negative eigenvalues. A pivot of G + λI with all pairs is λ at least, so it is here.
    """
    for row in range(size):
        scale = 1.0 / np.sqrt(max(system[row, row], _RIDGE))
        for column in range(row, size):
            system[row, column] *= scale
        system[row, row] = 1.0 / scale
        right[row] *= scale
        for below in range(row + 1, size):
            factor = system[row, below]
            if factor != 0.0:
                for column in range(below, size):
                    system[below, column] -= factor * system[row, column]
                right[below] -= factor * right[row]
    for row in range(size - 1, -1, -1):
        for column in range(row + 1, size):
            right[row] -= system[row, column] * right[column]
        right[row] /= system[row, row]
