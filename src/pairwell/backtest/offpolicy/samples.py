"""What an estimate is made of: outcomes of requests, and how likely each policy was to act as it was acted."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Weighed(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A policy held against what was logged; arrays are [request, place in the slate].

    A prefix is the slate down to a place. Where the whole slate counts at once there is one place.
    """

    weights: Floats  # chance of the prefix under the policy over its chance under the one that logged; 0: none
    reach: Floats  # chance that the policy has anything in that place
    expected: Floats  # outcome that a model expects of what was logged there; counts where the weight is above 0
    direct: Floats  # outcome that the same model expects of the policy there
    unsupported: float  # share of what the policy does that could never have been logged, 0..1


class Sample(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What came of the requests that were logged, and whose they were."""

    outcomes: Floats  # [request, place]
    clusters: Ints  # [request], requests of one number belong to one customer
    happened: int  # requests of which anything came

    @property
    def requests(self) -> int:
        return len(self.clusters)

    @property
    def customers(self) -> int:
        return int(np.unique(self.clusters).size)
