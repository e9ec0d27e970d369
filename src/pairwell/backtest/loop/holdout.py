"""What the holdout tells of the offers' margin, beside what is true of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from pairwell.backtest.loop.engine import Decided
from pairwell.backtest.loop.intervals import Mean, NotEstimable, difference_of
from pairwell.backtest.loop.living import Lived, Span
from pairwell.simulate.arrays import Bools, Floats


class HoldoutRead(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """Margin that the offers added, over all customers who may see them."""

    treated: int  # customers
    held_out: int
    estimate: Mean  # minor units
    truth: float  # expected, minor units

    @property
    def covers(self) -> bool:
        """Whether the truth lies within the interval."""
        return self.estimate.low <= self.truth <= self.estimate.high


def read_holdout(span: Span, decided: Mapping[str, Decided], lived: Lived) -> HoldoutRead | NotEstimable:
    """Difference of the mean margin of customers, times those treated.

    Of all who came; a visit does not depend on offers, so that both groups are alike but for the lot.
    """
    customers = np.unique([visit.customer_id for visit in span.visits], return_inverse=True)[1]
    held = np.array([decided[visit.visit_id].arm == "holdout" for visit in span.visits], dtype=np.float64)
    held_out: Bools = _sums(held, customers) > 0
    margin = _sums(lived["margin"], customers)
    found = difference_of(margin[~held_out], margin[held_out])
    if isinstance(found, NotEstimable):
        return found
    treated = int((~held_out).sum())
    return HoldoutRead(
        treated=treated,
        held_out=int(held_out.sum()),
        estimate=Mean(value=treated * found.value, low=treated * found.low, high=treated * found.high),
        truth=float(_sums(lived["incremental"], customers)[~held_out].sum()),
    )


def _sums(values: Floats, groups: np.typing.NDArray[np.intp]) -> Floats:
    return np.asarray(np.bincount(groups, weights=values), dtype=np.float64)
