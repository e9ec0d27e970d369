"""A small model whose every number can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from pairwell.model.manifest import Manifest
from pairwell.model.model import ItemNames
from pairwell.model.neighbours import Array, make_neighbours, to_arrays


class Made(msgspec.Struct, frozen=True):
    """What `publish_model` and `Model` take."""

    manifest: Manifest
    names: ItemNames
    arrays: dict[str, Array]


@pytest.fixture
def made() -> Made:
    """Items a to d in 100 orders: a → b (above the floor), a → c, b → a; d may replace a; e was never sold."""
    pairs = make_neighbours(
        offsets=np.array([0, 2, 3, 3, 3, 3]),
        items=np.array([1, 2, 0]),
        score=np.array([0.5, 0.4, 0.5]),
        together=np.array([10, 4, 10]),
        effect=np.array([4.0, 0.8, 3.0]),
        p_adjusted=np.array([0.001, 0.7, 0.001]),
        above_floor=np.array([True, False, True]),
    )
    upgrades = make_neighbours(
        offsets=np.array([0, 1, 1, 1, 1, 1]),
        items=np.array([3]),
        score=np.array([0.9]),
        together=np.array([1]),
        effect=np.array([0.0]),
        p_adjusted=np.array([1.0]),
        above_floor=np.array([False]),
        share=np.array([0.25]),
    )
    arrays = {
        "orders": np.array([40, 20, 30, 10, 0]),
        "popular": np.array([0, 2, 1, 3], dtype=np.int32),
        "bought_once": np.array([False, False, False, True, False]),
        "kept": np.array([1.0, 0.9, 1.0, 0.5, 1.0]),
        "affinity": np.array([True]),
        "pair_linear": np.array([0.0, 0.3, 0.1], dtype=np.float32),
        "linear_share": np.array([0.0]),
        **to_arrays(pairs, "pair"),
        **to_arrays(upgrades, "upgrade"),
    }
    manifest = Manifest(
        created_by="test",
        as_of=datetime(2024, 1, 1, tzinfo=UTC),
        snapshot=1,
        inputs={},
        items=5,
        orders=100,
        pairs=3,
        pairs_above_floor=2,
        thinned_orders=0,
        kept_share=0.8,
        settings={"prior_orders": 20.0, "power_growth": 1.0},
        validation=None,
        checksums={},
    )
    return Made(manifest, ItemNames(ids=list("abcde"), titles=["A", "B", None, "D", None]), arrays)
