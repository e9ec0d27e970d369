"""How much of a meter the coming months will take, from a few months gone by.

Exponential smoothing with a damped trend (Gardner and McKenzie 1985), which is what forecasting competitions found
hard to beat on short series (Makridakis and Hibon 2000); with two years or more, each month of the year its own, as
last year (seasonal naive), where that missed by less. Intervals are those of the innovations form (Hyndman, Koehler,
Ord and Snyder 2008, table 6.1), or of the misses seen so many steps ahead where those were larger, with Student's t
for the few months that the spread is learned from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import product
from math import exp, log, sqrt
from statistics import median

import msgspec
from scipy.stats import norm
from scipy.stats import t as student

from pairwell.advise.billing.compare import FEWEST_MONTHS, NotKnown
from pairwell.advise.billing.days import MONTHS_OF_A_YEAR, months_on

LEVEL = 0.8
DAMPING = 0.95
_SMOOTHING = tuple(product((0.1, 0.3, 0.5, 0.7, 0.9), (0.0, 0.1, 0.3)))  # of the level, and of the trend as part of it
_NO_MISS = 1e-12  # in place of none, which has no logarithm
_BURST = 1.5  # times what is usual on both sides of it
_SIDE, _LEAST_SIDE = 3, 2  # months that tell what is usual, and how few will do
_APART = 0.25  # deviation of the logarithm of a month, of an account that is hardly known
_LATE = 0.6  # weight of a month against those before it, of such an account
_LEARNED = 3  # months that level, trend and how fast they move are learned from


class Ahead(msgspec.Struct, frozen=True):
    """A coming month: what is expected, and between what it lies in eight cases of ten."""

    month: dt.date
    expected: float
    low: float
    high: float


class _Fit(msgspec.Struct, frozen=True):
    expected: tuple[float, ...]
    spread: tuple[float, ...]  # standard deviations
    unlikely: float  # of the months gone by; the least wins
    freedom: int


def forecast(quantities: Sequence[float], first: dt.date, ahead: int) -> tuple[Ahead, ...] | NotKnown:
    """Forecast so many months from the month `first`, which follows the last of the quantities.

    Units are those of the quantities, never below zero; refused with fewer than `FEWEST_MONTHS`.
    """
    if len(quantities) < FEWEST_MONTHS:
        return NotKnown("too_few_months", found=len(quantities))
    calm = without_bursts(quantities) if len(quantities) < 2 * MONTHS_OF_A_YEAR else quantities  # or it may be a season
    fit = min(_fits(calm, ahead), key=lambda one: one.unlikely)
    reach = float(student.ppf((1 + LEVEL) / 2, fit.freedom))
    return tuple(
        Ahead(months_on(first, step), max(mean, 0.0), max(mean - reach * spread, 0.0), max(mean + reach * spread, 0.0))
        for step, (mean, spread) in enumerate(zip(fit.expected, fit.spread, strict=True))
    )


def as_before(quantities: Sequence[float], first: dt.date, ahead: int) -> tuple[Ahead, ...]:
    """So many months like those few that are known, the last most of all, from the month `first` on; there must be one.

    How far months lie apart cannot be learned from them, so that is stated.
    """
    mean = quantities[0]
    for one in quantities[1:]:
        mean += _LATE * (one - mean)
    reach = exp(float(norm.ppf((1 + LEVEL) / 2)) * _APART)
    return tuple(Ahead(months_on(first, step), mean, mean / reach, mean * reach) for step in range(ahead))


def without_bursts(quantities: Sequence[float]) -> list[float]:
    """The same months, but for one or two in a row that stand far above those on both sides: these become as those.

    What is over and came only once tells nothing of the level; at the end of the months nobody knows that yet.
    """
    calm = list(quantities)
    for length in (1, 2):
        for start in range(1, len(calm) - length):
            sides = calm[max(start - _SIDE, 0) : start], calm[start + length : start + length + _SIDE]
            usual = [median(side) for side in sides]
            if min(len(side) for side in sides) >= _LEAST_SIDE and _BURST * max(usual) < min(
                calm[start : start + length]
            ):
                calm[start : start + length] = [sum(usual) / 2] * length
    return calm


def _fits(series: Sequence[float], ahead: int) -> list[_Fit]:
    """What may forecast a series of this length."""
    found = [fit for level, trend in _SMOOTHING for fit in _damped(series, level, trend, ahead)]
    return [*found, _as_last_year(series, ahead)] if len(series) >= 2 * MONTHS_OF_A_YEAR else found


def _damped(series: Sequence[float], alpha: float, part: float, ahead: int) -> Iterator[_Fit]:
    """A level and a trend that fades, each moved by a share of what the last month surprised by.

    Once with misses that are as large whatever the level, and once with misses that grow with it.
    """
    beta = alpha * part
    faded = [sum(DAMPING**step for step in range(1, steps + 1)) for steps in range(1, ahead + 1)]
    states = [(series[0], _first_slope(series))]
    for value in series[1:]:
        level, slope = states[-1]
        surprise = value - level - DAMPING * slope
        states.append((level + DAMPING * slope + alpha * surprise, DAMPING * slope + beta * surprise))
    told = [[level + one * slope for level, slope in states] for one in faded]
    grown = [1.0, *(1 + sum((alpha + beta * one) ** 2 for one in faded[:steps]) for steps in range(1, ahead))]
    yield _fitted(series, told, grown, [[1.0] * len(series) for _ in told])
    if min(series) > 0 and min(min(one) for one in told) > 0:
        yield _fitted(series, told, grown, told)


def _fitted(
    series: Sequence[float], told: Sequence[list[float]], grown: Sequence[float], scales: Sequence[list[float]]
) -> _Fit:
    """What was told from each month on, so many steps ahead, against what came, on scales of its own.

    The spread is that of the model, or that of the misses seen where they were larger.
    """
    misses = [
        [((value - mean) / scale) ** 2 for mean, scale, value in zip(means, by, series[steps:], strict=False)]
        for steps, (means, by) in enumerate(zip(told, scales, strict=True), start=1)
    ]
    freedom = max(len(series) - 1 - _LEARNED, 1)
    variance = sum(misses[0]) / freedom
    seen = [sum(one) / max(len(one) - _LEARNED, 1) for one in misses]
    steps = range(len(told))
    return _Fit(
        expected=tuple(told[step][-1] for step in steps),
        spread=tuple(scales[step][-1] * sqrt(max(variance * grown[step], seen[step])) for step in steps),
        unlikely=_unlikely(misses[0], scales[0]),
        freedom=freedom,
    )


def _unlikely(misses: Sequence[float], scales: Sequence[float]) -> float:
    """Minus twice the logarithm of the likelihood of normal misses, a month, without its constants."""
    mean = sum(misses) / len(misses)
    return log(max(mean, _NO_MISS)) + 2 * sum(log(scale) for scale in scales[: len(misses)]) / len(misses)


def _first_slope(series: Sequence[float]) -> float:
    """The mean step of the first months."""
    last = min(len(series), FEWEST_MONTHS) - 1
    return (series[last] - series[0]) / last


def _as_last_year(series: Sequence[float], ahead: int) -> _Fit:
    """Each month as twelve months before."""
    misses = [now - before for before, now in zip(series, series[MONTHS_OF_A_YEAR:], strict=False)]
    variance = sum(miss**2 for miss in misses) / len(misses)
    years = [step // MONTHS_OF_A_YEAR + 1 for step in range(ahead)]
    return _Fit(
        expected=tuple(series[step % MONTHS_OF_A_YEAR - MONTHS_OF_A_YEAR] for step in range(ahead)),
        spread=tuple(sqrt(variance * one) for one in years),
        unlikely=log(max(variance, _NO_MISS)),
        freedom=len(misses),
    )
