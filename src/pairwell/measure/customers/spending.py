"""How much customers spend a purchase: the Gamma-Gamma model.

Around a mean of their own, which itself varies over customers, purchases vary by a common shape. It holds only where
how much they spend does not depend on how often they buy. Only repeat purchases count, as in the source: Fader and
Hardie 2013, "The Gamma-Gamma model of monetary value", brucehardie.com/notes/025.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from pairwell.measure.customers.likelihood import covariance_of
from pairwell.measure.customers.visits import Array, Visits
from pairwell.measure.unknown import NotKnown

_FEWEST = 20  # customers with two repeat purchases: with one, how much purchases of one customer vary is not seen
_DEPENDENT = 0.3  # Spearman's correlation from which on the model does not hold
_LIMIT = 12.0
_ALIKE = 1e-6


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """Repeat purchases with a value: how many, and their mean in minor units; one element a customer."""

    repeats: Array
    mean: Array  # 0 where there are none


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted model; `v` is in minor units."""

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int
    correlation: float  # of how much with how often, by rank
    covariance: Any = None  # of the logarithms of p, q and v; None where it cannot be had

    @property
    def logs(self) -> Array:
        """Logarithms of p, q, v."""
        return np.log([self.p, self.q, self.v])


def spent_by(visits: Visits) -> Spent:
    """What each customer who came spent, in the order of their numbers."""
    names, starts = np.unique(visits.customers, return_index=True)
    later = np.ones(len(visits), dtype=bool)
    later[starts] = False
    later &= visits.values > 0
    places = np.searchsorted(names, visits.customers[later])
    counts = np.bincount(places, minlength=names.size)
    sums = np.bincount(places, weights=visits.values[later], minlength=names.size)
    return Spent(repeats=counts.astype(np.float64), mean=sums / np.maximum(counts, 1))


def fit_spending(spent: Spent) -> Spending | NotKnown:
    """The parameters of the greatest likelihood; `NotKnown` where the model's assumption is plainly broken."""
    again = spent.repeats > 0
    x, mean = spent.repeats[again], spent.mean[again]
    if (several := int((x > 1).sum())) < _FEWEST:
        return NotKnown(reason="too_few_repeats", found=several, needed=_FEWEST)
    if np.ptp(mean) <= _ALIKE * mean.mean():
        return NotKnown(reason="values_alike", found=float(mean.mean()))
    correlation = _correlation(x, mean)
    if abs(correlation) > _DEPENDENT:
        return NotKnown(reason="value_depends_on_frequency", found=correlation, needed=_DEPENDENT)
    scale = float(np.median(mean))  # so that the currency does not matter
    found = optimize.minimize(
        _loss,
        np.log([2.0, 3.0, 3.0]),
        args=(x, mean / scale),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_LIMIT, _LIMIT)] * 3,
        options={"ftol": 1e-13},
    )
    p, q, v = np.exp(found.x).tolist()
    if not np.isfinite(found.fun) or q <= 1:  # then the mean over customers is infinite
        return NotKnown(reason="not_fitted", found=q)
    covariance = covariance_of(found.x, lambda logs: _likelihood(logs, x, mean / scale)[1], np.ones(x.size))
    likelihood = float(-found.fun * x.size - x.size * np.log(scale))
    return Spending(
        p=p,
        q=q,
        v=v * scale,
        log_likelihood=likelihood,
        customers=int(x.size),
        correlation=correlation,
        covariance=covariance,
    )


def expected_value(model: Spending, spent: Spent) -> Array:
    """The mean value of each customer's coming purchases in minor units: their own, drawn towards everybody's."""
    evidence = model.p * spent.repeats
    values: Array = (model.p * model.v + evidence * spent.mean) / (evidence + model.q - 1)
    return values


def with_logs(model: Spending, logs: Array) -> Spending:
    """The same model with other parameters."""
    p, q, v = np.exp(logs).tolist()
    return msgspec.structs.replace(model, p=p, q=q, v=v)


def _correlation(x: Array, mean: Array) -> float:
    if np.ptp(x) == 0:
        return 0.0  # all came as often: nothing can depend on it
    return float(stats.spearmanr(x, mean).statistic)


def _loss(logs: NDArray[Any], x: Array, mean: Array) -> tuple[float, Array]:
    """The negative log-likelihood a customer, and its slope along the logarithms of p, q and v."""
    values, slopes = _likelihood(logs, x, mean)
    return -float(values.mean()), -slopes.mean(axis=0)


def _likelihood(logs: NDArray[Any], x: Array, mean: Array) -> tuple[Array, Array]:
    """Log-likelihood of each customer (eq. 1a) and its slopes, one column a parameter."""
    p, q, v = np.exp(logs)
    px, total = p * x, np.log(v + x * mean)
    values = (
        special.gammaln(px + q) - special.gammaln(px) - special.gammaln(q)
        + q * np.log(v) + (px - 1) * np.log(mean) + px * np.log(x) - (px + q) * total
    )  # fmt: skip
    shared = special.digamma(px + q)
    slopes = np.column_stack(
        [
            x * (shared - special.digamma(px) + np.log(mean) + np.log(x) - total),
            shared - special.digamma(q) + np.log(v) - total,
            q / v - (px + q) / (v + x * mean),
        ]
    )
    return values, slopes * np.array([p, q, v])
