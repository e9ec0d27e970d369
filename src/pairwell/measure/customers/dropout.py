"""How often customers will buy, and whether they still do: the BG/NBD model.

A customer buys at a rate of their own (a gamma distribution over customers) until, after any purchase, they are gone
for good with a probability of their own (a beta distribution). Time is in weeks.
Source: Fader, Hardie and Lee 2005, "Counting your customers" the easy way, Marketing Science 24.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from pairwell.measure.customers.likelihood import covariance_of
from pairwell.measure.customers.visits import Array, Visits
from pairwell.measure.unknown import NotKnown

DAYS_A_WEEK = 7.0
_FEWEST = 50  # customers
_FEWEST_REPEATERS = 20
_LIMIT = 9.0  # of the logarithm of a parameter: beyond it, a distribution over customers is a single point
_FAINT = 0.005  # chance to be gone after a purchase, below which leaving cannot be told from buying rarely
_AT_LIMIT = 0.01  # … of the logarithm
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """What the model reads of customers, one element each; `weights` counts customers that are alike."""

    repeats: Array  # days with a purchase, minus one
    recency: Array  # weeks from the first purchase to the last one
    age: Array  # weeks from the first purchase to the end
    weights: Array


class Dropout(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted model: r and alpha of the rate a week, a and b of the chance to be gone."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int
    covariance: Any = None  # of the logarithms of the four; None where it cannot be had

    @property
    def logs(self) -> Array:
        """Logarithms of r, alpha, a, b."""
        return np.log([self.r, self.alpha, self.a, self.b])

    @property
    def tells_leaving(self) -> bool:
        """Whether customers were seen to leave: at the edge of the model nobody does, whoever stays away."""
        inside = bool((np.abs(self.logs) < _LIMIT - _AT_LIMIT).all())
        return inside and self.a / (self.a + self.b) >= _FAINT


def habits_of(visits: Visits) -> tuple[Array, Habit]:
    """Places of the customers that came, and their habits, one each with weight 1."""
    names, starts, counts = np.unique(visits.customers, return_index=True, return_counts=True)
    first, last = visits.days[starts], visits.days[starts + counts - 1]
    return names, Habit(
        repeats=(counts - 1).astype(np.float64),
        recency=(last - first) / DAYS_A_WEEK,
        age=(visits.last_day - first) / DAYS_A_WEEK,
        weights=np.ones(names.size),
    )


def fit_dropout(habit: Habit) -> Dropout | NotKnown:
    """The parameters of the greatest likelihood, with the covariance of their logarithms."""
    customers, repeaters = habit.weights.sum(), habit.weights[habit.repeats > 0].sum()
    if not repeaters:
        return NotKnown(reason="no_repeats", found=customers)
    if customers < _FEWEST:
        return NotKnown(reason="too_few_customers", found=customers, needed=_FEWEST)
    if repeaters < _FEWEST_REPEATERS:
        return NotKnown(reason="too_few_repeats", found=repeaters, needed=_FEWEST_REPEATERS)
    alike = _together(habit)
    start = np.log([0.5, max(float(np.average(alike.age, weights=alike.weights)), 0.5) / 2, 1.0, 2.0])
    found = optimize.minimize(
        _loss,
        start,
        args=(alike,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_LIMIT, _LIMIT)] * 4,
        options={"ftol": 1e-13},
    )
    if not np.isfinite(found.fun):
        return NotKnown(reason="not_fitted")
    r, alpha, a, b = np.exp(found.x).tolist()
    return Dropout(
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        log_likelihood=float(-found.fun * customers),
        customers=int(customers),
        covariance=covariance_of(found.x, lambda logs: _likelihood(logs, alike)[1], alike.weights),
    )


def alive(model: Dropout, habit: Habit) -> Array:
    """Chance of each customer to be still there at the end. Source: Fader, Hardie and Lee 2008, eq. 3."""
    x = habit.repeats
    staying = (model.r + x) * (np.log(model.alpha + habit.age) - np.log(model.alpha + habit.recency))
    odds = np.log(model.a) - np.log(model.b + np.maximum(x, 1) - 1) + staying
    chances: Array = np.where(x > 0, special.expit(-odds), 1.0)
    return chances


def expected_orders(model: Dropout, habit: Habit, weeks: float) -> Array:
    """Days with a purchase that each customer is expected to have in the coming `weeks`.

    The mean of `(1 - (1 + p·t/(alpha + T))^-(r + x)) / p` over the chance p of being gone after a purchase, which is
    Beta(a, b + x) for who is alive, times the chance of being alive. It equals eq. 10 of Fader, Hardie and Lee 2005,
    has no gap at a = 1, and does not overflow for customers who bought hundreds of times.
    """
    kinds, of_kind = np.unique(habit.repeats, return_inverse=True)
    # Nodes are equally likely in the beta distribution's own quantiles, so that a sharp peak does no harm.
    levels = (_NODES + 1) / 2
    leaving = special.betaincinv(model.a, (model.b + kinds)[:, None], levels)
    leaving = np.clip(leaving, 1e-12, 1.0)
    total = np.zeros(habit.repeats.size)
    for node, weight in enumerate(_WEIGHTS / 2):
        p = leaving[of_kind, node]
        total -= weight * np.expm1(-(model.r + habit.repeats) * np.log1p(p * weeks / (model.alpha + habit.age))) / p
    return total * alive(model, habit)


def with_logs(model: Dropout, logs: Array) -> Dropout:
    """The same model with other parameters."""
    r, alpha, a, b = np.exp(logs).tolist()
    return msgspec.structs.replace(model, r=r, alpha=alpha, a=a, b=b)


def _together(habit: Habit) -> Habit:
    """Customers that are alike, once, with how many they are."""
    rows = np.column_stack([habit.repeats, habit.recency, habit.age])
    kinds, of_kind = np.unique(rows, axis=0, return_inverse=True)
    weights = np.bincount(of_kind.ravel(), weights=habit.weights)
    return Habit(repeats=kinds[:, 0], recency=kinds[:, 1], age=kinds[:, 2], weights=weights)


def _loss(logs: NDArray[Any], habit: Habit) -> tuple[float, Array]:
    """The negative log-likelihood a customer, and its slope along the logarithms of the parameters."""
    values, slopes = _likelihood(logs, habit)
    share = habit.weights / habit.weights.sum()
    return -float(share @ values), -(share @ slopes)


def _likelihood(logs: NDArray[Any], habit: Habit) -> tuple[Array, Array]:
    """Log-likelihood of each row (eq. 6) and its slopes, one column a parameter."""
    r, alpha, a, b = np.exp(logs)
    x, again = habit.repeats, habit.repeats > 0
    before = np.maximum(b + x - 1, np.finfo(float).tiny)
    of_kind = x.astype(np.int64)  # the costly functions are worked out once for each number of repeats
    kinds = np.arange(of_kind.max(initial=0) + 1)
    stayed = -(r + x) * np.log(alpha + habit.age)
    left = np.where(again, np.log(a) - np.log(before) - (r + x) * np.log(alpha + habit.recency), -np.inf)
    both = np.logaddexp(stayed, left)
    gone = np.exp(left - both)
    values = (
        special.gammaln(r + kinds) - special.gammaln(r) + r * np.log(alpha) + special.gammaln(a + b)
        - special.gammaln(b) + special.gammaln(b + kinds) - special.gammaln(a + b + kinds)
    )[of_kind] + both  # fmt: skip
    ends = (1 - gone) * np.log(alpha + habit.age) + gone * np.log(alpha + habit.recency)
    inverse = (1 - gone) / (alpha + habit.age) + gone / (alpha + habit.recency)
    shared = (special.digamma(a + b) - special.digamma(a + b + kinds))[of_kind]
    slopes = np.column_stack(
        [
            (special.digamma(r + kinds) - special.digamma(r))[of_kind] + np.log(alpha) - ends,
            r / alpha - (r + x) * inverse,
            shared + gone / a,
            shared + (special.digamma(b + kinds) - special.digamma(b))[of_kind] - gone / before,
        ]
    )
    return values, slopes * np.array([r, alpha, a, b])
