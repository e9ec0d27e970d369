"""Groups are found where they were planted, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.measure.customers.kmeans import find_groups, nearest
from pairwell.measure.customers.visits import Array

_CENTRES = np.array([[0.0, 0, 0], [6, 0, 0], [0, 6, 0]])


def _cloud(kind: str) -> Array:
    rng = np.random.default_rng(3)
    clouds = {
        "normal": rng.normal(size=(1_500, 4)),
        "long": rng.normal(size=(1_500, 4)) * [5, 1, 1, 1],
        "even": rng.random((1_500, 3)),
        "skewed": rng.exponential(size=(1_500, 3)),
        "one point": np.zeros((300, 3)),
    }
    return np.asarray(clouds[kind])


@pytest.mark.parametrize("kind", ["normal", "long", "even", "skewed", "one point"])
def test_one_cloud_has_no_groups(kind: str) -> None:
    assert find_groups(_cloud(kind)) is None


def test_planted_groups_are_found() -> None:
    rng = np.random.default_rng(4)
    points = np.vstack([rng.normal(size=(300, 3)) + centre for centre in _CENTRES])

    found = find_groups(points)

    assert found is not None
    assert found.strength > 0.95
    order = nearest(_CENTRES, found.centres)
    assert sorted(order.tolist()) == [0, 1, 2]
    assert np.abs(found.centres[order] - _CENTRES).max() < 0.3


def test_the_order_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    points = np.vstack([rng.normal(size=(100, 3)) + centre for centre in _CENTRES])

    one, other = find_groups(points), find_groups(points[rng.permutation(300)])

    assert one is not None
    assert other is not None
    assert one.centres.tolist() == other.centres.tolist()
