"""A ridge logistic regression, and how sure it is of each chance.

Source: le Cessie and van Houwelingen, Ridge estimators in logistic regression, 1992; intervals by the delta method on
the log odds, with the inverse of the penalised information as covariance.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_RIDGE: Final = 1.0  # as if each trait had been seen once on either side
_INTERCEPT_RIDGE: Final = 1e-6  # how common the product is on the whole is not shrunk
_STEPS, _CLOSE = 50, 1e-8
_Z95: Final = 1.959964


class Fitted(msgspec.Struct, frozen=True, eq=False):
    """Weights on the log odds, the first one of no trait at all, and their covariance."""

    weights: Floats
    covariance: Floats


def fit(traits: Floats, held: Floats, *, ridge: float = _RIDGE) -> Fitted:
    """Fit who holds something to their traits; both hold one row an account, traits are 0 or 1."""
    rows = _with_one(traits)
    penalty = np.full(rows.shape[1], ridge)
    penalty[0] = _INTERCEPT_RIDGE
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chances = _logistic(rows @ weights)
        step = np.linalg.solve(_information(rows, chances, penalty), rows.T @ (held - chances) - penalty * weights)
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    covariance = np.linalg.inv(_information(rows, _logistic(rows @ weights), penalty))
    return Fitted(weights, covariance.astype(np.float64))


def predict(fitted: Fitted, traits: Floats) -> Floats:
    """Chance, low and high end of its 95 % interval: three columns, one row an account."""
    rows = _with_one(traits)
    odds = rows @ fitted.weights
    spread = _Z95 * np.sqrt(((rows @ fitted.covariance) * rows).sum(axis=1))
    return _logistic(np.column_stack([odds, odds - spread, odds + spread]))


def _information(rows: Floats, chances: Floats, penalty: Floats) -> Floats:
    found: Floats = (rows * (chances * (1 - chances))[:, None]).T @ rows + np.diag(penalty)
    return found


def _with_one(traits: Floats) -> Floats:
    return np.column_stack([np.ones(len(traits)), traits])


def _logistic(odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-odds))
    return found
