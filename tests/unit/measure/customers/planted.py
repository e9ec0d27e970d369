"""Customers whose rates, chances to leave and spending are known."""

from __future__ import annotations

import numpy as np

from pairwell.measure.customers.visits import Array, Visits, make_visits


def planted(
    rng: np.random.Generator,
    *,
    customers: int = 3_000,
    days: int = 700,
    dropout: tuple[float, float, float, float] = (0.6, 5.0, 0.8, 2.5),
    spending: tuple[float, float, float] = (6.0, 4.0, 1_500.0),
) -> Visits:
    """Visits of customers who buy and leave as the model says: r, alpha (weeks), a, b and p, q, v (minor units)."""
    r, alpha, a, b = dropout
    p, q, v = spending
    first = rng.integers(0, days // 3, customers)
    ids: list[str] = []
    when: list[Array] = []
    for number in range(customers):
        moments = _moments(rng, rng.gamma(r, 1 / alpha) / 7, rng.beta(a, b), days - int(first[number]))
        when.append(np.unique(first[number] + np.floor(moments)).astype(np.int64))
        ids += [f"c{number:05}"] * when[-1].size
    scales = np.repeat(v / rng.gamma(q, 1.0, customers), [moments.size for moments in when])
    whole = np.concatenate(when)
    return make_visits(ids, whole, rng.gamma(p, 1.0, whole.size) * scales)


def _moments(rng: np.random.Generator, rate: float, leaves: float, span: int) -> Array:
    """Days since the first purchase, that one included."""
    moments = [0.0]
    while True:
        following = moments[-1] + rng.exponential(1 / rate)
        if following >= span:
            return np.array(moments)
        moments.append(following)
        if rng.random() < leaves:
            return np.array(moments)
