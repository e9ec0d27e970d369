"""Which items are described alike: cosine of their words, rare words counting more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from pairwell.learn.baskets import Array

_PATTERN = 0.3  # weight of a word that says nothing of the price
_PRIOR_ITEMS = 2.0  # at the usual variance of prices, added to every word


def word_rows(words: Sequence[Sequence[str]], prices: Array | None = None) -> sparse.csr_array:
    """A row of length 1 for each item, a column a word, rare words weighing more; the product of two is their cosine.

    With `prices` (NaN where unknown) words that say what a thing is weigh more than those that say how it looks.
    """
    rows = _matrix([sorted(set(own)) for own in words])
    weighed = rows @ _rarity(rows)
    return _lengths_one(weighed if prices is None else weighed @ sparse.diags_array(_naming(rows, prices)))


def _naming(rows: sparse.csr_array, prices: Array) -> Array:
    """How much each word names a kind of thing: doormats cost about the same, things with hearts cost anything.

    1 less the variance of log prices among the word's items over that of all items, as if two items more had the
    usual variance; from .3 for words that say nothing of the price to 1.
    """
    known = np.isfinite(prices) & (prices > 0)
    logs = np.log(np.where(known, prices, 1.0))
    usual = float(np.var(logs[known])) if known.any() else 0.0
    counts, sums, squares = (rows.T @ np.where(known, each, 0.0) for each in (np.ones(logs.size), logs, logs**2))
    spread = squares - sums**2 / np.maximum(counts, 1)
    within = (spread + _PRIOR_ITEMS * usual) / (np.maximum(counts - 1, 0) + _PRIOR_ITEMS)
    narrow: Array = 1 - within / usual if usual > 0 else np.ones(counts.size)
    return np.maximum(narrow, 0.0) * (1 - _PATTERN) + _PATTERN


def _matrix(rows: Sequence[Sequence[str]]) -> sparse.csr_array:
    columns: dict[str, int] = {}
    places = [columns.setdefault(word, len(columns)) for own in rows for word in own]
    offsets = np.cumsum([0, *map(len, rows)])
    return sparse.csr_array((np.ones(len(places)), places, offsets), shape=(len(rows), max(1, len(columns))))


def _rarity(matrix: sparse.csr_array) -> sparse.dia_array:
    spread = np.asarray(matrix.sum(axis=0)).ravel()
    return sparse.diags_array(np.log1p(matrix.shape[0] / np.maximum(spread, 1)))


def _lengths_one(matrix: sparse.csr_array) -> sparse.csr_array:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled: sparse.csr_array = (sparse.diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ matrix).tocsr()
    return scaled
