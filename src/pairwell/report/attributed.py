"""The share of what was sold that is put down to offers."""

from __future__ import annotations

from typing import Final

from pairwell.measure.offers.shares import find_put_down
from pairwell.measure.sales.estimates import Slice
from pairwell.report.offered import Opened
from pairwell.report.record import Figure
from pairwell.said import phrase

_SHARES: Final = {
    "orders": phrase("Orders put down to offers"),
    "units": phrase("Units put down to offers"),
    "revenue": phrase("Revenue put down to offers"),
}
_NOTHING: Final = phrase("Of this period there is nothing to divide by.")


def attributed_figures(opened: Opened, now: Slice) -> list[Figure]:
    """Shares of the orders, units and revenue of the period; none where nobody saw an offer."""
    found = find_put_down(opened.now, window_h=opened.asked.settings.attribution.window_h)
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
