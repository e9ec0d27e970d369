"""Depth-first search for frequent itemsets over sets of orders as bits.

For each rank of the ranked orders, the orders that hold it are numbered anew and every other frequent rank becomes a row:
the bits of those orders that hold it, too. A set grows by rows after its last; what a row leaves of its orders is one `and`.

All frequent sets: Eclat (Zaki 2000). Closed and maximal ones: a set is left, with everything that would grow from it, as
soon as a row it passed over holds all of its orders; rows that hold all of them join it at once (CHARM, Zaki and Hsiao
2002; LCM, Uno, Kiyomi and Arimura 2004).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.itemsets.bits import WORD, fill, meet, overlap
from pairwell.learn.itemsets.room import (
    ALL,
    FULL,
    GOING,
    HEAVY,
    ITEMS,
    SETS,
    STATUS,
    THRESHOLD,
    VISITED,
    Task,
    report,
    report_closed,
)

Span = tuple[int, int, int]  # in the stack of open rows: from the first to the second passed over, to the third open


class Search(NamedTuple):
    """The sets that begin with one prefix, as bits."""

    task: Task
    items: Array  # of each row
    rows: Array
    orders: Array  # of the set that is being grown, by depth


@compiled
def search_ranks(task: Task, first: int, size: int) -> int:
    """Search every set of the prefix of `size` items and one of the ranks from `first` on, or more.

    Return the rank at which the search stopped. The state says why, and holds nothing of that rank.
    """
    state = task.room.state
    for rank in range(first, task.held.items.size):
        before = state[SETS], state[ITEMS], state[VISITED]
        _search_rank(task, rank, size)
        if state[STATUS] != GOING:
            state[SETS], state[ITEMS], state[VISITED] = before
            return rank
    return task.held.items.size


@compiled
def _search_rank(task: Task, rank: int, size: int) -> None:
    held, room = task.held, task.room
    n_orders = held.starts[rank + 1] - held.starts[rank]
    if n_orders < room.state[THRESHOLD] or size >= task.terms.max_items:
        return
    room.prefix[size] = held.items[rank]
    if task.terms.kind == ALL:
        report(task, size + 1, n_orders)
        if size + 1 == task.terms.max_items:
            return
    lowest = rank + 1 if task.terms.kind == ALL else 0
    n_rows = _count_beside(task, rank, lowest)
    words = (n_orders + WORD - 1) // WORD
    if n_rows * words > room.bits.size:
        room.state[STATUS] = HEAVY
    elif n_rows > room.open_rows.size or 2 * words > room.orders.size:
        room.state[STATUS] = FULL
    elif n_rows > 0 or task.terms.kind != ALL:
        _search_rows(task, (rank, lowest), size, (n_rows, words))
    _forget(task, rank, lowest)


@compiled
def _count_beside(task: Task, rank: int, lowest: int) -> int:
    """Count the other ranks from `lowest` on in the orders of `rank`; list those frequent, ascending, and say how many."""
    held, counts, frequent = task.held, task.room.counts, task.room.frequent
    threshold, n_rows = task.room.state[THRESHOLD], 0
    for order in held.orders[held.starts[rank] : held.starts[rank + 1]]:
        place = held.offsets[order + 1] - 1
        while place >= held.offsets[order] and held.ranks[place] >= lowest:
            beside = held.ranks[place]
            counts[beside] += 1
            if counts[beside] == threshold and beside != rank:
                frequent[n_rows] = beside
                n_rows += 1
            place -= 1
    frequent[:n_rows].sort()
    return n_rows


@compiled
def _forget(task: Task, rank: int, lowest: int) -> None:
    held = task.held
    for order in held.orders[held.starts[rank] : held.starts[rank + 1]]:
        place = held.offsets[order + 1] - 1
        while place >= held.offsets[order] and held.ranks[place] >= lowest:
            task.room.counts[held.ranks[place]] = 0
            place -= 1


@compiled
def _search_rows(task: Task, at: tuple[int, int], size: int, shape: tuple[int, int]) -> None:
    rank, lowest = at
    room, (n_rows, words) = task.room, shape
    n_orders = task.held.starts[rank + 1] - task.held.starts[rank]
    depths = room.orders.size // words
    search = Search(
        task,
        task.held.items[room.frequent[:n_rows]],
        room.bits[: n_rows * words].reshape(shape),
        room.orders[: depths * words].reshape((depths, words)),
    )
    fill(search.orders[0], n_orders)
    passed = np.searchsorted(room.frequent[:n_rows], rank)
    for row in range(n_rows):
        room.open_rows[row] = row
        room.open_counts[row] = room.counts[room.frequent[row]]
    _write_rows(search, rank, lowest)
    if task.terms.kind == ALL:
        _grow_all(search, 0, size + 1, (passed, n_rows))
        return
    if not _holds_all(search, (0, passed), n_orders):
        grown, last = _join(search, size + 1, (passed, n_rows), n_orders)
        _grow_closed(search, 0, grown, (0, passed, last), n_orders)


@compiled
def _write_rows(search: Search, rank: int, lowest: int) -> None:
    held, room, rows = search.task.held, search.task.room, search.rows
    room.counts[rank] = 0
    for row in range(rows.shape[0]):
        rows[row] = 0
        room.counts[room.frequent[row]] = -1 - row
    bit = 0
    for order in held.orders[held.starts[rank] : held.starts[rank + 1]]:
        place = held.offsets[order + 1] - 1
        while place >= held.offsets[order] and held.ranks[place] >= lowest:
            row = -1 - room.counts[held.ranks[place]]
            if row >= 0:
                rows[row, bit // WORD] |= np.uint64(1) << np.uint64(bit % WORD)
            place -= 1
        bit += 1


@compiled
def _grow_all(search: Search, depth: int, size: int, span: tuple[int, int]) -> None:
    """Report every set of the prefix of `size` items and one open row or more."""
    room, (start, stop) = search.task.room, span
    for place in range(start, stop):
        if room.state[STATUS] != GOING:
            return
        if room.open_counts[place] < room.state[THRESHOLD]:
            continue
        room.prefix[size] = search.items[room.open_rows[place]]
        report(search.task, size + 1, room.open_counts[place])
        if place + 1 == stop or size + 1 == search.task.terms.max_items or not _has_room(search, depth + 1, stop):
            continue
        _descend(search, depth, place)
        last = _narrow(search, depth + 1, (place + 1, stop), stop)
        _grow_all(search, depth + 1, size + 1, (stop, last))


@compiled
def _grow_closed(search: Search, depth: int, size: int, span: Span, count: int) -> None:
    """Report the prefix of `size` items, which is closed and in `count` orders, and every closed set that holds it.

    Sets that hold a row passed over, or are in the same orders as one that does, were reported before.
    """
    room, terms, (start, middle, stop) = search.task.room, search.task.terms, span
    if size > terms.max_items:
        return
    report_closed(search.task, size, count, start == stop)
    for place in range(middle, stop):
        if room.state[STATUS] != GOING or size == terms.max_items or not _has_room(search, depth + 1, stop):
            return
        below = room.open_counts[place]
        if below < room.state[THRESHOLD]:
            continue
        room.prefix[size] = search.items[room.open_rows[place]]
        _descend(search, depth, place)
        passed = _narrow(search, depth + 1, (start, place), stop)
        if _holds_all(search, (stop, passed), below):
            continue
        last = _narrow(search, depth + 1, (place + 1, stop), passed)
        grown, last = _join(search, size + 1, (passed, last), below)
        _grow_closed(search, depth + 1, grown, (stop, passed, last), below)


@compiled
def _has_room(search: Search, depth: int, stop: int) -> bool:
    """Whether a set of orders more, and twice the open rows, can be held; else the search is to stop."""
    fits = depth < search.orders.shape[0] and 2 * stop <= search.task.room.open_rows.size
    if not fits:
        search.task.room.state[STATUS] = FULL
    return fits


@compiled
def _descend(search: Search, depth: int, place: int) -> None:
    """Put a depth further down the orders of the set that are also in an open row."""
    row = search.task.room.open_rows[place]
    meet(search.orders[depth], search.rows[row], search.orders[depth + 1])


@compiled
def _narrow(search: Search, depth: int, span: tuple[int, int], last: int) -> int:
    """Stack from `last` on those open rows of the span that stay frequent; return where they end."""
    room = search.task.room
    for place in range(span[0], span[1]):
        row = room.open_rows[place]
        count = overlap(search.orders[depth], search.rows[row])
        if count >= room.state[THRESHOLD]:
            room.open_rows[last] = row
            room.open_counts[last] = count
            last += 1
    return last


@compiled
def _holds_all(search: Search, span: tuple[int, int], count: int) -> bool:
    """Whether any row of the span is in all `count` orders of the set."""
    for place in range(span[0], span[1]):
        if search.task.room.open_counts[place] == count:
            return True
    return False


@compiled
def _join(search: Search, size: int, span: tuple[int, int], count: int) -> tuple[int, int]:
    """Move those rows of the span into the prefix that are in all its orders; return its size and where the rest end."""
    room, last = search.task.room, span[0]
    for place in range(span[0], span[1]):
        row = room.open_rows[place]
        if room.open_counts[place] == count:
            room.prefix[size] = search.items[row]
            size += 1
        else:
            room.open_rows[last] = row
            room.open_counts[last] = room.open_counts[place]
            last += 1
    return size, last
