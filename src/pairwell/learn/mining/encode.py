"""Orders as the counting loop reads them: items numbered by how often they are bought, and the orders of each item."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import tight

AHEAD = 8  # orders that are asked of memory before their turn
HEAD = 2  # places that the head of an order takes
DIFFERS = 1 << 31  # the lines of the order differ in weight or as evidence
NO_EVIDENCE = 1 << 30
WEIGHT = (1 << 30) - 1
_HALF = 16  # bits of a head in each of its places
_FEW = 1 << 16  # items whose ranks fit 16 bits


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of orders and lines besides which items they hold."""

    weights: Array  # uint32, one an order
    ordinary: int  # lines of the largest order that is evidence of what goes together
    evidence: Array | None = None  # bool, one a line: whether it is, where its order is ordinary
    line_weights: Array | None = None  # int64, one a line: a pair weighs as its lighter line


class Encoded(NamedTuple):
    """Items have ranks: 0 is bought most. Those of an order ascend by rank, after a head with its weight and marks.

    An item's orders are those in which another stands before it: as the first it has no pairs of its own to count.
    """

    lines: Array  # uint16 where all ranks fit, else uint32: heads, the lower half of their bits first, and ranks
    evidence: Array  # bool, beside `lines`; empty where no line differs from its order
    line_weights: Array  # int64, beside `lines`, or empty
    starts: Array  # int64: the orders with the item of rank r lie between starts[r] and starts[r + 1] of `heads`
    heads: Array  # uint32: places in `lines`, ascending for each item
    items: Array  # int64: the item of each rank
    shift: int  # bits that a sum of weights can take


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the lines of each item."""

    orders: Array  # int64
    weights: Array  # int64
    partners: Array  # int64: lines beside it in its orders
    evidence: Array  # int64: lines that are evidence
    shown: float  # Σs over lines that are evidence
    shown_pairs: float  # Σs(s-1) over them
    together: float  # weights of all pairs, each in both directions


class _Said(NamedTuple):
    """Orders and marks as a compiled loop takes them."""

    offsets: Array
    items: Array
    weights: Array
    ordinary: int
    evidence: Array
    line_weights: Array


def in_threads(task: Callable[[int, int], object], length: int, threads: int) -> None:
    """Do `task(first, last)` for parts of a range that together are the whole."""
    bounds = np.linspace(0, length, threads + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(task, first, last) for first, last in pairwise(bounds)]:
            done.result()


def total(baskets: Baskets, marks: Marks) -> Totals:
    """What every item adds up to."""
    sums, whole = np.zeros((4, len(baskets.item_ids)), dtype=np.int64), np.zeros(3)
    _total(_said(baskets, marks), sums, whole)
    shown, shown_pairs, together = whole.tolist()
    return Totals(
        orders=sums[0],
        weights=sums[1],
        partners=sums[2],
        evidence=sums[3],
        shown=shown,
        shown_pairs=shown_pairs,
        together=together,
    )


def encode(baskets: Baskets, marks: Marks, totals: Totals, threads: int) -> Encoded:
    """Renumber items and turn orders around; takes 6 bytes a line, or 8 where ranks do not fit 16 bits."""
    items = np.argsort(-totals.orders, kind="stable")
    narrow = np.uint16 if items.size <= _FEW else np.uint32
    rank = np.empty(items.size, dtype=narrow)
    rank[items] = np.arange(items.size, dtype=narrow)
    shift = int(totals.weights.max(initial=0)).bit_length()
    length = baskets.items.size + HEAD * baskets.n_orders
    assert shift + int(totals.orders.max(initial=0)).bit_length() <= 63  # noqa: PLR2004 - bits of a signed integer
    assert length < 1 << 32
    encoded = Encoded(
        lines=np.empty(length, dtype=narrow),
        evidence=np.empty(0 if marks.evidence is None and marks.line_weights is None else length, dtype=np.bool_),
        line_weights=np.empty(0 if marks.line_weights is None else length, dtype=np.int64),
        starts=np.zeros(items.size + 1, dtype=np.int64),
        heads=np.empty(0, dtype=np.uint32),
        items=items,
        shift=shift,
    )
    said = _said(baskets, marks)
    in_threads(lambda first, last: _renumber((first, last), said, rank, encoded), baskets.n_orders, threads)
    _find_starts(said.offsets, encoded)
    heads = np.empty(int(encoded.starts[-1]) + AHEAD, dtype=np.uint32)
    heads[-AHEAD:] = 0
    encoded = encoded._replace(heads=heads)
    _turn(said.offsets, encoded)
    return encoded


def _said(baskets: Baskets, marks: Marks) -> _Said:
    return _Said(
        offsets=np.ascontiguousarray(baskets.offsets, dtype=np.int64),
        items=np.ascontiguousarray(baskets.items, dtype=np.int32),
        weights=marks.weights,
        ordinary=marks.ordinary,
        evidence=np.empty(0, dtype=np.bool_) if marks.evidence is None else marks.evidence,
        line_weights=np.empty(0, dtype=np.int64) if marks.line_weights is None else marks.line_weights,
    )


@tight
def _total(said: _Said, sums: Array, whole: Array) -> None:
    for order in range(said.offsets.size - 1):
        first, last = said.offsets[order], said.offsets[order + 1]
        evident = 0
        for line in range(first, last):
            item = said.items[line]
            own = said.line_weights[line] if said.line_weights.size else 1
            shown = last - first <= said.ordinary and (not said.evidence.size or said.evidence[line])
            sums[0, item] += 1
            sums[1, item] += said.weights[order] * own
            sums[2, item] += last - first - 1
            sums[3, item] += shown
            evident += shown
        whole[0] += evident
        whole[1] += evident * (evident - 1)
        whole[2] += said.weights[order] * _lighter(said, first, last)


@tight
def _lighter(said: _Said, first: int, last: int) -> int:
    """The weights of an order's pairs, each in both directions: a pair weighs as its lighter line."""
    if not said.line_weights.size:
        return (last - first) * (last - first - 1)
    together = 0
    for one in range(first, last):
        for other in range(first, one):
            together += 2 * min(said.line_weights[one], said.line_weights[other])
    return together


