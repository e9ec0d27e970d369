"""Which rows of a matrix are alike, found through what they share; no two rows are compared that share nothing."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled
from pairwell.learn.relations.directed import Directed, direct

_Parts = tuple[Array, Array, Array]  # where each row begins, columns, entries


def most_alike(rows: sparse.csr_array, *, n: int, longest: int) -> Directed:
    """For each row the `n` others with the largest product over shared columns, ties by number.

    Of a column only the `longest` largest entries lead from row to row (ties by number): the work is bounded by
    entries · `longest`, whatever the shop's words and customers are like.
    """
    columns = _led_by(rows, longest)
    found = np.full((rows.shape[0], n), -1, dtype=np.int32)
    _nearest(_parts(rows), _parts(columns), found)
    anchors, places = np.nonzero(found >= 0)
    return direct(rows.shape[0], anchors, found[anchors, places])


def products(rows: sparse.csr_array, pairs: Directed) -> Array:
    """The product of the rows of each pair; their cosine where rows have length 1."""
    found = np.zeros(pairs.anchors.size)
    _multiply(_parts(rows), pairs.offsets, pairs.targets, np.zeros(rows.shape[1]), found)
    return found


def unit_rows(rows: sparse.csr_array) -> sparse.csr_array:
    """The same rows at length 1; empty ones stay empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scaled: sparse.csr_array = (sparse.diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ rows).tocsr()
    return scaled


def _parts(matrix: sparse.csr_array) -> _Parts:
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data.astype(np.float64),
    )


def _led_by(rows: sparse.csr_array, longest: int) -> sparse.csr_array:
    """Columns as rows, each cut to its `longest` largest entries."""
    entries = rows.tocoo()
    order = np.lexsort((entries.row, -entries.data, entries.col))
    column = entries.col[order]
    starts = np.searchsorted(column, np.arange(rows.shape[1] + 1))
    kept = order[np.arange(order.size) - starts[column] < longest]
    shape = (rows.shape[1], rows.shape[0])
    return sparse.csr_array((entries.data[kept], (entries.col[kept], entries.row[kept])), shape=shape)


@compiled
def _nearest(rows: _Parts, columns: _Parts, found: Array) -> None:
    row_at, row_columns, row_data = rows
    column_at, column_rows, column_data = columns
    total = np.zeros(found.shape[0])
    touched = np.empty(found.shape[0], dtype=np.int64)
    best = np.empty(found.shape[1])
    for row in range(found.shape[0]):
        reached = 0
        for entry in range(row_at[row], row_at[row + 1]):
            column = row_columns[entry]
            for place in range(column_at[column], column_at[column + 1]):
                other = column_rows[place]
                if total[other] == 0.0:
                    touched[reached] = other
                    reached += 1
                total[other] += row_data[entry] * column_data[place]
        total[row] = 0.0
        _keep_best(total, touched[:reached], found[row], best)
        for place in range(reached):
            total[touched[place]] = 0.0


@compiled
def _keep_best(total: Array, touched: Array, found: Array, best: Array) -> None:
    held = 0
    for other in touched:
        value = total[other]
        place = held if value > 0.0 else 0
        while place > 0 and (best[place - 1] < value or (best[place - 1] == value and found[place - 1] > other)):
            if place < found.size:
                best[place], found[place] = best[place - 1], found[place - 1]
            place -= 1
        if value > 0.0 and place < found.size:
            best[place], found[place] = value, other
            held = min(held + 1, found.size)


@compiled
def _multiply(rows: _Parts, pair_at: Array, targets: Array, dense: Array, found: Array) -> None:
    row_at, row_columns, row_data = rows
    for anchor in range(pair_at.size - 1):
        for entry in range(row_at[anchor], row_at[anchor + 1]):
            dense[row_columns[entry]] = row_data[entry]
        for pair in range(pair_at[anchor], pair_at[anchor + 1]):
            target = targets[pair]
            for entry in range(row_at[target], row_at[target + 1]):
                found[pair] += dense[row_columns[entry]] * row_data[entry]
        for entry in range(row_at[anchor], row_at[anchor + 1]):
            dense[row_columns[entry]] = 0.0
