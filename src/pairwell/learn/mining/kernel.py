"""Every pair of items that were in one order, counted once, and the best add-ons of every item kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from queue import SimpleQueue
from typing import Any, NamedTuple

import msgspec
import numpy as np

from pairwell.config.progress import Advance, unheard
from pairwell.learn.baskets import Array
from pairwell.learn.compiled import THREADS, fetch_early, inlined, tight
from pairwell.learn.mining.best import (
    LEVEL,
    Best,
    keep_highest,
    key_of,
    level_of,
    most_room,
    next_place,
    offer,
    offer_all,
    room_of,
    sort,
    unpack,
)
from pairwell.learn.mining.encode import AHEAD, DIFFERS, HEAD, NO_EVIDENCE, WEIGHT, Encoded, in_threads
from pairwell.learn.mining.score import Scale, score_pair
from pairwell.learn.mining.tails import BINS, ByChance, bin_of

_BLOCKS = 100
_PROOF_BITS = 31
_SPARE = 64  # pairs of an item that are chosen before the best are, at least


class Ranking(NamedTuple):
    """How pairs are scored and which are kept."""

    scale: Scale
    unit: float  # the weight that counts 1
    best: Best


class Scratch(NamedTuple):
    """What one thread counts in."""

    sums: Array  # int64: of each partner, orders together above `shift`, weights below
    apart: Array  # int64: of each partner, orders together that are no evidence
    partners: Array  # as lines are: partners of the item at hand
    marked: Array  # int64, one: whether `apart` is used
    bins: Array  # int64: tails
    chosen: Array  # int64, two a pair, as `Best.pairs`: what is to be offered to the item at hand


class Counting(NamedTuple):
    """What all threads share."""

    encoded: Encoded
    chance: ByChance
    whole: Ranking
    older: Ranking  # of the orders before the cut
    cut: int  # place in `lines` up to which orders are older; 0: nobody asks for them
    judged: bool  # whether tails are counted


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The best pairs of each item, those of item i from `offsets[i]` on."""

    offsets: Array
    add_ons: Array
    score: Array
    together: Array
    proof: Array  # orders together that are evidence


def keep_best(counting: Counting, threads: int = THREADS, advance: Advance = unheard) -> Array:
    """Count all pairs, keep the best in both rankings, and return the tails of all pairs in bins.

    Rows are the items, from the most to the least bought. A row meets only items bought more: it counts in memory that
    is near, and each pair is met once, and offered to both of its items.
    """
    n_items, narrow, room = counting.encoded.items.size, counting.encoded.lines.dtype, most_room(counting.whole.best)
    scratches = [_scratch(n_items, narrow, room) for _ in range(threads)]
    free: SimpleQueue[Scratch] = SimpleQueue()
    for scratch in scratches:
        free.put(scratch)

    def count(first: int, last: int) -> int:
        scratch = free.get()
        _count_rows((first, last), counting, scratch)
        free.put(scratch)
        return last

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(count, first, last) for first, last in _blocks(counting.encoded)]:
            advance(done.result() / n_items)
    bins: Array = np.sum([scratch.bins for scratch in scratches], axis=0)
    return bins


def lay_out(best: Best, items: Array, threads: int = THREADS) -> Kept:
    """What was kept, by item and best first, in the memory where it was kept; `items` are those of each rank."""
    in_threads(lambda first, last: sort(best, first, last), items.size, threads)
    sizes = np.zeros(items.size, dtype=np.int64)
    sizes[items] = best.rooms[:, 2]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    words = best.pairs.view(np.int32)[: offsets[-1]]
    add_ons, score, together, proof = words[:, 0], words[:, 1].view(np.float32), words[:, 2], words[:, 3]
    _lay_out(best, np.argsort(items), offsets, (add_ons, score, together, proof))
    return Kept(offsets=offsets, add_ons=add_ons, score=score, together=together, proof=proof)


def _scratch(n_items: int, narrow: np.dtype[Any], room: int) -> Scratch:
    return Scratch(
        sums=np.zeros(n_items, dtype=np.int64),
        apart=np.zeros(n_items, dtype=np.int64),
        partners=np.empty(n_items + 1, dtype=narrow),
        marked=np.zeros(1, dtype=np.int64),
        bins=np.zeros(BINS, dtype=np.int64),
        chosen=np.empty((room + max(room, _SPARE), 2), dtype=np.int64),
    )


def _blocks(encoded: Encoded) -> list[tuple[int, int]]:
    """Rows in parts of about equal work."""
    if not encoded.items.size:
        return []
    work = np.zeros(encoded.items.size, dtype=np.int64)
    _work(encoded, work)
    done = np.cumsum(work)
    cuts = np.searchsorted(done, np.linspace(0, done[-1], _BLOCKS + 1)).tolist()
    return list(pairwise(sorted({0, *cuts, encoded.items.size})))


@tight
def _work(encoded: Encoded, work: Array) -> None:
    for row in range(work.size):
        work[row] = (encoded.starts[row + 1] - encoded.starts[row]) * 2 + 10


@tight
def _count_rows(part: tuple[int, int], counting: Counting, scratch: Scratch) -> None:
    encoded = counting.encoded
    for row in range(part[0], part[1]):
        first, last = encoded.starts[row], encoded.starts[row + 1]
        found = 0
        if counting.cut > 0:
            middle = first + np.searchsorted(encoded.heads[first:last], counting.cut)
            found = _count_row(row, (first, middle, 0), encoded, scratch)
            _rank_row(row, found, encoded, counting.older, scratch)
            first = middle
        found = _count_row(row, (first, last, found), encoded, scratch)
        _rank_row(row, found, encoded, counting.whole, scratch)
        _clear_row(row, found, counting, scratch)


