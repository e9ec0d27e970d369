"""Groups are found where they were planted, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from pairwell.measure.customers import kmeans
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


@pytest.mark.parametrize(
    ("strengths", "looked_at"),
    [((0.9, 0.7, 0.8, 0.8, 0.8), 5), ((0.1, 0.8), 2), ((0.4, 0.5), 2), ((1.0, 1.0, 0.3, 0.6), 4)],
)
def test_no_more_splits_are_looked_at_than_can_matter(
    monkeypatch: pytest.MonkeyPatch, strengths: tuple[float, ...], looked_at: int
) -> None:
    left = list(strengths)
    monkeypatch.setattr(kmeans, "_strength", lambda *_: left.pop(0))

    found = kmeans._mean_strength(np.zeros((9, 2)), 3, np.random.default_rng(0))

    assert len(strengths) - len(left) == looked_at
    assert found == (pytest.approx(0.8) if looked_at == 5 else None)


def test_centres_are_those_of_lloyd_to_the_bit() -> None:
    points = np.random.default_rng(6).normal(size=(700, 5))
    centres = points[:4]
    for _ in range(100):
        places = nearest(points, centres)
        sums = np.column_stack([np.bincount(places, weights=column, minlength=4) for column in points.T])
        moved = sums / np.bincount(places, minlength=4)[:, None]
        if np.allclose(moved, centres, rtol=0, atol=1e-9):
            break
        centres = moved

    assert kmeans._settle(points, points[:4]).tolist() == centres.tolist()


def test_what_was_found_is_found_again_without_work(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.vstack([np.random.default_rng(7).normal(size=(100, 3)) + centre for centre in _CENTRES])
    found = find_groups(points)
    monkeypatch.setattr(kmeans, "_mean_strength", lambda *_: None)

    assert find_groups(points[::-1].copy()) is found
    assert find_groups(points, seed=1) is None
    assert find_groups(points + 1) is None
