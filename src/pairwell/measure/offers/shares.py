"""How much of what was sold is put down to offers."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.measure.offers.attribution import Attributed
from pairwell.measure.offers.reading import HOUR, Read
from pairwell.measure.offers.rows import Lines


class PutDown(msgspec.Struct, frozen=True, kw_only=True):
    """What of the orders of a period is put down to offers."""

    orders: int  # with any such line
    units: float
    revenue: int  # minor units; returns not deducted, as in the revenue of orders


def find_put_down(read: Read, *, window_h: float) -> PutDown | None:
    """What `attribute` puts down to offers; None where nobody is known to have seen any in time for the period."""
    if read.told.offers.exposed_last.max(initial=-1) < read.told.since - round(window_h * HOUR):
        return None
    return put_down(read.lines, read.attributed)


def put_down(lines: Lines, attributed: Attributed) -> PutDown:
    """The sums of the lines that are put down to an offer."""
    ours = attributed.offer >= 0
    return PutDown(
        orders=len(np.unique(lines.order[ours])),
        units=float(lines.quantity[ours].sum()),
        revenue=round(float(lines.gross[ours].sum())),
    )
