"""Every pair of items that were in one order, counted once, and the best add-ons of every item kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from queue import SimpleQueue
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS, compiled
from pairwell.learn.mining.best import Best, merge, no_best, offer, sort
from pairwell.learn.mining.encode import Encoded, in_threads
from pairwell.learn.mining.score import Scale, score_pair
from pairwell.learn.mining.tails import BINS, ByChance, count_tail

_BLOCKS = 100
_COUNT_BITS = 31


class Scratch(NamedTuple):
    """What one thread counts in."""

    sums: Array  # int64: of each partner, orders together above `shift`, weights below
    apart: Array  # int32: of each partner, orders together that are no evidence
    partners: Array  # int32: partners of the item at hand
    bins: Array  # int64: tails
    best: Best


class Wanted(NamedTuple):
    """What is kept of every pair."""

    unit: float  # the weight that counts 1
    scale: Scale
    chance: ByChance


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The best pairs of each item, those of item i from `offsets[i]` on, and the tails of all pairs in bins."""

    offsets: Array
    add_ons: Array
    score: Array
    together: Array
    proof: Array  # orders together that are evidence
    bins: Array


def keep_best(
    encoded: Encoded, wanted: Wanted, room: Array, threads: int = THREADS, advance: Advance = unheard
) -> Kept:
    """Count all pairs; `room` is the most that is kept of the item of each rank.

    Rows are the items, from the most to the least bought. A row meets only items bought more: it counts in memory that
    is near, and each pair is met once, and offered to both of its items.
    """
    starts = np.concatenate(([0], np.cumsum(room)))
    scratches = [_scratch(starts) for _ in range(threads)]
    free: SimpleQueue[Scratch] = SimpleQueue()
    for scratch in scratches:
        free.put(scratch)

    def count(first: int, last: int) -> int:
        scratch = free.get()
        _count_rows((first, last), encoded, wanted, scratch)
        free.put(scratch)
        return last

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(count, first, last) for first, last in _blocks(encoded)]:
            advance(done.result() / max(1, encoded.items.size))
    best = _merged([scratch.best for scratch in scratches], threads)
    return _kept(best, encoded, np.sum([scratch.bins for scratch in scratches], axis=0))


def _scratch(starts: Array) -> Scratch:
    n_items = starts.size - 1
    return Scratch(
        sums=np.zeros(n_items, dtype=np.int64),
        apart=np.zeros(n_items, dtype=np.int32),
        partners=np.empty(n_items + 1, dtype=np.int32),
        bins=np.zeros(BINS, dtype=np.int64),
        best=no_best(starts),
    )


def _blocks(encoded: Encoded) -> list[tuple[int, int]]:
    """Rows in parts of about equal work."""
    work = np.zeros(encoded.items.size, dtype=np.int64)
    _work(encoded, work)
    done = np.cumsum(work + 1)
    cuts = np.searchsorted(done, np.linspace(0, done[-1], _BLOCKS + 1)) if done.size else np.zeros(1, dtype=np.int64)
    bounds = np.unique(np.concatenate((cuts, [encoded.items.size]))).tolist()
    return list(pairwise(bounds))


@compiled
def _work(encoded: Encoded, work: Array) -> None:
    for order in range(encoded.heads.shape[0]):
        first = encoded.heads[order, 0] >> 1
        last = encoded.heads[order + 1, 0] >> 1 if order + 1 < encoded.heads.shape[0] else encoded.lines.size
        for line in range(first, last):
            work[encoded.lines[line]] += line - first + 1


@compiled
def _count_rows(part: tuple[int, int], encoded: Encoded, wanted: Wanted, scratch: Scratch) -> None:
    for row in range(part[0], part[1]):
        found = _count_row(row, (encoded.starts[row], encoded.starts[row + 1]), encoded, scratch)
        _keep_row(row, found, encoded, wanted, scratch)


