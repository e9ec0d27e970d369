"""Depth-first search for frequent itemsets over sets of orders as bits.

For each rank of the ranked orders, the orders that hold it are numbered anew, and every other rank that is frequent
in them becomes a row: the bits of those orders it is in. A set grows by rows after its last; what a row leaves of the
orders is one `and`. Rows passed over cannot join any more; they tell which sets are closed.

All frequent sets: Eclat (Zaki 2000). Closed and maximal ones: a set is left, with all that would grow from it, as soon
as a row it passed over holds all of its orders; open rows that hold all of them join it at once (CHARM, Zaki and Hsiao
2002; LCM, Uno, Kiyomi and Arimura 2004).
"""

from __future__ import annotations

import numpy as np

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.itemsets.bits import WORD, fill, meet, overlap
from pairwell.learn.itemsets.orders import END, RankedOrders
from pairwell.learn.itemsets.room import (
    ALL,
    COUNT,
    FULL,
    GOING,
    HEAVY,
    ITEM,
    ITEMS,
    KIND,
    LONGEST,
    NEXT,
    ROW,
    SETS,
    SIZE,
    START,
    STATUS,
    STOP,
    THRESHOLD,
    VISITED,
    Room,
    report,
)

_WALK = 16  # counts that are wiped in the time that one order takes to be walked


@compiled
def search_ranks(held: RankedOrders, room: Room, first: int, size: int) -> int:
    """Search every set that is the prefix of `size` items, one of the ranks from `first` on, and whatever more.

    Return the rank at which the search stopped. The state says why, and holds nothing of that rank.
    """
    state = room.state
    for rank in range(first, held.items.size):
        before = state[SETS], state[ITEMS], state[VISITED]
        if held.starts[rank + 1] - held.starts[rank] >= state[THRESHOLD]:
            _search_rank(held, room, rank, size)
        if state[STATUS] != GOING:
            state[SETS], state[ITEMS], state[VISITED] = before
            return rank
    return held.items.size


@compiled
def _search_rank(held: RankedOrders, room: Room, rank: int, size: int) -> None:
    state, n_orders = room.state, held.starts[rank + 1] - held.starts[rank]
    words = (n_orders + WORD - 1) // WORD
    room.prefix[size] = held.items[rank]
    if state[KIND] == ALL and size + 1 == state[LONGEST]:
        report(room, size + 1, n_orders, False)
        return
    n_rows = _count_beside(held, room, rank)
    if n_rows * words > room.bits.size:
        state[STATUS] = HEAVY
    elif n_rows > room.open_rows.shape[0] or words > room.orders.size:
        state[STATUS] = FULL
    else:
        _open_rows(held, room, n_rows)
        if n_rows:
            _write_rows(held, room, rank, n_rows)
        fill(room.orders[:words], n_orders)
        _grow(room, words, _begin(room, rank, n_rows, size, n_orders))
    _forget(held, room, rank)


@compiled
def _count_beside(held: RankedOrders, room: Room, rank: int) -> int:
    """Count the other ranks in the orders of `rank`, earlier ones too for closed sets; say how many are frequent."""
    n_rows, back = 0, room.state[KIND] != ALL
    for place in held.places[held.starts[rank] : held.starts[rank + 1]]:
        n_rows = _count_walk(held.ranks, room, place, 1, n_rows)
        if back:
            n_rows = _count_walk(held.ranks, room, place, -1, n_rows)
    _sort(room, n_rows)
    return n_rows


@compiled
def _count_walk(ranks: Array, room: Room, place: int, step: int, n_rows: int) -> int:
    """Count what stands on one side of a place in its order; list what becomes frequent, and say how many are."""
    threshold = room.state[THRESHOLD]
    place += step
    while ranks[place] != END:
        count = room.beside[ranks[place]] + 1
        room.beside[ranks[place]] = count
        if count == threshold:
            room.frequent[n_rows] = ranks[place]
            n_rows += 1
        place += step
    return n_rows


@compiled
def _sort(room: Room, n_rows: int) -> None:
    """Sort the frequent ranks: Shell 1959, with the gaps of Knuth 1973. Numba's own takes seconds to compile."""
    values, gap = room.frequent, 1
    while gap < n_rows:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(gap, n_rows):
            value = values[place]
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap  # noqa: PLW2901 - the gap is walked down
            values[place] = value
        gap //= 3


@compiled
def _open_rows(held: RankedOrders, room: Room, n_rows: int) -> None:
    for row in range(n_rows):
        other = room.frequent[row]
        room.open_rows[row, ROW] = row
        room.open_rows[row, COUNT] = room.beside[other]
        room.open_rows[row, ITEM] = held.items[other]
        room.beside[other] = -1 - row


@compiled
def _write_rows(held: RankedOrders, room: Room, rank: int, n_rows: int) -> None:
    """Set the bit of each order of `rank` in the rows of the other ranks it holds."""
    first, last = held.starts[rank], held.starts[rank + 1]
    words, back = (last - first + WORD - 1) // WORD, room.state[KIND] != ALL
    room.bits[: n_rows * words] = 0
    for order in range(last - first):
        place = held.places[first + order]
        _write_walk(held.ranks, room, (place, 1), words, order)
        if back:
            _write_walk(held.ranks, room, (place, -1), words, order)


