"""The share of what was sold that is put down to offers."""

from __future__ import annotations

from typing import Final

from pairwell.measure.offers.shares import read_put_down
from pairwell.measure.sales.estimates import Slice
from pairwell.report.record import Figure
from pairwell.report.sales import Sales

_SHARES: Final = {"orders": "Orders", "units": "Units", "revenue": "Revenue"}


def attributed_figures(sales: Sales, now: Slice | None) -> list[Figure]:
    """Shares of the orders, units and revenue of the period; none where nobody saw an offer."""
    asked = sales.asked
    if now is None or not sales.periods.dated:
        return []
    found = read_put_down(asked.dataset, asked.database, asked.settings, sales.periods.period)
    if found is None:
        return []
    return [
        Figure(
            key=f"attributed_{key}_share",
            title=f"{title} put down to offers",
            unit="share",
            value=getattr(found, key) / now.sums[key] if now.sums[key] else None,
            refusal=None if now.sums[key] else f"There is nothing to divide by: {key} of this period come to 0.",
        )
        for key, title in _SHARES.items()
    ]
