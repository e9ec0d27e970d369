"""When contracts renew, and when an account and its rep look back together."""

from __future__ import annotations

import numpy as np

from pairwell.simulate.arrays import Bools, Ints
from pairwell.simulate.firm.world import Firm

_SOON = 2  # months


def renewal_month(firm: Firm) -> Ints:
    """The first month after the history in which each account's contract, a year from signing up, renews."""
    ran = firm.size.months - firm.accounts.joined
    return np.asarray(firm.size.months + (-ran) % 12, dtype=np.int64)


def review_month(firm: Firm) -> Ints:
    """The first month after the history with a quarterly review."""
    ran = firm.size.months - firm.accounts.joined
    return np.asarray(firm.size.months + (-ran) % 3, dtype=np.int64)


def renews_soon(firm: Firm) -> Bools:
    """Whether it renews within two months."""
    return np.asarray(renewal_month(firm) < firm.size.months + _SOON, dtype=np.bool_)