@tight
def _renumber(part: tuple[int, int], said: _Said, rank: Array, encoded: Encoded) -> None:
    for order in range(part[0], part[1]):
        first, last = said.offsets[order], said.offsets[order + 1]
        head = first + HEAD * order
        marks = np.int64(said.weights[order]) | (NO_EVIDENCE * (last - first > said.ordinary))
        if encoded.evidence.size:
            marks |= DIFFERS
        encoded.lines[head] = marks & ((1 << _HALF) - 1)
        encoded.lines[head + 1] = marks >> _HALF
        for line in range(first, last):
            own = rank[said.items[line]]
            place = line + HEAD * (order + 1)
            while place - HEAD > head and encoded.lines[place - 1] > own:
                encoded.lines[place] = encoded.lines[place - 1]
                if encoded.evidence.size:
                    _move_marks(encoded, place - 1, place)
                place -= 1
            encoded.lines[place] = own
            if encoded.evidence.size:
                shown = not said.evidence.size or said.evidence[line]
                encoded.evidence[place] = last - first <= said.ordinary and shown
            if encoded.line_weights.size:
                encoded.line_weights[place] = said.line_weights[line]


@tight
def _move_marks(encoded: Encoded, source: int, target: int) -> None:
    encoded.evidence[target] = encoded.evidence[source]
    if encoded.line_weights.size:
        encoded.line_weights[target] = encoded.line_weights[source]


@tight
def _find_starts(offsets: Array, encoded: Encoded) -> None:
    for order in range(offsets.size - 1):
        for line in range(offsets[order] + 1, offsets[order + 1]):
            encoded.starts[encoded.lines[line + HEAD * (order + 1)] + 1] += 1
    for rank in range(encoded.items.size):
        encoded.starts[rank + 1] += encoded.starts[rank]


@tight
def _turn(offsets: Array, encoded: Encoded) -> None:
    # `starts` serves as the cursor of each item and is brought back after.
    for order in range(offsets.size - 1):
        head = offsets[order] + HEAD * order
        for line in range(head + HEAD + 1, offsets[order + 1] + HEAD * (order + 1)):
            rank = encoded.lines[line]
            encoded.heads[encoded.starts[rank]] = head
            encoded.starts[rank] += 1
    for rank in range(encoded.items.size, 0, -1):
        encoded.starts[rank] = encoded.starts[rank - 1]
    encoded.starts[0] = 0
