"""Orders as the counting loop reads them: items numbered by how often they are bought, and the orders of each item."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import THREADS, compiled


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of orders and lines besides which items they hold."""

    weights: Array  # int64, one an order
    evidence: Array  # bool, one a line: whether it is evidence of what goes together
    line_weights: Array | None = None  # int64, one a line: a pair weighs as its lighter line


class Encoded(NamedTuple):
    """Items have ranks: 0 is bought most. Those of an order ascend by rank."""

    heads: (
        Array  # int64, two an order: its first line, doubled, plus one if its lines differ; its weight above 1 << shift
    )
    lines: Array  # int32: the rank of each line's item
    evidence: Array  # bool, one a line
    line_weights: Array  # int64, one a line, or empty
    starts: Array  # int64: the orders with the item of rank r lie between starts[r] and starts[r + 1] of `orders`
    orders: Array  # int32: ascending for each item
    items: Array  # int64: the item of each rank
    shift: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the lines of each item."""

    orders: Array  # int64
    weights: Array  # int64
    evidence: Array  # int64: lines that are evidence
    partners: Array  # int64: lines beside it in its orders


def in_threads(task: Callable[[int, int], object], length: int, threads: int) -> None:
    """Do `task(first, last)` for parts of a range that together are the whole."""
    bounds = np.linspace(0, length, threads + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task, first, last) for first, last in pairwise(bounds)]:
            done.result()


def total(baskets: Baskets, marks: Marks) -> Totals:
    """What every item adds up to."""
    sums = np.zeros((4, len(baskets.item_ids)), dtype=np.int64)
    _total(baskets.offsets, baskets.items, (marks.weights, marks.evidence, _each(marks)), sums)
    return Totals(orders=sums[0], weights=sums[1], evidence=sums[2], partners=sums[3])


def encode(baskets: Baskets, marks: Marks, totals: Totals, threads: int = THREADS) -> Encoded:
    """Renumber items and turn orders around; takes about 16 bytes an order and 9 a line."""
    items = np.argsort(-totals.orders, kind="stable")
    rank = np.empty(items.size, dtype=np.int32)
    rank[items] = np.arange(items.size, dtype=np.int32)
    shift = int(totals.weights.max(initial=0)).bit_length()
    assert shift + int(totals.orders.max(initial=0)).bit_length() <= 63  # noqa: PLR2004 - bits of a signed integer
    encoded = Encoded(
        heads=np.empty((baskets.n_orders, 2), dtype=np.int64),
        lines=np.empty(baskets.items.size, dtype=np.int32),
        evidence=np.empty(baskets.items.size, dtype=np.bool_),
        line_weights=np.empty(_each(marks).size, dtype=np.int64),
        starts=np.concatenate(([0], np.cumsum(totals.orders[items]))),
        orders=np.empty(baskets.items.size, dtype=np.int32),
        items=items,
        shift=shift,
    )
    said = (marks.weights, marks.evidence, _each(marks))
    in_threads(
        lambda first, last: _renumber((first, last), (baskets.offsets, baskets.items, rank), said, encoded),
        baskets.n_orders,
        threads,
    )
    _turn(baskets.offsets, encoded)
    return encoded


def _each(marks: Marks) -> Array:
    return np.empty(0, dtype=np.int64) if marks.line_weights is None else marks.line_weights


@compiled
def _total(offsets: Array, items: Array, said: tuple[Array, Array, Array], sums: Array) -> None:
    weights, evidence, line_weights = said
    for order in range(offsets.size - 1):
        first, last = offsets[order], offsets[order + 1]
        for line in range(first, last):
            item = items[line]
            sums[0, item] += 1
            sums[1, item] += weights[order] * (line_weights[line] if line_weights.size else 1)
            sums[2, item] += evidence[line]
            sums[3, item] += last - first - 1


@compiled
def _renumber(
    part: tuple[int, int],
    baskets: tuple[Array, Array, Array],
    said: tuple[Array, Array, Array],
    encoded: Encoded,
) -> None:
    offsets, items, rank = baskets
    weights, evidence, line_weights = said
    for order in range(part[0], part[1]):
        first, last = offsets[order], offsets[order + 1]
        alike = line_weights.size == 0
        for line in range(first, last):
            alike &= evidence[line]
        places = np.argsort(rank[items[first:last]])
        for place in range(last - first):
            source = first + places[place]
            encoded.lines[first + place] = rank[items[source]]
            encoded.evidence[first + place] = evidence[source]
            if line_weights.size:
                encoded.line_weights[first + place] = line_weights[source]
        encoded.heads[order, 0] = 2 * first + (not alike)
        encoded.heads[order, 1] = weights[order] + ((1 << encoded.shift) if alike else 0)


@compiled
def _turn(offsets: Array, encoded: Encoded) -> None:
    filled = encoded.starts.copy()
    for order in range(offsets.size - 1):
        for line in range(offsets[order], offsets[order + 1]):
            rank = encoded.lines[line]
            encoded.orders[filled[rank]] = order
            filled[rank] += 1
