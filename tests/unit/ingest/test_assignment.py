from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from pairwell.ingest.assignment import best_pairs


@pytest.mark.parametrize("seed", range(300))
def test_rows_get_the_columns_that_scipy_gives_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    worth = rng.random((rng.integers(0, 14), rng.integers(0, 14)))
    if seed % 3:  # equally good ways abound
        worth = np.where(worth < 0.5, 0.0, np.round(worth, seed % 3 - 1) ** 2 * rng.choice([1.0, 1.5], worth.shape[1]))
    expected = zip(*(indices.tolist() for indices in linear_sum_assignment(worth, maximize=True)), strict=True)
    assert best_pairs(worth) == list(expected)
