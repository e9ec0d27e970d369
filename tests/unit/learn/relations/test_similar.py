from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pairwell.learn.relations.directed import both_ways, direct
from pairwell.learn.relations.similar import most_alike, products, unit_rows


@st.composite
def _rows(draw: st.DrawFn) -> sparse.csr_array:
    n_rows, n_columns = draw(st.integers(1, 12)), draw(st.integers(1, 8))
    cells = draw(st.lists(st.integers(0, 3), min_size=n_rows * n_columns, max_size=n_rows * n_columns))
    return sparse.csr_array(np.array(cells, dtype=np.float64).reshape(n_rows, n_columns))


@given(_rows(), st.integers(1, 5))
@settings(deadline=None, max_examples=50)
def test_the_most_alike_are_those_that_comparing_all_finds(rows: sparse.csr_array, n: int) -> None:
    found = most_alike(rows, n=n, longest=rows.shape[0])
    whole = (rows @ rows.T).toarray()
    np.fill_diagonal(whole, 0.0)

    for anchor in range(rows.shape[0]):
        best = sorted((-whole[anchor, other], other) for other in range(rows.shape[0]) if whole[anchor, other] > 0)[:n]
        own = found.targets[found.offsets[anchor] : found.offsets[anchor + 1]]
        assert own.tolist() == sorted(other for _, other in best)


@given(_rows())
@settings(deadline=None, max_examples=50)
def test_products_are_those_of_the_rows(rows: sparse.csr_array) -> None:
    n = rows.shape[0]
    pairs = direct(n, np.repeat(np.arange(n), n), np.tile(np.arange(n), n))
    unit = unit_rows(rows)

    assert np.allclose(products(unit, pairs), (unit @ unit.T).toarray()[pairs.anchors, pairs.targets])


def test_a_common_column_leads_to_few() -> None:
    everywhere = sparse.csr_array(np.ones((50, 1)))

    assert np.diff(most_alike(everywhere, n=50, longest=5).offsets).max() <= 5


def test_pairs_are_distinct_ascending_and_apart() -> None:
    pairs = direct(3, np.array([2, 0, 0, 1]), np.array([1, 1, 1, 1]))
    mirrored = both_ways([pairs, direct(3, np.array([0]), np.array([2]))])

    assert (pairs.anchors.tolist(), pairs.targets.tolist()) == ([0, 2], [1, 1])
    assert list(zip(mirrored.anchors.tolist(), mirrored.targets.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 2),
        (2, 0),
        (2, 1),
    ]
    assert mirrored.among(pairs).tolist() == [True, False, False, False, False, True]
    assert not pairs.among(direct(3, np.empty(0), np.empty(0))).any()
