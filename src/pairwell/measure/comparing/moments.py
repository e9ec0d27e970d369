"""What a comparison needs to know about one arm, and nothing more."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Moments(msgspec.Struct, frozen=True, kw_only=True):
    """One value a unit of randomisation, put together. For a ratio `value` is Σ above / Σ below."""

    n: int
    value: float
    variance: float  # of one unit's part in it, so that variance / n is that of `value`
    third: float  # third central moment of one unit's part
    below_error: float = 0.0  # standard error of the denominators' mean, as a share of that mean

    @property
    def squared_error(self) -> float:
        """The variance of `value`."""
        return self.variance / self.n


class Products(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of products about the means, of numerators y and denominators x, over `n` units."""

    n: int
    mean_y: float
    mean_x: float
    yy: float
    xx: float
    xy: float


def summarize(values: Values) -> Moments:
    """The moments of a mean, with the sample variance. Needs two units or more."""
    mean = float(values.mean())
    apart = values - mean
    squares = apart * apart
    return Moments(
        n=values.size,
        value=mean,
        variance=float(squares.sum()) / (values.size - 1),
        third=float(squares @ apart) / values.size,
    )


def summarize_share(values: Values) -> Moments:
    """The moments of a share of units that are 1 where the others are 0; its variance is p (1 - p)."""
    share = float(values.mean())
    variance = share * (1 - share)
    return Moments(n=values.size, value=share, variance=variance, third=variance * (1 - 2 * share))


def summarize_ratio(above: Values, below: Values) -> Moments:
    """The moments of Σ above / Σ below, both summed by unit; the denominators must not add up to 0.

    Source: delta method by unit of randomisation, Deng, Knoblich and Lu 2018, section 3.
    """
    mean_y, mean_x = float(above.mean()), float(below.mean())
    y, x = above - mean_y, below - mean_x
    products = Products(n=above.size, mean_y=mean_y, mean_x=mean_x, yy=float(y @ y), xx=float(x @ x), xy=float(x @ y))
    part = (above - mean_y / mean_x * below) / mean_x
    return ratio_of(products, third=float((part * part) @ part) / part.size)


def ratio_of(sums: Products, *, third: float = 0.0) -> Moments:
    """The moments of a ratio from its sums of products."""
    ratio = sums.mean_y / sums.mean_x
    spread = sums.yy - 2 * ratio * sums.xy + ratio * ratio * sums.xx
    freedom = sums.n - 1
    return Moments(
        n=sums.n,
        value=ratio,
        variance=max(spread, 0.0) / freedom / sums.mean_x**2,
        third=third,
        below_error=math.sqrt(max(sums.xx, 0.0) / freedom / sums.n) / abs(sums.mean_x),
    )


def is_share(*arms: NDArray[Any]) -> bool:
    """Whether every value is 0 or 1."""
    return all(bool(((values == 0) | (values == 1)).all()) for values in arms)
