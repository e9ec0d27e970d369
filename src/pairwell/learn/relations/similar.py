"""Which rows of a matrix are alike, found through what they share; no two rows are compared that share nothing."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import inlined, tight
from pairwell.learn.relations.directed import Directed, direct
from pairwell.learn.relations.side_by_side import share_rows


def most_alike(rows: sparse.csr_array, *, n: int, longest: int) -> Directed:
    """For each row the `n` others with the largest product over shared columns, ties by number.

    Of a column only the `longest` largest entries lead from row to row (ties by number): the work is bounded by
    entries · `longest`, whatever the shop's words and customers are like.
    """
    found = nearest(rows, _led_by(rows, longest), n)
    anchors, places = np.nonzero(found >= 0)
    return direct(rows.shape[0], anchors, found[anchors, places])


def nearest(rows: sparse.csr_array, columns: sparse.csr_array, n: int) -> Array:
    """For each row the numbers of the `n` others with the largest product, best first, ties by number; then -1.

    `columns` has the entries that lead from row to row, turned.
    """
    found = np.full((rows.shape[0], n), -1, dtype=np.int32)
    row_at, row_columns, row_data = _parts(rows)
    column_at, column_rows, column_data = _parts(columns)

    def search(first: int, last: int) -> None:
        total, best = np.zeros(rows.shape[0]), np.empty(n)
        touched = np.empty(rows.shape[0], dtype=np.int32)
        _nearest(
            first, last, row_at, row_columns, row_data, column_at, column_rows, column_data, total, touched, best, found
        )

    share_rows(row_at, search)
    return found


def products(rows: sparse.csr_array, pairs: Directed) -> Array:
    """The product of the rows of each pair; their cosine where rows have length 1."""
    found = np.zeros(pairs.anchors.size)
    row_at, columns, entries = _parts(rows)
    pair_at = pairs.offsets

    def multiply(first: int, last: int) -> None:
        dense = np.zeros(rows.shape[1])
        _multiply(first, last, row_at, columns, entries, pair_at, pairs.targets, dense, found)

    share_rows(pair_at, multiply)
    return found


def unit_rows(rows: sparse.csr_array) -> sparse.csr_array:
    """The same rows at length 1; empty ones stay empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scaled: sparse.csr_array = (sparse.diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ rows).tocsr()
    return scaled


def _parts(matrix: sparse.csr_array) -> tuple[Array, Array, Array]:
    """Where each row begins, columns, entries."""
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data.astype(np.float64, copy=False),
    )


def _led_by(rows: sparse.csr_array, longest: int) -> sparse.csr_array:
    """Columns as rows, each cut to its `longest` largest entries."""
    turned = rows.T.tocsr()
    sizes = np.diff(turned.indptr)
    kept = np.ones(turned.data.size, dtype=bool)
    for column in np.flatnonzero(sizes > longest).tolist():
        own = slice(turned.indptr[column], turned.indptr[column + 1])
        best = np.argsort(-turned.data[own], kind="stable")  # rows ascend: ties go by number
        kept[own][best[longest:]] = False
    offsets = np.concatenate(([0], np.cumsum(np.minimum(sizes, longest))))
    return sparse.csr_array((turned.data[kept], turned.indices[kept], offsets), shape=turned.shape)


@tight
def _nearest(  # noqa: PLR0913, PLR0917 - plain arrays compile in a fraction of the time that tuples of them take
    first: int,
    last: int,
    row_at: Array,
    row_columns: Array,
    row_data: Array,
    column_at: Array,
    column_rows: Array,
    column_data: Array,
    total: Array,
    touched: Array,
    best: Array,
    found: Array,
) -> None:
    for row in range(first, last):
        reached = 0
        for entry in range(row_at[row], row_at[row + 1]):
            column, weight = row_columns[entry], row_data[entry]
            for place in range(column_at[column], column_at[column + 1]):
                other = column_rows[place]
                if total[other] == 0.0:
                    touched[reached] = other
                    reached += 1
                total[other] += weight * column_data[place]
        total[row] = 0.0
        _keep_best(row, reached, total, touched, best, found)
        for place in range(reached):
            total[touched[place]] = 0.0


@inlined
def _keep_best(  # noqa: PLR0913, PLR0917
    row: int, reached: int, total: Array, touched: Array, best: Array, found: Array
) -> None:
    held, room = 0, best.size
    for reach in range(reached):
        other = touched[reach]
        value = total[other]
        if value <= 0.0 or (held == room and value < best[room - 1]):
            continue
        place = held
        while place > 0 and (best[place - 1] < value or (best[place - 1] == value and found[row, place - 1] > other)):
            if place < room:
                best[place], found[row, place] = best[place - 1], found[row, place - 1]
            place -= 1
        if place < room:
            best[place], found[row, place] = value, other
            held = min(held + 1, room)


@tight
def _multiply(  # noqa: PLR0913, PLR0917
    first: int,
    last: int,
    row_at: Array,
    columns: Array,
    entries: Array,
    pair_at: Array,
    targets: Array,
    dense: Array,
    found: Array,
) -> None:
    for anchor in range(first, last):
        for entry in range(row_at[anchor], row_at[anchor + 1]):
            dense[columns[entry]] = entries[entry]
        for pair in range(pair_at[anchor], pair_at[anchor + 1]):
            target, whole = targets[pair], 0.0
            for entry in range(row_at[target], row_at[target + 1]):
                whole += dense[columns[entry]] * entries[entry]
            found[pair] = whole
        for entry in range(row_at[anchor], row_at[anchor + 1]):
            dense[columns[entry]] = 0.0
