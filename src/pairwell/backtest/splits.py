"""Where the orders that were learned from end and those that are asked about begin."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.errors import EvidenceError, RequestError
from pairwell.learn.baskets import Array
from pairwell.learn.days import dated, local_days
from pairwell.wording import counted


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """The newest orders, by days or by share; one of the two. Days are calendar days, the last order's included."""

    test_days: int | None = None
    test_share: float | None = None

    def __post_init__(self) -> None:
        if (self.test_days is None) == (self.test_share is None):
            raise RequestError("Give either the days or the share of orders to test on.", field="test_days")
        days: object = self.test_days
        share: object = self.test_share
        if days is not None and (not isinstance(days, int) or isinstance(days, bool) or days < 1):
            raise RequestError(
                f"{days!r} is no number of days to test on; expected a whole one, 1 or more.",
                hint="Name some 10 to 20 % of the days there are.",
                field="test_days",
            )
        if share is not None and not (isinstance(share, float) and 0 < share < 1):
            raise RequestError(
                f"{share!r} is no share of orders between 0 and 1.", hint="Name .2, or another.", field="test_share"
            )


def first_test_order(placed_at: Array, split: Split, timezone: str, what: str = "order") -> int:
    """How many of the orders, oldest first, are learned from; the others are asked about. `what` they are, in words.

    Raises `EvidenceError` where either part would be empty, or days are asked for of orders without dates.
    """
    require_orders(placed_at.size)
    found = _by_days(placed_at, split.test_days, timezone) if split.test_days else _by_share(placed_at, split)
    if not 0 < found < placed_at.size:
        raise EvidenceError(
            f"Of {counted(placed_at.size, what)} {found:,} would be learned from and {placed_at.size - found:,} asked "
            "about; both need some.",
            hint=f"Choose other test days or another share, or ingest more {what}s.",
        )
    return found


def require_orders(n_orders: int) -> None:
    """Raise `EvidenceError` where there are no orders at all: no other days or share would help then."""
    if not n_orders:
        raise EvidenceError(
            "There are no orders to learn from or to ask about.", hint="Run `pairwell ingest orders FILE` first."
        )


def _by_share(placed_at: Array, split: Split) -> int:
    return int(placed_at.size - np.floor(placed_at.size * (split.test_share or 0.0) + 1e-9))


def _by_days(placed_at: Array, days: int, timezone: str) -> int:
    if not dated(placed_at).all():
        raise EvidenceError(
            "Some orders carry no date, so they cannot be split by days.", hint="Use --test-share instead."
        )
    local = local_days(placed_at, timezone)
    return int((local <= local.max(initial=0) - days).sum())