@compiled
def _write_walk(ranks: Array, room: Room, walk: tuple[int, int], words: int, order: int) -> None:
    place, step = walk
    place += step
    while ranks[place] != END:
        row = -1 - room.beside[ranks[place]]
        if row >= 0:
            room.bits[row * words + order // WORD] |= np.uint64(1) << np.uint64(order % WORD)
        place += step


@compiled
def _forget(held: RankedOrders, room: Room, rank: int) -> None:
    places = held.places[held.starts[rank] : held.starts[rank + 1]]
    if room.beside.size < _WALK * places.size:
        room.beside[:] = 0
        return
    for place in places:
        _forget_walk(held.ranks, room, place, 1)
        _forget_walk(held.ranks, room, place, -1)


@compiled
def _forget_walk(ranks: Array, room: Room, place: int, step: int) -> None:
    place += step
    while ranks[place] != END:
        room.beside[ranks[place]] = 0
        place += step


@compiled
def _begin(room: Room, rank: int, n_rows: int, size: int, n_orders: int) -> int:
    """Report the prefix and `rank`, and open its frame at depth 0; return how many frames are open."""
    passed = 0
    while passed < n_rows and room.frequent[passed] < rank:
        passed += 1
    if _holds_all(room, 0, passed, n_orders):
        return 0
    return _enter(room, 0, (0, passed, n_rows), size + 1, n_orders)


@compiled
def _grow(room: Room, words: int, n_frames: int) -> None:
    """Report every set that grows from the open frames."""
    while n_frames > 0 and room.state[STATUS] == GOING:
        depth = n_frames - 1
        place = room.frames[depth, NEXT]
        if place == room.frames[depth, STOP]:
            n_frames -= 1
            continue
        if room.open_rows[place, COUNT] >= room.state[THRESHOLD]:
            n_frames += _visit(room, words, depth, place)
        room.frames[depth, NEXT] = place + 1


@compiled
def _visit(room: Room, words: int, depth: int, place: int) -> int:
    """Report the set of a frame and one more row; return 1 where that opened the next frame, else 0."""
    start, stop, size = room.frames[depth, START], room.frames[depth, STOP], room.frames[depth, SIZE]
    count, within = room.open_rows[place, COUNT], (depth + 1) * words
    room.prefix[size] = room.open_rows[place, ITEM]
    if room.state[KIND] == ALL:
        start = place
        if place + 1 == stop or size + 1 == room.state[LONGEST]:
            report(room, size + 1, count, False)
            return 0
    if depth + 1 == room.frames.shape[0] or within + words > room.orders.size or 2 * stop > room.open_rows.shape[0]:
        room.state[STATUS] = FULL
        return 0
    row = room.open_rows[place, ROW] * words
    meet(room.orders[within - words : within], room.bits[row : row + words], room.orders[within : within + words])
    passed = _narrow(room, room.orders[within : within + words], (start, place), stop)
    if _holds_all(room, stop, passed, count):
        return 0
    last = _narrow(room, room.orders[within : within + words], (place + 1, stop), passed)
    return _enter(room, depth + 1, (stop, passed, last), size + 1, count)


@compiled
def _enter(room: Room, depth: int, span: tuple[int, int, int], size: int, count: int) -> int:
    """Report the set of `size` items, with the rows that hold all its orders; return 1 where it may grow, else 0.

    Of the rows of the span, those up to the second bound were passed over, the others are open.
    """
    start, passed, last = span
    if room.state[KIND] != ALL:
        size, last = _join(room, (passed, last), size, count)
    if size > room.state[LONGEST]:
        return 0
    report(room, size, count, start == last)
    frame = room.frames[depth]
    frame[START], frame[NEXT], frame[STOP], frame[SIZE] = start, passed, last, size
    return int(passed < last and size < room.state[LONGEST])


@compiled
def _narrow(room: Room, orders: Array, span: tuple[int, int], last: int) -> int:
    """Stack from `last` on those rows of the span that are frequent in `orders`; return where they end."""
    words, rows = orders.size, room.open_rows
    for place in range(span[0], span[1]):
        row = rows[place, ROW]
        count = overlap(orders, room.bits[row * words : (row + 1) * words])
        if count >= room.state[THRESHOLD]:
            rows[last, ROW], rows[last, COUNT], rows[last, ITEM] = row, count, rows[place, ITEM]
            last += 1
    return last


@compiled
def _holds_all(room: Room, start: int, stop: int, count: int) -> bool:
    """Whether a row from `start` to `stop` is in all `count` orders of the set."""
    while start < stop and room.open_rows[start, COUNT] != count:
        start += 1
    return start < stop


@compiled
def _join(room: Room, span: tuple[int, int], size: int, count: int) -> tuple[int, int]:
    """Move the rows of the span that hold all orders of the set into it; return its size and where the rest end."""
    rows, last = room.open_rows, span[0]
    for place in range(span[0], span[1]):
        if rows[place, COUNT] == count:
            room.prefix[size] = rows[place, ITEM]
            size += 1
        else:
            rows[last, ROW], rows[last, COUNT], rows[last, ITEM] = (
                rows[place, ROW],
                rows[place, COUNT],
                rows[place, ITEM],
            )
            last += 1
    return size, last
