"""Support as a share of orders, and as a number of them."""

from __future__ import annotations

import math

from pairwell.errors import RequestError
from pairwell.said import phrase


def least_count(support: float, n_orders: int) -> int:
    """The smallest number of orders, 1 or more, that is at least this share of them.

    A quotient of two whole numbers is rounded as the share was when it was read, so that equality is exact.
    Raises `RequestError` where `support` is no share above 0.
    """
    if not 0 < support <= 1:
        raise RequestError(
            phrase(
                "The minimum support is {support}; expected a share of orders above 0, and 1 at most.", support=support
            ),
            hint=phrase("Write 0.01 for one order in a hundred."),
            field="min_support",
        )
    count = max(1, math.floor(support * n_orders))
    while count > 1 and (count - 1) / n_orders >= support:
        count -= 1
    while count < n_orders and count / n_orders < support:
        count += 1
    return count


def shortest_support(count: int, n_orders: int) -> float:
    """The share with the fewest decimals that `count` of the orders reach and one order less does not."""
    for decimals in range(1, 17):
        share: float = math.floor(count / n_orders * 10**decimals) / 10**decimals
        if share > 0 and least_count(share, n_orders) == count:
            return share
    return float(count / n_orders)
