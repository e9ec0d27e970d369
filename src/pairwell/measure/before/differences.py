"""Difference-in-differences: how the touched moved beside the untouched."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from pairwell.measure.before.longrun import Floats, cosine_weights, p_value
from pairwell.measure.before.records import Estimate, Parallel

FEWEST_GROUPS = 10  # on either side, from which on errors are those between groups
_SURE = 0.975


def scale_of(touched: Floats, compared: Floats, parallel: Parallel, groups: float) -> float:
    """By what the compared is multiplied: its level before, or how many groups of it stand for one touched."""
    return float(touched.mean() / compared.mean()) if parallel == "share" else groups


def difference(touched: Floats, compared: Floats, before: int, *, parallel: Parallel, groups: float = 1.0) -> Estimate:
    """The effect a period on the touched, of which the first `before` periods are those before.

    `share`: without the change the touched would have grown by the share that the compared did; `amount`: by as much
    (`groups`: touched groups for each compared one). Errors respect that periods remember those before: the long-run
    variance is pooled over before and after, and Student's t has as many degrees of freedom as it has cosines.
    Valid where both would have moved alike, and the compared is known to be above 0 (`share`).
    """
    scale = scale_of(touched[:before], compared[:before], parallel, groups)
    growth = float(compared[before:].mean() / compared[:before].mean()) if parallel == "share" else 1.0
    apart = touched - scale * compared
    first, last = apart[:before], apart[before:]
    # What grows by a share strays by that share more: both are weighed as after the change.
    weights = np.concatenate([growth * cosine_weights(first), cosine_weights(last)])
    variance = float(np.mean(weights**2)) * (1 / first.size + 1 / last.size)
    effect = float(last.mean() - first.mean())
    expected = float(touched[before:].mean()) - effect
    return _estimate(effect, variance, float(weights.size), expected, by_group=False)


def difference_by_group(touched: Floats, compared: Floats, before: int, *, parallel: Parallel) -> Estimate:
    """As `difference`, where both are of groups by periods, and errors are those between groups.

    Each group counts once, by its means before and after, so that no memory of a series matters. Valid from
    `FEWEST_GROUPS` groups on either side. Source: Bertrand, Duflo and Mullainathan 2004, section IV.C; Welch 1947.
    """
    (touched_before, touched_after), (compared_before, compared_after) = (
        (values[:, :before].mean(axis=1), values[:, before:].mean(axis=1)) for values in (touched, compared)
    )
    if parallel == "share":
        scale = float(touched_before.sum() / compared_before.sum())
        growth = float(compared_after.sum() / compared_before.sum())
    else:
        scale, growth = len(touched) / len(compared), 1.0
    moved, elsewhere = touched_after - growth * touched_before, scale * (compared_after - growth * compared_before)
    parts = [values.size * float(values.var(ddof=1)) for values in (moved, elsewhere)]
    spread = sum(part**2 / (values.size - 1) for part, values in zip(parts, (moved, elsewhere), strict=True))
    effect = float(moved.sum() - elsewhere.sum())
    freedom = sum(parts) ** 2 / spread if spread > 0 else float(moved.size + elsewhere.size - 2)
    return _estimate(effect, sum(parts), freedom, float(touched_after.sum()) - effect, by_group=True)


def _estimate(effect: float, variance: float, freedom: float, expected: float, *, by_group: bool) -> Estimate:
    error = float(np.sqrt(variance))
    half = float(stdtrit(freedom, _SURE)) * error
    return Estimate(
        effect=effect,
        error=error,
        ci=(effect - half, effect + half),
        p_value=p_value(abs(effect) / error, freedom) if error > 0 else float(effect == 0),
        expected=expected,
        errors="by_group" if by_group else "long_run",
        freedom=freedom,
    )