@compiled
def _count_row(row: int, span: tuple[int, int], encoded: Encoded, scratch: Scratch) -> int:
    """Add up the lines before those of the item of rank `row` in its orders; how many partners it has."""
    lines, sums, partners = encoded.lines, scratch.sums, scratch.partners
    found = 0
    for place in range(span[0], span[1]):
        order = encoded.orders[place]
        head, weight = encoded.heads[order, 0], encoded.heads[order, 1]
        if head & 1:
            found = _count_apart(row, order, found, encoded, scratch)
            continue
        line = head >> 1
        partner = lines[line]
        while partner != row:
            before = sums[partner]
            partners[found] = partner
            found += before == 0
            sums[partner] = before + weight
            line += 1
            partner = lines[line]
    return found


@compiled
def _count_apart(row: int, order: int, found: int, encoded: Encoded, scratch: Scratch) -> int:
    """The same for an order whose lines differ in weight, or that is no evidence everywhere."""
    first, weight = encoded.heads[order, 0] >> 1, encoded.heads[order, 1]
    own = first
    while encoded.lines[own] != row:
        own += 1
    for line in range(first, own):
        partner = encoded.lines[line]
        times = min(encoded.line_weights[line], encoded.line_weights[own]) if encoded.line_weights.size else 1
        scratch.partners[found] = partner
        found += scratch.sums[partner] == 0
        scratch.sums[partner] += weight * times + (1 << encoded.shift)
        scratch.apart[partner] += not (encoded.evidence[line] and encoded.evidence[own])
    return found


@compiled
def _keep_row(row: int, found: int, encoded: Encoded, wanted: Wanted, scratch: Scratch) -> None:
    best, scale = scratch.best, wanted.scale
    for place in range(found):
        partner = scratch.partners[place]
        packed = scratch.sums[partner]
        together = packed >> encoded.shift
        weight = (packed & ((1 << encoded.shift) - 1)) / wanted.unit
        proof = together - scratch.apart[partner]
        scratch.sums[partner] = 0
        scratch.apart[partner] = 0
        if proof > 0:
            count_tail(row, partner, proof, wanted.chance, scratch.bins)
        counts = (together << _COUNT_BITS) + proof
        score = score_pair(weight, row, partner, scale)
        if score >= best.threshold[row]:
            offer(best, row, (score, encoded.items[partner], counts))
        score = score_pair(weight, partner, row, scale)
        if score >= best.threshold[partner]:
            offer(best, partner, (score, encoded.items[row], counts))


def _merged(every: list[Best], threads: int) -> Best:
    whole, *others = every

    def bring(first: int, last: int) -> None:
        for other in others:
            merge(whole, other, first, last)
        sort(whole, first, last)

    in_threads(bring, whole.filled.size, threads)
    return whole


def _kept(best: Best, encoded: Encoded, bins: Array) -> Kept:
    sizes = np.zeros(encoded.items.size, dtype=np.int64)
    sizes[encoded.items] = best.filled
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    add_ons, score = np.empty(offsets[-1], dtype=np.int32), np.empty(offsets[-1])
    together, proof = np.empty(offsets[-1], dtype=np.int32), np.empty(offsets[-1], dtype=np.int32)
    _lay_out(best, encoded.items, offsets, (add_ons, score, together, proof))
    return Kept(offsets=offsets, add_ons=add_ons, score=score, together=together, proof=proof, bins=bins)


@compiled
def _lay_out(best: Best, items: Array, offsets: Array, into: tuple[Array, Array, Array, Array]) -> None:
    add_ons, score, together, proof = into
    for rank in range(items.size):
        start, target = best.starts[rank], offsets[items[rank]]
        for place in range(best.filled[rank]):
            add_ons[target + place] = best.add_ons[start + place]
            score[target + place] = best.score[start + place]
            together[target + place] = best.counts[start + place] >> _COUNT_BITS
            proof[target + place] = best.counts[start + place] & ((1 << _COUNT_BITS) - 1)
