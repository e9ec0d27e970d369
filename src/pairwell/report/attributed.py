"""The share of what was sold that is put down to offers."""

from __future__ import annotations

from typing import Final

from pairwell.measure.offers.shares import read_put_down
from pairwell.measure.sales.estimates import Slice
from pairwell.report.record import Figure
from pairwell.report.sales import Sales
from pairwell.said import phrase

_SHARES: Final = {
    "orders": phrase("Orders put down to offers"),
    "units": phrase("Units put down to offers"),
    "revenue": phrase("Revenue put down to offers"),
}
_NOTHING: Final = phrase("Of this period there is nothing to divide by.")


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
            title=title,
            unit="share",
            value=getattr(found, key) / now.sums[key] if now.sums[key] else None,
            refusal=None if now.sums[key] else _NOTHING,
        )
        for key, title in _SHARES.items()
    ]
