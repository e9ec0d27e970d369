"""How far two arms are apart, absolutely and relatively, and how sure that is."""

from __future__ import annotations

import math

import msgspec
from scipy import special

from pairwell.measure.comparing.moments import Moments
from pairwell.measure.interval import Interval

LEVEL = 0.95  # of every interval here


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A difference, with its interval and the probability of one as large by chance alone."""

    value: float
    error: float  # standard error
    freedom: float  # degrees of freedom of the t distribution
    interval: Interval
    p_value: float


def absolute_effect(treated: Moments, control: Moments) -> Effect:
    """Treated minus control, by Welch's test; one of the arms must have some spread.

    Valid for independent units: sum up by unit of randomisation first. Source: Welch 1947.
    """
    return _effect(
        treated.value - control.value, treated.squared_error, control.squared_error, _freedom(treated, control)
    )


def relative_effect(treated: Moments, control: Moments) -> Effect:
    """The difference as a share of the control's size, by the delta method; the control must not be 0.

    Its p-value is that of the relative effect, which is not that of the absolute one. It is poor where the control's
    value is uncertain: `fieller` is exact there. Source: Deng, Knoblich and Lu 2018, eq. 5, with Welch's freedom.
    """
    size = abs(control.value)
    return _effect(
        (treated.value - control.value) / size,
        treated.squared_error / size**2,
        control.squared_error * treated.value**2 / size**4,
        _freedom(treated, control),
    )


def fieller(treated: Moments, control: Moments) -> Interval | None:
    """The interval of the relative effect, which leaves out 0 wherever the absolute test does.

    None where the control's value may be 0: then nothing bounds the relative effect. Source: Fieller 1954.
    """
    t_squared = _quantile(_freedom(treated, control)) ** 2
    square = control.value**2 - t_squared * control.squared_error
    if square <= 0:
        return None
    product = treated.value * control.value
    root = math.sqrt(max(product**2 - square * (treated.value**2 - t_squared * treated.squared_error), 0.0))
    low, high = (product - root) / square - 1, (product + root) / square - 1
    return Interval(low, high) if control.value > 0 else Interval(-high, -low)


def _effect(value: float, treated: float, control: float, freedom: float) -> Effect:
    """`treated` and `control` are their parts in the variance of `value`."""
    error = math.sqrt(treated + control)
    width = _quantile(freedom) * error
    p_value = 2 * float(special.stdtr(freedom, -abs(value) / error))
    return Effect(
        value=value, error=error, freedom=freedom, interval=Interval(value - width, value + width), p_value=p_value
    )


def _freedom(treated: Moments, control: Moments) -> float:
    """Source: Welch and Satterthwaite."""
    a, b = treated.squared_error, control.squared_error
    return (a + b) ** 2 / (a * a / (treated.n - 1) + b * b / (control.n - 1))


def _quantile(freedom: float) -> float:
    return float(special.stdtrit(freedom, (1 + LEVEL) / 2))
