"""How sure parameters of greatest likelihood are, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pairwell.measure.customers.visits import Array

_STEP = 1e-4
_FLAT = 1e-5  # of the sharpest curvature: directions as flat are held fixed


def covariance_of(logs: Array, slopes: Callable[[Array], Array], weights: Array) -> Array | None:
    """Of estimated logarithms, from each row's slopes and the curvature; None where they are not at a peak.

    It is what resampling rows comes to for many of them, and holds for a model that is a little wrong. Directions in
    which the likelihood is flat are held fixed: the data say nothing of them. Source: White 1982, Econometrica 50.
    """
    steps = _STEP * np.eye(logs.size)
    bend = np.array([weights @ slopes(logs - step) - weights @ slopes(logs + step) for step in steps])
    sizes, directions = np.linalg.eigh((bend + bend.T) / (4 * _STEP))
    if sizes[-1] <= 0 or sizes[0] < -_FLAT * sizes[-1]:
        return None
    bent = sizes > _FLAT * sizes[-1]
    inverse = (directions[:, bent] / sizes[bent]) @ directions[:, bent].T
    rows = slopes(logs)
    spread: Array = inverse @ ((rows * weights[:, None]).T @ rows) @ inverse
    return spread


def error_of(value: Callable[[Array], float], logs: Array, covariance: Array) -> float:
    """The standard error of the logarithm of what follows from the parameters, by the delta method."""
    steps = _STEP * np.eye(logs.size)
    slope = np.array([np.log(value(logs + step)) - np.log(value(logs - step)) for step in steps]) / (2 * _STEP)
    return math.sqrt(max(float(slope @ covariance @ slope), 0.0))