@tight
def _count_row(row: int, span: tuple[int, int, int], encoded: Encoded, scratch: Scratch) -> int:
    """Add up the lines before those of the item of rank `row` in some of its orders; how many partners it has now."""
    lines, sums, partners = encoded.lines, scratch.sums, scratch.partners
    one = 1 << encoded.shift
    found = np.uint64(span[2])
    for place in range(span[0], span[1]):
        fetch_early(lines, np.uint64(encoded.heads[np.uint64(place + AHEAD)]))
        line = np.uint64(encoded.heads[np.uint64(place)])
        head = _head_at(lines, line)
        if head > WEIGHT:
            found = _count_marked(row, line, found, encoded, scratch)
            continue
        weight = one + head
        line += np.uint64(HEAD)
        partner = lines[line]
        while partner != row:
            before = sums[partner]
            partners[found] = partner
            found += np.uint64(before == 0)
            sums[partner] = before + weight
            line += np.uint64(1)
            partner = lines[line]
    return int(found)


@inlined
def _head_at(lines: Array, place: np.uint64) -> np.int64:
    return np.int64(lines[place]) + (np.int64(lines[place + np.uint64(1)]) << 16)


@tight
def _count_marked(row: int, head: np.uint64, found: np.uint64, encoded: Encoded, scratch: Scratch) -> np.uint64:
    """The same for an order that is no evidence, or not everywhere, or whose lines differ in weight."""
    scratch.marked[0] = 1
    marks = _head_at(encoded.lines, head)
    weight = marks & WEIGHT
    differs = bool(marks & DIFFERS)
    own = head + np.uint64(HEAD)
    while encoded.lines[own] != row:
        own += np.uint64(1)
    for line in range(head + np.uint64(HEAD), own):
        partner = encoded.lines[line]
        scratch.partners[found] = partner
        found += np.uint64(scratch.sums[partner] == 0)
        times = min(encoded.line_weights[line], encoded.line_weights[own]) if encoded.line_weights.size else 1
        scratch.sums[partner] += weight * times + (1 << encoded.shift)
        shown = encoded.evidence[line] and encoded.evidence[own] if differs else not marks & NO_EVIDENCE
        scratch.apart[partner] += not shown
    return found


@tight
def _rank_row(row: int, found: int, encoded: Encoded, ranking: Ranking, scratch: Scratch) -> None:
    """Offer the pairs of a row and its partners, as far as they are counted, to both.

    A row's own are chosen in memory of the thread and offered at once: most of all pairs that are ever kept are these.
    """
    best, scale, own = ranking.best, ranking.scale, encoded.items[row]
    weights = (1 << encoded.shift) - 1
    room, bar, chosen = room_of(best, row), best.bar[row], 0
    for place in range(found):
        soon = scratch.partners[min(place + AHEAD, found - 1)]
        fetch_early(best.bar, soon)
        fetch_early(scale.factors, np.uint64(soon) * np.uint64(scale.factors.shape[1]))
        fetch_early(best.rooms, np.uint64(soon) * np.uint64(best.rooms.shape[1]))
        near = scratch.partners[min(place + AHEAD // 2, found - 1)]
        fetch_early(best.pairs, np.uint64(2 * next_place(best, near)))
        partner = scratch.partners[place]
        packed = scratch.sums[partner]
        weight = (packed & weights) / ranking.unit
        level = level_of(score_pair(weight, row, partner, scale))
        if level >= bar >> LEVEL and key_of(level, encoded.items[partner]) > bar:
            scratch.chosen[chosen, 0] = key_of(level, encoded.items[partner])
            scratch.chosen[chosen, 1] = _counts(packed >> encoded.shift, scratch.apart[partner])
            chosen += 1
            if chosen == room + max(room, _SPARE):
                bar, chosen = keep_highest(scratch.chosen, chosen, room), room
        level = level_of(score_pair(weight, partner, row, scale))
        if level >= best.bar[partner] >> LEVEL and key_of(level, own) > best.bar[partner]:
            counts = _counts(packed >> encoded.shift, scratch.apart[partner])
            offer(best, partner, key_of(level, own), counts)
    if chosen > room:
        keep_highest(scratch.chosen, chosen, room)
    offer_all(best, row, scratch.chosen, min(chosen, room))


@tight
def _counts(together: int, apart: int) -> int:
    return (together << _PROOF_BITS) + together - apart


@tight
def _clear_row(row: int, found: int, counting: Counting, scratch: Scratch) -> None:
    """Count the tails of a row's pairs and make room for the next."""
    marked, judged, shift = scratch.marked[0], counting.judged, counting.encoded.shift
    for place in range(found):
        partner = scratch.partners[place]
        proof = scratch.sums[partner] >> shift
        scratch.sums[partner] = 0
        if marked:
            proof -= scratch.apart[partner]
            scratch.apart[partner] = 0
        place_of_tail = bin_of(row, partner, proof, counting.chance) if judged and proof > 0 else -1
        if place_of_tail >= 0:
            scratch.bins[place_of_tail] += 1
    scratch.marked[0] = 0


@tight
def _lay_out(best: Best, ranks: Array, offsets: Array, columns: tuple[Array, Array, Array, Array]) -> None:
    # Rooms lie in the order of the items: no pair is written over one that is still to be read.
    add_ons, score, together, proof = columns
    for item in range(ranks.size):
        rank, target = ranks[item], offsets[item]
        for place in range(best.rooms[rank, 0], best.rooms[rank, 0] + best.rooms[rank, 2]):
            key, counts = best.pairs[place, 0], best.pairs[place, 1]
            score[target], add_ons[target] = unpack(key)
            together[target] = counts >> _PROOF_BITS
            proof[target] = counts & ((1 << _PROOF_BITS) - 1)
            target += 1
