"""Orders whose amounts are in a currency that is not the shop's any more."""

from __future__ import annotations

from collections.abc import Mapping

from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History


def count_unconverted(history: History, span: Period) -> Mapping[str, int]:
    """How many orders of a span are in each other currency at its own worth: taken in as the shop's, then another.

    An order in a foreign currency is stored with the rate it was converted at; these were stored at a rate of 1.
    """
    orders = history.orders(span)
    found = orders.filter((orders.currency != history.shop.currency) & (orders["rate"] == 1))
    counts = found.group_by("currency").aggregate(orders=found.count()).order_by("currency").to_pyarrow().to_pylist()
    return {row["currency"]: row["orders"] for row in counts}
