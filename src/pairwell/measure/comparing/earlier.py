"""What units did before the experiment, taken out of what they did in it (CUPED)."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pairwell.measure.comparing.moments import Values


class Adjusted(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Values with what was foreseeable taken out, and the share of their variance that this took away."""

    values: Values
    theta: float
    variance_removed: float


def adjust_by_earlier(values: Values, before: Values, arms: NDArray[Any]) -> Adjusted | None:
    """Y - θ (X - X̄), θ pooled within the arms; a unit without X (NaN) gets an indicator in place of it.

    X must be from before the first unit was assigned. None where X explains nothing, as where it never differs.
    Source: Deng et al. 2013, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment
    data".
    """
    missing = np.isnan(before)
    if missing.all():
        return None
    known = np.where(missing, np.nanmean(before), before)
    features = np.stack([known, missing.astype(np.float64)], axis=1)
    inside_x, inside_y = _within(features, arms), _within(values[:, None], arms)[:, 0]
    if not inside_x[:, 0].any() or not inside_y.any():
        return None
    theta = np.linalg.lstsq(inside_x, inside_y, rcond=None)[0]
    rest = inside_y - inside_x @ theta
    return Adjusted(
        values=values - (features - features.mean(axis=0)) @ theta,
        theta=float(theta[0]),
        variance_removed=1 - float(rest @ rest) / float(inside_y @ inside_y),
    )


def _within(columns: NDArray[np.float64], arms: NDArray[Any]) -> NDArray[np.float64]:
    """Each column less the mean of its arm."""
    counts = np.bincount(arms)[:, None]
    sums = np.stack([np.bincount(arms, weights=column) for column in columns.T], axis=1)
    return np.asarray(columns - (sums / np.maximum(counts, 1))[arms])
